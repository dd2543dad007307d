/**
 * The secret of a link. It is kept as hashes alone: what the page logs in with, and the cookie that it
 * gets for it.
 *
 * @module
 */

import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** 128 bits. */
const TOKEN_BYTES = 16;
/** Tokens and cookies as text. */
const TOKEN = /^[A-Za-z0-9_-]{22}$/;

/** @returns A new token in base64url. */
export function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/** Whether text has the form of a token, or of a cookie. */
export function isToken(text: unknown): text is string {
  return typeof text === "string" && TOKEN.test(text);
}

/** The cookie that stands for a token. Nothing leads from it back to the token. */
export function cookieOf(token: string): string {
  const digest = createHmac("sha256", token).update("net-listen cookie").digest();
  return digest.subarray(0, TOKEN_BYTES).toString("base64url");
}

/** A secret that can be recognised and not read. */
export class HashedSecret {
  readonly #hash: Uint8Array;

  constructor(secret: string) {
    this.#hash = hash(secret);
  }

  /** Compares in constant time. */
  equals(secret: string): boolean {
    return timingSafeEqual(hash(secret), this.#hash);
  }
}

function hash(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}
