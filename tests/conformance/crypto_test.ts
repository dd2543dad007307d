// Every vector of the primitives, on every implementation of the provider.

import assert from "node:assert/strict";
import { RunningBlake3 } from "../../lib/crypto/blake3.ts";
import { ChaCha8 } from "../../lib/crypto/chacha8.ts";
import { deriveKeys, deriveRekeyMac, keysOfPassphrase } from "../../lib/crypto/kdf.ts";
import { isLowOrder, PrivateKey, publicKey } from "../../lib/crypto/x25519.ts";
import { implementations } from "../unit/crypto/implementations.ts";
import chacha8 from "../vectors/transport/chacha8.json" with { type: "json" };
import kdf from "../vectors/transport/kdf.json" with { type: "json" };
import runningMac from "../vectors/transport/running-mac.json" with { type: "json" };
import x25519 from "../vectors/transport/x25519.json" with { type: "json" };

const bytes = (hex: string) => Uint8Array.fromHex(hex);
const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

for (const { name, key, nonce, counter, calls } of chacha8.cases) {
  test(`chacha8 vectors: ${name}`, () => {
    const cipher = new ChaCha8();
    cipher.install(bytes(key), bytes(nonce), BigInt(counter));
    for (const { length, keystream } of calls) {
      const buffer = new Uint8Array(length);
      cipher.apply(buffer, 0, length);
      assert.equal(buffer.toHex(), keystream);
    }
  });
  for (const { name: which, provider, place } of implementations) {
    if (counter !== "0") continue; // A provider starts every stream at 0, as a12 does.
    test(`chacha8 vectors through ${which}: ${name}`, () => {
      const sealer = provider.sealer();
      sealer.install(bytes(key), bytes(nonce), new Uint8Array(32));
      for (const { length, keystream } of calls) {
        const buffer = place(new Uint8Array(length + 16));
        sealer.seal(buffer, 0, length, length, 16);
        assert.equal(buffer.subarray(0, length).toHex(), keystream);
      }
      sealer.free();
    });
  }
}

for (const { name, context, secret, nonce, first, second, third } of kdf.cases) {
  test(`kdf vectors: ${name}`, () => {
    if (context === "arcan-a12 rekey") {
      assert.equal(deriveRekeyMac(bytes(secret)).toHex(), first);
      return;
    }
    const keys = deriveKeys(bytes(secret), nonce === null ? undefined : bytes(nonce));
    assert.equal(keys.mac.toHex(), first);
    assert.equal(keys.client.toHex(), second);
    assert.equal(keys.server.toHex(), third);
    if (nonce === null) assert.deepEqual(keysOfPassphrase(bytes(secret)), keys);
  });
}

for (const { name, key, steps } of runningMac.cases) {
  test(`running-mac vectors: ${name}`, () => {
    const mac = new RunningBlake3();
    mac.install(bytes(key));
    let total = 0;
    for (const { append, tag16, tag8 } of steps) {
      const data = Uint8Array.from({ length: append }, () => (total++ * 7 + 3) & 255);
      mac.update(data, 0, append);
      const tag = new Uint8Array(16);
      mac.sample(tag, 0, 16);
      assert.equal(tag.toHex(), tag16);
      mac.sample(tag.fill(0), 0, 8);
      assert.equal(tag.toHex(), tag8.padEnd(32, "0"));
    }
  });
  for (const { name: which, provider, place } of implementations) {
    test(`running-mac vectors through ${which}: ${name}`, () => {
      const opener = provider.opener();
      opener.install(new Uint8Array(32), new Uint8Array(8), bytes(key));
      let total = 0;
      for (const { append, tag16 } of steps) {
        const packet = place(new Uint8Array(16 + append));
        packet.set(bytes(tag16));
        for (let i = 0; i < append; i++) packet[16 + i] = total++ * 7 + 3;
        assert.ok(opener.open(packet, 16, 16 + append, 0, 16), `tag after ${total} bytes`);
      }
      opener.free();
    });
  }
}

for (const { name, private: own, public: peer, shared, returned } of x25519.cases) {
  const expected = returned === 0 ? shared : undefined;
  test(`x25519 vectors: ${name} (${peer.slice(0, 8)})`, () => {
    assert.equal(new PrivateKey(bytes(own)).agree(bytes(peer))?.toHex(), expected);
    assert.equal(isLowOrder(bytes(peer)), expected === undefined);
    // An agreement with the base point computes the public key.
    if (peer.startsWith("0900")) assert.equal(publicKey(bytes(own)).toHex(), shared);
  });
}
