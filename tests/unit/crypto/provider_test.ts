// The contract of the provider, on every implementation.

import assert from "node:assert/strict";
import type { CryptoProvider } from "../../../lib/crypto/provider.ts";
import { implementations } from "./implementations.ts";

const key = Uint8Array.from({ length: 32 }, (_, i) => i * 3);
const macKey = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 1);
const nonce = Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2);

/** Both ends of one direction. */
function pair(provider: CryptoProvider) {
  const sealer = provider.sealer(), opener = provider.opener();
  sealer.install(key, nonce, macKey);
  opener.install(key, nonce, macKey);
  return { sealer, opener, free: () => (sealer.free(), opener.free()) };
}

/** Space for a tag, then recognisable plaintext. */
function packet(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 16 + length }, (_, i) => i < 16 ? 0 : (i * 13) & 255);
}

for (const { name: which, provider, place } of implementations) {
  const test = (name: string, fn: () => void) =>
    Deno.test({ name: `${which}: ${name}`, permissions: "none", fn });

  test("an opener opens what a sealer seals, packet after packet", () => {
    const { sealer, opener, free } = pair(provider);
    for (const length of [137, 1, 148, 9, 64, 1024, 5000, 65551, 16, 4096, 31, 200_000]) {
      const wire = place(packet(length));
      sealer.seal(wire, 16, 16 + length, 0, 16);
      assert.notDeepEqual(wire, packet(length));
      const ahead = Math.min(16, length);
      const head = opener.peek(wire, 16, ahead);
      assert.equal(head.length, ahead);
      assert.deepEqual([...head], [...packet(length).subarray(16, 16 + ahead)]);
      assert.ok(opener.open(wire, 16, 16 + length, 0, 16), `packet of ${length}`);
      assert.deepEqual(wire.subarray(16), packet(length).subarray(16));
    }
    free();
  });

  test("a packet with one wrong bit is refused and not decrypted", () => {
    const length = 148;
    for (let bit = 0; bit < (16 + length) * 8; bit += 3) {
      const { sealer, opener, free } = pair(provider);
      const wire = place(packet(length));
      sealer.seal(wire, 16, 16 + length, 0, 16);
      wire[bit >> 3]! ^= 1 << (bit & 7);
      const before = wire.slice();
      assert.equal(opener.open(wire, 16, 16 + length, 0, 16), false, `bit ${bit}`);
      assert.deepEqual(wire, before);
      free();
    }
  });

  test("the short tag is a prefix of the long one, and nothing else is compared", () => {
    const long = pair(provider), short = pair(provider);
    const a = packet(137), b = place(packet(137));
    long.sealer.seal(a, 16, 153, 0, 16);
    short.sealer.seal(b, 16, 153, 0, 8);
    assert.deepEqual(b.subarray(0, 8), a.subarray(0, 8));
    assert.ok(b.subarray(8, 16).every((byte) => byte === 0));
    assert.ok(short.opener.open(b, 16, 153, 0, 8));
    assert.deepEqual(b.subarray(16), packet(137).subarray(16));
    long.free();
    short.free();
  });

  test("absorbed bytes change the tag and not the ciphertext", () => {
    const plain = pair(provider), absorbing = pair(provider);
    const a = packet(137), b = place(packet(137));
    plain.sealer.seal(a, 16, 153, 0, 16);
    absorbing.sealer.absorb(nonce);
    absorbing.opener.absorb(nonce);
    absorbing.sealer.seal(b, 16, 153, 0, 16);
    assert.deepEqual(a.subarray(16), b.subarray(16));
    assert.notDeepEqual(a.subarray(0, 16), b.subarray(0, 16));
    const stranger = pair(provider);
    assert.equal(stranger.opener.open(b.slice(), 16, 153, 0, 16), false);
    assert.ok(absorbing.opener.open(b, 16, 153, 0, 16));
    for (const each of [plain, absorbing, stranger]) each.free();
  });

  test("install starts a new key stream and a new MAC", () => {
    const { sealer, opener, free } = pair(provider);
    const first = packet(3000), again = packet(3000);
    sealer.seal(first, 16, 3016, 0, 16);
    assert.ok(opener.open(first.slice(), 16, 3016, 0, 16));
    opener.peek(first, 16, 9);
    sealer.install(key, nonce, macKey);
    opener.install(key, nonce, macKey);
    sealer.seal(again, 16, 3016, 0, 16);
    assert.deepEqual(again, first);
    assert.ok(opener.open(again, 16, 3016, 0, 16));
    free();
  });

  test("packets may lie at any offset of a view, with the tag in front or behind", () => {
    const { sealer, opener, free } = pair(provider);
    const memory = place(new Uint8Array(9000));
    for (const offset of [0, 1, 2, 3, 5, 8, 61]) {
      const view = memory.subarray(offset, offset + 2200).fill(0xaa);
      sealer.seal(view, 1, 2001, 2100, 16);
      assert.ok(opener.open(view, 1, 2001, 2100, 16));
      assert.ok(view.subarray(0, 2100).every((byte) => byte === 0xaa));
      assert.ok(view.subarray(2116).every((byte) => byte === 0xaa));
    }
    free();
  });

  test("peeked bytes stay unchanged while other connections work", () => {
    const one = pair(provider), other = pair(provider);
    const wire = packet(100);
    one.sealer.seal(wire, 16, 116, 0, 16);
    const head = one.opener.peek(place(wire), 16, 9);
    const expected = [...packet(100).subarray(16, 25)];
    other.opener.peek(place(packet(50)), 16, 9);
    other.sealer.seal(place(packet(50)), 16, 66, 0, 16);
    assert.deepEqual([...head], expected);
    one.free();
    other.free();
  });

  test("ranges outside the buffer, keys of wrong length and use after free are refused", () => {
    const misuse = { name: "ApiMisuseError", code: "bad-argument" };
    const { sealer, opener, free } = pair(provider);
    const wire = place(packet(100));
    assert.throws(() => opener.open(wire, 16, 117, 0, 16), misuse);
    assert.throws(() => opener.open(wire, 16, 116, 101, 16), misuse);
    assert.throws(() => opener.open(wire, -1, 116, 0, 16), misuse);
    assert.throws(() => opener.open(wire, 50, 49, 0, 16), misuse);
    assert.throws(() => opener.peek(wire, 110, 9), misuse);
    assert.throws(() => opener.peek(wire, 0, 17), misuse);
    assert.throws(() => sealer.seal(wire, 16, 117, 0, 16), misuse);
    assert.throws(() => sealer.install(key.subarray(1), nonce, macKey), misuse);
    assert.throws(() => opener.install(key, new Uint8Array(12), macKey), misuse);
    free();
    free();
    const freed = { name: "ApiMisuseError", code: "wrong-state" };
    assert.throws(() => opener.open(wire, 16, 116, 0, 16), freed);
    assert.throws(() => opener.peek(wire, 16, 9), freed);
    assert.throws(() => sealer.seal(wire, 16, 116, 0, 16), freed);
    assert.throws(() => sealer.absorb(nonce), freed);
    assert.throws(() => sealer.install(key, nonce, macKey), freed);
  });

  test("connections are independent and may be freed in any order", () => {
    const many = Array.from({ length: 40 }, () => pair(provider));
    const wires = many.map((each, i) => {
      const wire = packet(200 + i);
      each.sealer.seal(wire, 16, 216 + i, 0, 16);
      return wire;
    });
    many.forEach((each, i) => {
      if (i % 3 === 0) each.free();
    });
    const later = Array.from({ length: 20 }, () => pair(provider));
    many.forEach((each, i) => {
      if (i % 3 === 0) return;
      assert.ok(each.opener.open(wires[i]!, 16, 216 + i, 0, 16));
      each.free();
    });
    for (const each of later) each.free();
  });
}
