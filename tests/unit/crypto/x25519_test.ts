import assert from "node:assert/strict";
import { x25519 } from "@noble/curves/ed25519.js";
import { agreeWithNew, isLowOrder, PrivateKey, publicKey } from "../../../lib/crypto/x25519.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const raw = (seed: number) =>
  Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + seed * 101) & 255);

test("keys that are not clamped give the same secrets as noble", () => {
  for (let seed = 0; seed < 40; seed++) {
    const own = raw(seed);
    const peer = x25519.getPublicKey(raw(seed + 100));
    assert.deepEqual(publicKey(own), new Uint8Array(x25519.getPublicKey(own)));
    const expected = new Uint8Array(x25519.getSharedSecret(own, peer));
    assert.deepEqual(new PrivateKey(own).agree(peer), expected);
  }
});

test("a new key that agrees at once is the same key, with the same secret", () => {
  for (let seed = 0; seed < 40; seed++) {
    const own = raw(seed), peer = publicKey(raw(seed + 100));
    const { key, shared } = agreeWithNew(own, peer);
    const imported = new PrivateKey(own);
    assert.deepEqual(key.publicKey, imported.publicKey);
    assert.deepEqual(shared, imported.agree(peer));
    assert.deepEqual(key.agree(peer), shared);
  }
  assert.equal(agreeWithNew(raw(3), new Uint8Array(32)).shared, undefined);
});

test("a wiped key agrees no more, unless it was imported", () => {
  const peer = publicKey(raw(2));
  const { key, shared } = agreeWithNew(raw(1), peer);
  key.wipe();
  assert.throws(() => key.agree(peer), { name: "ApiMisuseError", code: "wrong-state" });
  const used = new PrivateKey(raw(1));
  used.wipe();
  assert.deepEqual(used.agree(peer), shared);
});

test("both ends of an agreement have the same secret", () => {
  const a = new PrivateKey(raw(1)), b = new PrivateKey(raw(2));
  assert.deepEqual(a.agree(b.publicKey), b.agree(a.publicKey));
});

test("points of low order are recognised with and without the top bit", () => {
  const point = new Uint8Array(32);
  assert.ok(isLowOrder(point));
  point[31] = 0x80;
  assert.ok(isLowOrder(point));
  assert.equal(new PrivateKey(raw(3)).agree(point), undefined);
  point[0] = 9;
  assert.equal(isLowOrder(point), false);
});

test("coordinates beyond the prime are reduced", () => {
  const own = new PrivateKey(raw(6));
  for (let excess = 2; excess < 19; excess++) {
    const canonical = new Uint8Array(32), beyond = new Uint8Array(32).fill(0xff);
    canonical[0] = excess;
    beyond[0] = 0xed + excess;
    beyond[31] = 0x7f;
    assert.deepEqual(own.agree(beyond), own.agree(canonical));
  }
});

test("an agreement does not change its arguments", () => {
  const own = raw(4), peer = publicKey(raw(5));
  peer[31]! |= 0x80;
  const ownBefore = own.slice(), peerBefore = peer.slice();
  new PrivateKey(own).agree(peer);
  assert.deepEqual(own, ownBefore);
  assert.deepEqual(peer, peerBefore);
});

test("keys of another length are refused", () => {
  const misuse = { name: "ApiMisuseError", code: "bad-argument" };
  assert.throws(() => new PrivateKey(new Uint8Array(31)), misuse);
  assert.throws(() => new PrivateKey(raw(1)).agree(new Uint8Array(33)), misuse);
  assert.throws(() => isLowOrder(new Uint8Array(0)), misuse);
  assert.throws(() => agreeWithNew(new Uint8Array(31), raw(1)), misuse);
  assert.throws(() => agreeWithNew(raw(1), new Uint8Array(33)), misuse);
});
