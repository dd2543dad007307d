/**
 * Keys as text: strict base64 of 32 bytes, and no key that anybody could answer for.
 *
 * @module
 */
import { decodeBase64 } from "../lib/bytes/base64.ts";
import { KEY_BYTES } from "../lib/crypto/provider.ts";
import { isLowOrder } from "../lib/crypto/x25519.ts";
import { KeystoreError } from "../lib/errors.ts";

/** Length of a key in base64, in characters. */
export const KEY_CHARACTERS = 44;

/**
 * Reads a public key.
 *
 * DEVIATION: the reference reads foreign characters as zero bits and takes keys of low order; both
 * are refused (pinned by "keys that the reference misreads" in tests/unit/keystore/keys_test.ts).
 *
 * @param text 44 characters of base64.
 * @returns 32 fresh bytes.
 * @throws KeystoreError `bad-key`, which says what is wrong; it does not repeat the text, as people
 *   paste private keys by mistake.
 */
export function parsePublicKey(text: string): Uint8Array<ArrayBuffer> {
  const key = parseKey(text);
  requireUsableKey(key);
  return key;
}

/**
 * Refuses public keys that are no one's.
 *
 * @param publicKey The raw bytes.
 * @throws KeystoreError `bad-key` for another length than 32 bytes and for points of low order, such
 *   as zero: everybody can compute what is agreed with them.
 */
export function requireUsableKey(publicKey: Uint8Array): void {
  if (publicKey.length !== KEY_BYTES) throw wrongLength(publicKey.length);
  if (isLowOrder(publicKey)) {
    throw new KeystoreError(
      "bad-key",
      "the key is a point of low order: it is nobody's own, so everybody could log in with it",
    );
  }
}

/**
 * Reads a private key.
 *
 * @param text 44 characters of base64.
 * @returns 32 fresh bytes, as stored: clamped or not.
 * @throws KeystoreError `bad-key`, which never holds a part of the text.
 */
export function parsePrivateKey(text: string): Uint8Array<ArrayBuffer> {
  const key = parseKey(text);
  if (key.every((byte) => byte === 0)) {
    throw new KeystoreError("bad-key", "the private key is zero");
  }
  return key;
}

/**
 * Writes a key.
 *
 * @param key The raw bytes.
 * @returns 44 characters of base64.
 */
export function formatKey(key: Uint8Array): string {
  return key.toBase64();
}

function parseKey(text: string): Uint8Array<ArrayBuffer> {
  if (text === "") throw new KeystoreError("bad-key", "the key is empty");
  const key = decodeBase64(text);
  if (key === undefined) throw new KeystoreError("bad-key", base64Problem(text));
  if (key.length !== KEY_BYTES) throw wrongLength(key.length);
  return key;
}

function wrongLength(bytes: number): KeystoreError {
  return new KeystoreError("bad-key", `the key has ${bytes} bytes; a key has ${KEY_BYTES}`);
}

function base64Problem(text: string): string {
  const foreign = text.search(/[^A-Za-z0-9+/=]/);
  if (foreign >= 0) {
    return `the key is not base64: character ${foreign + 1} is ${JSON.stringify(text[foreign])}`;
  }
  if (text.length !== KEY_CHARACTERS) {
    return `the key has ${text.length} characters; 32 bytes of base64 have ${KEY_CHARACTERS}, ` +
      `with the "=" at the end`;
  }
  return `the key is not base64 as it is written: padding or last character are wrong`;
}
