/**
 * What a listener asks about keys. The keystore answers; tests and other programs may answer too.
 *
 * @module
 */

import type { PrivateKey } from "../crypto/x25519.ts";

/** Whether a key may log in. */
export type KeyVerdict =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly code: "unknown-key" | "key-not-for-name" };

/** A place in the number of unknown keys that are let in; given back unless it is taken. */
export interface Reservation {
  /**
   * Writes the key to the keystore and spends the place.
   *
   * @throws {KeystoreError} `keystore-unwritable`, `no-such-key`; the place is given back.
   */
  commit(): Promise<unknown>;
  /** Gives the place back; does nothing after {@linkcode commit}. */
  release(): void;
}

/** The unknown keys that a secret lets in. */
export interface Enrolment {
  /**
   * Keeps a place for a key that is claimed.
   *
   * @param publicKey 32 bytes.
   * @returns The place, or `undefined` when none is left.
   */
  reserve(publicKey: Uint8Array): Reservation | undefined;
}

/** Decides about keys. */
export interface KeyAuthority {
  /** The key that the listener answers with. */
  identity(): PrivateKey;
  /**
   * Decides about a claimed key; sees changes made since the last call.
   *
   * @param publicKey 32 bytes.
   * @param name The listening name, if any.
   */
  accepts(publicKey: Uint8Array, name: string | undefined): KeyVerdict;
  /**
   * Opens places for unknown keys.
   *
   * @param count How many.
   * @param name The listening name that they are accepted for.
   */
  enrolment(count: number, name: string | undefined): Enrolment;
}
