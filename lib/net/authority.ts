/**
 * What a listener asks about keys. The keystore answers; tests and other programs may answer too.
 *
 * @module
 */

import type { PrivateKey } from "../crypto/x25519.ts";

/** Whether a key may log in. */
export type KeyVerdict =
  | {
    readonly accepted: true;
    /** What people know the key by. */
    readonly comment?: string | undefined;
    /** How many clients may be logged in with it at the same time; any number when absent. */
    readonly maxClients?: number | undefined;
  }
  | {
    readonly accepted: false;
    readonly code:
      | "unknown-key"
      | "key-not-for-name"
      | "key-expired"
      | "address-not-allowed"
      | "bad-conditions";
    /** Which condition of the key does not hold. */
    readonly detail?: string | undefined;
    /** What people know the key by. */
    readonly comment?: string | undefined;
  };

/** A place in the number of unknown keys that are let in; given back unless it is taken. */
export interface Reservation {
  /**
   * Writes the key to the keystore and spends the place.
   *
   * @returns Whether it was written; `false` when it had got there otherwise, which spends no place.
   * @throws {AuthError} `no-slot-left`.
   * @throws {KeystoreError} `keystore-unwritable`, `no-such-key`; the place is given back.
   */
  commit(): Promise<boolean>;
  /** How many places are not taken at present. */
  readonly placesLeft: number;
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
   * @throws {AuthError} Why no place can be kept now, as a rejection.
   */
  reserve(publicKey: Uint8Array): Reservation | undefined | Promise<Reservation | undefined>;
}

/** The places of one secret. */
export interface EnrolmentPlaces {
  /** The listening name, if any. */
  readonly name: string | undefined;
  /** The bytes of the secret. */
  readonly secret: Uint8Array;
  /** How many unknown keys it lets in. */
  readonly count: number;
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
   * @param address Where the client connects from, without port.
   */
  accepts(publicKey: Uint8Array, name: string | undefined, address: string): KeyVerdict;
  /** Notes that an unknown key was refused; does not throw. */
  knocked?(publicKey: Uint8Array, name: string | undefined, address: string): void;
  /** Notes that a key has logged in; does not throw. */
  loggedIn?(publicKey: Uint8Array, address: string): void;
  /** The keys whose clients have to end, in base64; does not throw. */
  revoked?(): readonly string[];
  /** Settles at the next change of {@linkcode revoked}; `undefined` where only looking tells. */
  revocation?(): Promise<void> | undefined;
  /** Writes what it has noted, when the last client has left; does not reject. */
  close?(): Promise<void>;
  /**
   * Opens places for unknown keys.
   *
   * @param places How many, for which secret, and the listening name that keys are accepted for.
   * @throws {KeystoreError} When it is not known how many are taken.
   */
  enrolment(places: EnrolmentPlaces): Enrolment;
}
