/**
 * Key agreement on Curve25519 (RFC 7748), on the fastest provider at hand.
 *
 * OpenSSL behind `node:crypto` agrees six times faster than portable code. It wants key objects, so
 * raw keys get the fixed prefixes of their ASN.1 forms (RFC 8410), and a server's own key is
 * imported once ({@linkcode PrivateKey}).
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import { ApiMisuseError } from "../errors.ts";

/** Length of a private key, a public key and an agreement, in bytes. */
export const X25519_BYTES = 32;

// Template: SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.110 }, OCTET STRING { OCTET STRING raw } }
const PKCS8_PREFIX = hex("302e020100300506032b656e04220420");
// Template: SEQUENCE { SEQUENCE { OID 1.3.101.110 }, BIT STRING raw }
const SPKI_PREFIX = hex("302a300506032b656e032100");

/**
 * The encodings of points of small order without the top bit, little-endian: 0, 1, two of order 8,
 * p - 1, and p and p + 1 that stand for 0 and 1. Whatever private key meets one, the agreement is zero.
 */
const LOW_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(hex);

/** A private key that is imported once and agrees often. */
export class PrivateKey {
  /** The public key that belongs to it; 32 bytes, not to be changed. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly #key: KeyObject;

  /**
   * Imports a private key.
   *
   * @param raw 32 bytes, clamped or not, copied.
   * @throws {ApiMisuseError} `bad-argument` when it is not 32 bytes long.
   */
  constructor(raw: Uint8Array) {
    const der = withPrefix(PKCS8_PREFIX, raw);
    this.#key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    der.fill(0);
    this.publicKey = rawPublicKey(this.#key);
  }

  /**
   * Agrees on a secret.
   *
   * @param publicKey 32 bytes; the top bit is ignored.
   * @returns 32 fresh bytes, or `undefined` when the result is zero because the point has low order.
   * @throws {ApiMisuseError} `bad-argument` when the key is not 32 bytes long.
   */
  agree(publicKey: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    if (isLowOrder(publicKey)) return undefined;
    const der = withPrefix(SPKI_PREFIX, publicKey);
    der[der.length - 1]! &= 0x7f;
    const peer = createPublicKey({ key: der, format: "der", type: "spki" });
    const result = diffieHellman({ privateKey: this.#key, publicKey: peer });
    const shared = Uint8Array.from(result);
    result.fill(0);
    // The list of points is complete; the result is looked at all the same, as a zero is fatal.
    return shared.every((byte) => byte === 0) ? undefined : shared;
  }
}

/**
 * Computes the public key of a private key.
 *
 * @param privateKey 32 bytes, clamped or not.
 * @returns 32 fresh bytes.
 * @throws {ApiMisuseError} `bad-argument` when the key is not 32 bytes long.
 */
export function publicKey(privateKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return new PrivateKey(privateKey).publicKey;
}

/**
 * Agrees on a secret with keys that are used once.
 *
 * DEVIATION: the reference goes on with the zero result of a low-order point; here it is refused
 * (pinned by "x25519 vectors" in tests/conformance/crypto_test.ts).
 *
 * @param privateKey 32 bytes, clamped or not.
 * @param publicKey 32 bytes; the top bit is ignored.
 * @returns 32 fresh bytes, or `undefined` when the result is zero because the point has low order.
 * @throws {ApiMisuseError} `bad-argument` when a key is not 32 bytes long.
 */
export function sharedSecret(
  privateKey: Uint8Array,
  publicKey: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  return new PrivateKey(privateKey).agree(publicKey);
}

/**
 * Tells whether a public key is a point of low order, with which every agreement is zero.
 *
 * @param publicKey 32 bytes; the top bit is ignored.
 * @returns Whether it is one of the seven encodings of such points.
 * @throws {ApiMisuseError} `bad-argument` when the key is not 32 bytes long.
 */
export function isLowOrder(publicKey: Uint8Array): boolean {
  requireLength(publicKey);
  return LOW_ORDER.some((point) =>
    point.every((byte, i) => byte === (i === 31 ? publicKey[i]! & 0x7f : publicKey[i]))
  );
}

function requireLength(key: Uint8Array): void {
  if (key.length !== X25519_BYTES) {
    throw new ApiMisuseError(
      "bad-argument",
      `X25519 key of ${key.length} bytes, need ${X25519_BYTES}`,
    );
  }
}

function withPrefix(prefix: Uint8Array, raw: Uint8Array): Buffer {
  requireLength(raw);
  // Memory of its own, not a piece of the pool, as it holds a private key until it is wiped.
  const der = Buffer.alloc(prefix.length + raw.length);
  der.set(prefix);
  der.set(raw, prefix.length);
  return der;
}

function rawPublicKey(key: KeyObject): Uint8Array<ArrayBuffer> {
  const der = createPublicKey(key).export({ format: "der", type: "spki" });
  return new Uint8Array(der.subarray(SPKI_PREFIX.length));
}

function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16));
}
