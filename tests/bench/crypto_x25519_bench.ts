/** Key agreement with each provider, and the key schedule. */

import { x25519 } from "@noble/curves/ed25519.js";
import { deriveKeys } from "../../lib/crypto/kdf.ts";
import { PrivateKey } from "../../lib/crypto/x25519.ts";

const own = new Uint8Array(32).fill(7), peer = new PrivateKey(new Uint8Array(32).fill(9)).publicKey;
const prepared = new PrivateKey(own);
const algorithm = { name: "X25519" };
const webPrivate = await crypto.subtle.importKey(
  "pkcs8",
  Uint8Array.fromHex(`302e020100300506032b656e04220420${own.toHex()}`),
  algorithm,
  false,
  ["deriveBits"],
);
const webPublic = await crypto.subtle.importKey("raw", peer, algorithm, true, []);

Deno.bench({
  name: "PrivateKey.agree (node:crypto, own key imported once)",
  group: "agree",
  baseline: true,
}, () => {
  prepared.agree(peer);
});
Deno.bench({ name: "PrivateKey.agree (node:crypto, raw keys)", group: "agree" }, () => {
  new PrivateKey(own).agree(peer);
});
Deno.bench({ name: "@noble/curves", group: "agree" }, () => {
  x25519.getSharedSecret(own, peer);
});
Deno.bench({ name: "WebCrypto, keys imported", group: "agree" }, async () => {
  await crypto.subtle.deriveBits({ name: "X25519", public: webPublic }, webPrivate, 256);
});

Deno.bench({ name: "new PrivateKey", group: "public key", baseline: true }, () => {
  new PrivateKey(own);
});
Deno.bench({ name: "@noble/curves", group: "public key" }, () => {
  x25519.getPublicKey(own);
});

Deno.bench({ name: "deriveKeys", group: "key schedule" }, () => {
  deriveKeys(own, peer.subarray(0, 8));
});
