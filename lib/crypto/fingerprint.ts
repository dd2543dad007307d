/**
 * A short form of a public key, for log lines and for two people to compare aloud.
 *
 * @module
 */
import { RunningBlake3 } from "./blake3.ts";
import { INITIAL_KEY, PLAIN_HASH } from "./blake3_compress.ts";

const DIGITS = 20;

const state = new RunningBlake3();

/**
 * The fingerprint of a public key: the first 80 bits of its BLAKE3 hash, in groups of four digits.
 *
 * Every decision is made on the whole key; this is for people and logs alone. Anybody can compute
 * it again: `base64 -d | b3sum | cut -c1-20`.
 *
 * @param publicKey The 32 raw bytes of an X25519 public key; read only.
 * @returns 24 characters such as `3f2a-91bc-07de-55aa-c1d2`.
 */
export function fingerprint(publicKey: Uint8Array): string {
  const digest = new Uint8Array(DIGITS / 2);
  state.install(INITIAL_KEY, PLAIN_HASH);
  state.update(publicKey, 0, publicKey.length);
  state.sample(digest, 0, digest.length);
  return digest.toHex().match(/.{4}/g)!.join("-");
}
