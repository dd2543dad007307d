import assert from "node:assert/strict";
import { chacha8 } from "@noble/ciphers/chacha.js";
import { ChaCha8 } from "../../../lib/crypto/chacha8.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const key = Uint8Array.from({ length: 32 }, (_, i) => i * 5);
const nonce = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const nonce12 = Uint8Array.of(0, 0, 0, 0, ...nonce);

test("peek gives the next bytes at every position and does not move the stream", () => {
  const expected = chacha8(key, nonce12, new Uint8Array(600));
  const cipher = new ChaCha8();
  cipher.install(key, nonce);
  const zeros = new Uint8Array(16), peeked = new Uint8Array(16), one = new Uint8Array(1);
  for (let at = 0; at < 500; at++) {
    for (const length of [9, 16, 1]) {
      cipher.peek(zeros, 0, length, peeked.fill(0));
      assert.deepEqual([...peeked.subarray(0, length)], [...expected.subarray(at, at + length)]);
    }
    cipher.apply(one.fill(0), 0, 1);
    assert.equal(one[0], expected[at]);
  }
});

test("apply changes only its range and respects the offset of a view", () => {
  const memory = new Uint8Array(400);
  const cipher = new ChaCha8();
  cipher.install(key, nonce);
  cipher.apply(memory.subarray(7), 3, 303);
  assert.deepEqual(
    memory.slice(10, 310),
    new Uint8Array(chacha8(key, nonce12, new Uint8Array(300))),
  );
  assert.ok(memory.subarray(0, 10).every((byte) => byte === 0));
  assert.ok(memory.subarray(310).every((byte) => byte === 0));
});

test("install starts a new stream", () => {
  const cipher = new ChaCha8();
  cipher.install(key, nonce, 7n);
  cipher.apply(new Uint8Array(100), 0, 100);
  cipher.install(key, nonce);
  const output = new Uint8Array(100);
  cipher.apply(output, 0, 100);
  assert.deepEqual(output, new Uint8Array(chacha8(key, nonce12, new Uint8Array(100))));
});
