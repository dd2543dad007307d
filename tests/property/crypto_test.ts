// Any split of a stream gives the same bytes, checked against independent implementations.

import assert from "node:assert/strict";
import { chacha8 } from "@noble/ciphers/chacha.js";
import { blake3 } from "@noble/hashes/blake3.js";
import fc from "fast-check";
import { computePair } from "../../lib/crypto/curve/key_pair.ts";
import { PrivateKey } from "../../lib/crypto/x25519.ts";
import { RunningBlake3 } from "../../lib/crypto/blake3.ts";
import { ChaCha8 } from "../../lib/crypto/chacha8.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** Lengths of consecutive calls: mostly small, some across many chunks. */
const splits = fc.array(
  fc.oneof(fc.nat(20), fc.nat(150), fc.nat(2200), fc.constantFrom(0, 64, 1024, 4096, 9000)),
  { maxLength: 24 },
);

function filled(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 167 + (i >> 7)) & 255);
}

test("a stream encrypted in any parts equals noble's in one piece", () => {
  fc.assert(fc.property(exactly(32), exactly(8), splits, (key, nonce, lengths) => {
    const total = lengths.reduce((sum, each) => sum + each, 0);
    const data = filled(total);
    const expected = chacha8(key, Uint8Array.of(0, 0, 0, 0, ...nonce), data);
    const cipher = new ChaCha8();
    cipher.install(key, nonce);
    const peeked = new Uint8Array(16);
    let at = 0;
    for (const length of lengths) {
      const ahead = Math.min(16, length);
      if (length % 3 === 0) cipher.peek(data, at, ahead, peeked);
      cipher.apply(data, at, at + length);
      if (length % 3 === 0) {
        assert.deepEqual(peeked.subarray(0, ahead), data.subarray(at, at + ahead));
      }
      at += length;
    }
    assert.deepEqual(data, new Uint8Array(expected));
  }));
});

test("a MAC fed in any parts equals noble's at each sample", () => {
  fc.assert(
    fc.property(exactly(32), splits, (key, lengths) => {
      const data = filled(lengths.reduce((sum, each) => sum + each, 0));
      const mac = new RunningBlake3();
      mac.install(key);
      let at = 0;
      const digest = new Uint8Array(32);
      for (const length of lengths) {
        mac.update(data, at, at + length);
        at += length;
        mac.sample(digest, 0, 32);
        assert.deepEqual(digest, new Uint8Array(blake3(data.subarray(0, at), { key })));
      }
    }),
    { numRuns: 60 },
  );
});

/** Keys with long runs of equal bits too, which make the largest and smallest limbs. */
const keys = fc.array(
  fc.oneof({ weight: 2, arbitrary: fc.nat(255) }, fc.constantFrom(0, 255, 127, 128)),
  { minLength: 32, maxLength: 32 },
).map((bytes) => Uint8Array.from(bytes));

test("a key pair and its agreement in WebAssembly equal those of node:crypto", () => {
  fc.assert(
    fc.property(keys, keys, (raw, peer) => {
      const { publicKey, shared } = computePair(raw, peer)!;
      const key = new PrivateKey(raw);
      assert.deepEqual(publicKey, key.publicKey);
      assert.deepEqual(shared, key.agree(peer) ?? new Uint8Array(32));
    }),
    { numRuns: 500 },
  );
});
