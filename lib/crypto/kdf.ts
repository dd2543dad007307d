/**
 * The key schedule: every key of a session is derived from a secret by BLAKE3 in its derive_key mode.
 *
 * @module
 */

import { BLAKE3_MODE, INITIAL_KEY, RunningBlake3 } from "./blake3.ts";
import { KEY_BYTES } from "./provider.ts";

/** The keys of one stage of a session, 32 bytes each. */
export interface SessionKeys {
  /** For the MAC of both directions. */
  readonly mac: Uint8Array<ArrayBuffer>;
  /** For the cipher from client to server. */
  readonly client: Uint8Array<ArrayBuffer>;
  /** For the cipher from server to client. */
  readonly server: Uint8Array<ArrayBuffer>;
}

/** Shared by all derivations, which wipe it: constructing one takes longer than a derivation. */
const state = new RunningBlake3();

const SESSION_CONTEXT_KEY = contextKey("arcan-a12 init-packet");
const REKEY_CONTEXT_KEY = contextKey("arcan-a12 rekey");

/**
 * Derives the keys of a stage (arcan `a12.c`): the state is sampled three times and absorbs each sample
 * before the next.
 *
 * @param secret The passphrase without a NUL, or the 32 bytes of an X25519 agreement.
 * @param nonce 8 bytes from the server's HELLO; absent for the stage of the passphrase.
 * @returns Fresh keys; the caller wipes them.
 */
export function deriveKeys(secret: Uint8Array, nonce?: Uint8Array): SessionKeys {
  state.install(SESSION_CONTEXT_KEY, BLAKE3_MODE.deriveKeyMaterial);
  state.update(secret, 0, secret.length);
  if (nonce !== undefined) state.update(nonce, 0, nonce.length);
  const keys = new Uint8Array(3 * KEY_BYTES);
  for (let at = 0; at < keys.length; at += KEY_BYTES) {
    if (at > 0) state.update(keys, at - KEY_BYTES, at);
    state.sample(keys, at, KEY_BYTES);
  }
  state.wipe();
  return {
    mac: keys.subarray(0, KEY_BYTES),
    client: keys.subarray(KEY_BYTES, 2 * KEY_BYTES),
    server: keys.subarray(2 * KEY_BYTES),
  };
}

const passphraseKeys = new WeakMap<Uint8Array, SessionKeys>();

/**
 * Derives the keys of the stage of the passphrase, once for each array: all connections to a listener have
 * the same, and they are no more secret than the passphrase.
 *
 * @param passphrase Without a NUL; it must not change.
 * @returns Keys that others use too; do not wipe them.
 */
export function keysOfPassphrase(passphrase: Uint8Array): SessionKeys {
  let keys = passphraseKeys.get(passphrase);
  if (keys === undefined) passphraseKeys.set(passphrase, keys = deriveKeys(passphrase));
  return keys;
}

/**
 * Derives the MAC key of one direction after a REKEY; the agreement itself is the cipher key.
 *
 * @param shared The 32 bytes of the X25519 agreement.
 * @returns 32 fresh bytes; the caller wipes them.
 */
export function deriveRekeyMac(shared: Uint8Array): Uint8Array<ArrayBuffer> {
  state.install(REKEY_CONTEXT_KEY, BLAKE3_MODE.deriveKeyMaterial);
  state.update(shared, 0, shared.length);
  const key = sample();
  state.wipe();
  return key;
}

function contextKey(context: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(context);
  state.install(INITIAL_KEY, BLAKE3_MODE.deriveKeyContext);
  state.update(bytes, 0, bytes.length);
  return sample();
}

function sample(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(KEY_BYTES);
  state.sample(bytes, 0, KEY_BYTES);
  return bytes;
}
