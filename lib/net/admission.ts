/**
 * The decisions that all connections of a port share: which keys log in, and how many clients there
 * are. They are made in one place, also where several threads share the port; so an answer may take a
 * while.
 *
 * @module
 */

import type { PrivateKey } from "../crypto/x25519.ts";
import type { EnrolmentPlaces } from "./authority.ts";

/** Decides about clients. */
export interface Admission {
  /**
   * Decides about a claimed key.
   *
   * @param publicKey 32 bytes.
   * @param address Where the client connects from, without port.
   * @param places The listening name, and the unknown keys that are let in.
   * @throws {AuthError} `unknown-key`, `key-not-for-name`, `no-slot-left`, `too-many-of-key`, or the
   *   condition of the key that does not hold; maybe as a rejection.
   * @throws {KeystoreError} When the key to answer with, or how many places are taken, is unknown.
   */
  admit(
    publicKey: Uint8Array,
    address: string,
    places: EnrolmentPlaces,
  ): Ticket | Promise<Ticket>;
  /** The keys whose clients have to end, in base64: they were removed with their sessions. Never fails. */
  revoked(): readonly string[] | Promise<readonly string[]>;
  /**
   * Settles at the next change of {@linkcode revoked}; `undefined` where only looking tells. Rejects when
   * there is nothing to ask any more.
   */
  revocation(): Promise<void> | undefined;
  /** Called once the last client has left. */
  close?(): Promise<void> | undefined;
  /** How many clients there are, and how many the key has that has most; unknown where others decide. */
  readonly used?: { readonly maxClients: number; readonly maxClientsPerKey: number };
}

/** One connection with a claimed key that may log in. */
export interface Ticket {
  /** The key to answer with. */
  readonly identity: PrivateKey;
  /** What people know the claimed key by. */
  readonly comment: string | undefined;
  /**
   * Decides again once the key is proved, and takes a place among the clients. A later call decides
   * once more and takes no further place.
   *
   * @throws {AuthError} As {@linkcode Admission.admit}, if that has changed; maybe as a rejection.
   * @throws {LimitError} `too-many-connections` when the key would have more places than are left to
   *   others.
   */
  arrive(): void | Promise<void>;
  /**
   * Lets the client in: adds the proved key to the keystore if it is not there.
   *
   * @returns How many places for unknown keys are left then; `undefined` when the key was there.
   * @throws {AuthError} `no-slot-left`.
   * @throws {KeystoreError} When it cannot be written.
   */
  enrol(): Promise<number | undefined> | undefined;
  /** Gives back what the connection holds, once it has ended. */
  leave(): void;
}
