// Published answers for X25519 and BLAKE3; tests/vectors/README.md has their origin.

import assert from "node:assert/strict";
import { BLAKE3_MODE, INITIAL_KEY, RunningBlake3 } from "../../lib/crypto/blake3.ts";
import { computePair } from "../../lib/crypto/curve/key_pair.ts";
import { isLowOrder, PrivateKey } from "../../lib/crypto/x25519.ts";
import { implementations } from "../unit/crypto/implementations.ts";
import blake3 from "../vectors/published/blake3.json" with { type: "json" };
import x25519 from "../vectors/published/x25519.json" with { type: "json" };

const bytes = (hex: string) => Uint8Array.fromHex(hex);
const text = (ascii: string) => new TextEncoder().encode(ascii);
const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

type X25519Case = [
  id: number,
  result: string,
  flags: string,
  own: string,
  peer: string,
  shared: string,
];
const agreements = x25519.cases as X25519Case[];

test("x25519 agrees with 518 published cases and refuses the 31 of low order", () => {
  assert.equal(agreements.length, 518);
  let refused = 0;
  for (const [id, result, flags, own, peer, shared] of agreements) {
    const isRefused = /\bLowOrderPublic\b/.test(flags);
    if (isRefused) refused++;
    const where = `case ${id} (${result}: ${flags})`;
    const agreed = new PrivateKey(bytes(own)).agree(bytes(peer));
    assert.equal(agreed?.toHex(), isRefused ? undefined : shared, where);
    assert.equal(isLowOrder(bytes(peer)), isRefused, where);
    assert.equal(computePair(bytes(own), bytes(peer))!.shared.toHex(), shared, where);
  }
  assert.equal(refused, 31);
});

type Blake3Case = [length: number, hash: string, keyedHash: string, deriveKey: string];
const digests = blake3.cases as Blake3Case[];
const longest = Math.max(...digests.map(([length]) => length));
const input = Uint8Array.from({ length: longest }, (_, i) => i % 251);

function digest(key: Uint8Array, mode: number, message: Uint8Array): Uint8Array {
  const hash = new RunningBlake3();
  hash.install(key, mode);
  hash.update(message, 0, message.length);
  const output = new Uint8Array(32);
  hash.sample(output, 0, 32);
  return output;
}

test("blake3 has the published digests of 35 lengths in all modes", () => {
  assert.equal(digests.length, 35);
  const key = text(blake3.key);
  const contextKey = digest(INITIAL_KEY, BLAKE3_MODE.deriveKeyContext, text(blake3.context));
  for (const [length, hash, keyedHash, deriveKey] of digests) {
    const message = input.subarray(0, length);
    const where = `${length} bytes`;
    assert.equal(digest(INITIAL_KEY, BLAKE3_MODE.hash, message).toHex(), hash, where);
    assert.equal(digest(key, BLAKE3_MODE.keyedHash, message).toHex(), keyedHash, where);
    assert.equal(
      digest(contextKey, BLAKE3_MODE.deriveKeyMaterial, message).toHex(),
      deriveKey,
      where,
    );
  }
});

for (const { name, provider, place } of implementations) {
  test(`the published keyed digests are the tags of ${name}`, () => {
    for (const [length, , keyedHash] of digests) {
      // An opener takes packets of at least one byte and of no more than a block.
      if (length === 0 || length > 65_536) continue;
      const opener = provider.opener();
      opener.install(new Uint8Array(32), new Uint8Array(8), text(blake3.key));
      const packet = new Uint8Array(16 + length);
      packet.set(bytes(keyedHash).subarray(0, 16));
      packet.set(input.subarray(0, length), 16);
      assert.ok(opener.open(place(packet), 16, 16 + length, 0, 16), `${length} bytes`);
      opener.free();
    }
  });
}
