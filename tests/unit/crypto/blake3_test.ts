import assert from "node:assert/strict";
import { blake3 } from "@noble/hashes/blake3.js";
import { RunningBlake3 } from "../../../lib/crypto/blake3.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const key = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
const stream = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);

test("a sample at any length equals the digest of the bytes so far", () => {
  const lengths = [0, 1, 63, 64, 65, 127, 128, 1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073];
  lengths.push(4096, 5000, 7168, 8191, 8192, 8193, 16384, 31744, 65536, 65537, 70_000);
  const mac = new RunningBlake3();
  mac.install(key);
  let at = 0;
  for (const length of lengths) {
    mac.update(stream, at, length);
    at = length;
    const expected = blake3(stream.subarray(0, length), { key });
    for (const size of [16, 8, 32, 32]) {
      const output = new Uint8Array(40).fill(7);
      mac.sample(output, 3, size);
      assert.deepEqual(output.subarray(3, 3 + size), expected.subarray(0, size), `at ${length}`);
      assert.ok(output.subarray(3 + size).every((byte) => byte === 7));
    }
  }
});

test("update respects the offset of a view", () => {
  const mac = new RunningBlake3();
  mac.install(key);
  mac.update(stream.subarray(13), 5, 5005);
  const output = new Uint8Array(32);
  mac.sample(output, 0, 32);
  assert.deepEqual(output, blake3(stream.subarray(18, 5018), { key }) as Uint8Array<ArrayBuffer>);
});

test("install starts a new hash", () => {
  const mac = new RunningBlake3();
  mac.install(stream.subarray(0, 32));
  mac.update(stream, 0, 9000);
  mac.install(key);
  mac.update(stream, 0, 100);
  const output = new Uint8Array(32);
  mac.sample(output, 0, 32);
  assert.deepEqual(output, blake3(stream.subarray(0, 100), { key }) as Uint8Array<ArrayBuffer>);
});
