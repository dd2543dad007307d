import assert from "node:assert/strict";
import { blake3 } from "@noble/hashes/blake3.js";
import { fingerprint } from "../../../lib/crypto/fingerprint.ts";

Deno.test({
  name: "a fingerprint is the first 20 hex digits of the key's BLAKE3 hash in groups of four",
  permissions: "none",
  fn() {
    const key = new Uint8Array(32).fill(1);
    const text = fingerprint(key);
    assert.match(text, /^[0-9a-f]{4}(-[0-9a-f]{4}){4}$/);
    assert.equal(text.replaceAll("-", ""), blake3(key).toHex().slice(0, 20));
  },
});

Deno.test({
  name: "fingerprints never change, as people compare them with written ones",
  permissions: "none",
  fn() {
    assert.equal(fingerprint(new Uint8Array(32)), "2ada-83c1-819a-5372-dae1");
    assert.equal(
      fingerprint(Uint8Array.fromBase64("4Qz1M1N1Z5rahquE7jDd0KzAIR0o0dEznxFvjMM3xwU=")),
      "035f-c2a4-4842-56c9-2632",
    );
  },
});
