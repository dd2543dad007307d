/**
 * A short form of a public key, for log lines and for people to compare aloud.
 *
 * @module
 */
import { BLAKE3_MODE, INITIAL_KEY, RunningBlake3 } from "./blake3.ts";

const DIGITS = 20;
const GROUP = 4;

const state = new RunningBlake3();

/**
 * The first 80 bits of the BLAKE3 hash of a public key, in groups of four digits. Never decide anything
 * by it: compare whole keys. `base64 -d | b3sum | cut -c1-20` computes the same digits.
 *
 * @param publicKey The 32 raw bytes of an X25519 public key.
 * @returns 24 characters such as `3f2a-91bc-07de-55aa-c1d2`.
 */
export function fingerprint(publicKey: Uint8Array): string {
  const digest = new Uint8Array(DIGITS / 2);
  state.install(INITIAL_KEY, BLAKE3_MODE.hash);
  state.update(publicKey, 0, publicKey.length);
  state.sample(digest, 0, digest.length);
  const digits = digest.toHex();
  let text = digits.slice(0, GROUP);
  for (let at = GROUP; at < DIGITS; at += GROUP) text += `-${digits.slice(at, at + GROUP)}`;
  return text;
}
