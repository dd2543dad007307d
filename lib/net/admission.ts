/**
 * Decides which keys log in. A key is looked up when it is claimed, and again when it is proved: what
 * held at first may have changed by then.
 *
 * @module
 */

import type { PrivateKey } from "../crypto/x25519.ts";
import { AuthError } from "../errors.ts";
import type { Enrolment, EnrolmentPlaces, KeyAuthority, Reservation } from "./authority.ts";

/** The decisions of one listener. */
export class Admission {
  readonly #authority: KeyAuthority;
  readonly #places: EnrolmentPlaces;
  #enrolment: Enrolment | undefined;

  /**
   * @param authority Knows the keys.
   * @param places The listening name, and how many unknown keys are let in.
   */
  constructor(authority: KeyAuthority, places: EnrolmentPlaces) {
    this.#authority = authority;
    this.#places = places;
  }

  /**
   * The key that the listener answers with.
   *
   * @throws {KeystoreError} `bad-line`, `keystore-unreadable`.
   */
  identity(): PrivateKey {
    return this.#authority.identity();
  }

  /**
   * Decides about a claimed key.
   *
   * @param publicKey 32 bytes.
   * @returns A place among the unknown keys, if it needs one.
   * @throws {AuthError} `unknown-key`, `key-not-for-name`, `no-slot-left`.
   * @throws {KeystoreError} When it is not known how many places are taken.
   */
  admit(publicKey: Uint8Array): Reservation | undefined {
    if (this.#isAccepted(publicKey)) return undefined;
    const { count } = this.#places;
    if (count === 0) throw new AuthError("unknown-key", "the key is not in the keystore");
    this.#enrolment ??= this.#authority.enrolment(this.#places);
    const place = this.#enrolment.reserve(publicKey);
    if (place !== undefined) return place;
    throw new AuthError(
      "no-slot-left",
      `the key is not in the keystore and all ${count} places for unknown keys are taken`,
    );
  }

  /**
   * Decides about a proved key.
   *
   * @param publicKey 32 bytes.
   * @param place What {@linkcode admit} returned for it.
   * @returns The place, if the key still needs it.
   * @throws {AuthError} `unknown-key`, `key-not-for-name`.
   */
  confirm(publicKey: Uint8Array, place: Reservation | undefined): Reservation | undefined {
    if (this.#isAccepted(publicKey)) {
      place?.release();
      return undefined;
    }
    if (place !== undefined) return place;
    throw new AuthError("unknown-key", "the key was removed from the keystore during the login");
  }

  #isAccepted(publicKey: Uint8Array): boolean {
    const { name } = this.#places;
    const verdict = this.#authority.accepts(publicKey, name);
    if (!verdict.accepted && verdict.code === "key-not-for-name") {
      throw new AuthError(
        "key-not-for-name",
        `the key is not accepted for ${name ?? "login"}`,
      );
    }
    return verdict.accepted;
  }
}
