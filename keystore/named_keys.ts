/**
 * Keys that a user names by base64 or by the first digits of the fingerprint.
 *
 * @module
 */
import { fingerprint } from "../lib/crypto/fingerprint.ts";
import { KeystoreError } from "../lib/errors.ts";
import { formatKey } from "./format.ts";

/** The fewest digits of a fingerprint that name a key; fewer are easy to hit by chance. */
export const LEAST_DIGITS = 4;

/** @returns The digits without dashes; `undefined` when the text cannot name a key by its fingerprint. */
export function fingerprintDigits(text: string): string | undefined {
  const digits = text.toLowerCase().replaceAll("-", "");
  return digits.length >= LEAST_DIGITS && /^[0-9a-f]*$/.test(digits) ? digits : undefined;
}

/**
 * Finds what belongs to one key.
 *
 * @param text The key in base64, or its fingerprint or the first digits of it, with or without dashes.
 * @param candidates Several may have the same key.
 * @param claim What is true of the candidates, for the error: "may log in".
 * @returns All candidates with the key; empty when there is none.
 * @throws {KeystoreError} `no-such-key` when several keys fit.
 */
export function keysNamed<T extends { readonly publicKey: Uint8Array }>(
  text: string,
  candidates: readonly T[],
  claim: string,
): T[] {
  const digits = fingerprintDigits(text);
  const found = candidates.filter(({ publicKey }) =>
    formatKey(publicKey) === text ||
    digits !== undefined && fingerprint(publicKey).replaceAll("-", "").startsWith(digits)
  );
  const prints = new Set(found.map(({ publicKey }) => fingerprint(publicKey)));
  if (prints.size <= 1) return found;
  throw new KeystoreError(
    "no-such-key",
    `${prints.size} keys that ${claim} begin with ${JSON.stringify(text)}: ` +
      `${[...prints].join(", ")}; give more digits`,
  );
}
