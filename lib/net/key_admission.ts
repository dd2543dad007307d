/**
 * Decides which keys log in. A key is looked up when it is claimed, and again when it is proved: what
 * held at first may have changed by then.
 *
 * @module
 */

import { FairShare } from "../bytes/fair_share.ts";
import type { PrivateKey } from "../crypto/x25519.ts";
import { AuthError, LimitError } from "../errors.ts";
import type { Admission, Ticket } from "./admission.ts";
import type { Enrolment, EnrolmentPlaces, KeyAuthority, Reservation } from "./authority.ts";

/** The decisions of one port, made with the keystore. */
export class KeyAdmission implements Admission {
  readonly #authority: KeyAuthority;
  /** The clients of each key. */
  readonly #clients: FairShare;
  /** By secret and count. */
  readonly #enrolments = new Map<string, Enrolment>();

  /**
   * @param authority Knows the keys.
   * @param maxClients How many clients there may be at once.
   */
  constructor(authority: KeyAuthority, maxClients: number) {
    this.#authority = authority;
    this.#clients = new FairShare(maxClients);
  }

  admit(publicKey: Uint8Array, places: EnrolmentPlaces): Ticket {
    const place = this.#reserve(publicKey, places);
    try {
      return new KeyTicket(this, publicKey.slice(), places, place, this.#authority.identity());
    } catch (error) {
      place?.release();
      throw error;
    }
  }

  /** @throws {AuthError} `key-not-for-name`. */
  accepts(publicKey: Uint8Array, { name }: EnrolmentPlaces): boolean {
    const verdict = this.#authority.accepts(publicKey, name);
    if (!verdict.accepted && verdict.code === "key-not-for-name") {
      throw new AuthError(
        "key-not-for-name",
        `the key is not accepted for ${name ?? "login"}`,
      );
    }
    return verdict.accepted;
  }

  /**
   * Takes a place among the clients.
   *
   * @returns Gives it back.
   * @throws {LimitError} `too-many-connections`.
   */
  enter(publicKey: Uint8Array): () => void {
    const owner = publicKey.toBase64();
    const clients = this.#clients;
    if (!clients.take(owner, 1)) {
      throw new LimitError(
        "too-many-connections",
        `with one client more this key would have more places than are left to others ` +
          `(${clients.used} of ${clients.limit} are taken)`,
      );
    }
    return () => clients.give(owner, 1);
  }

  #reserve(publicKey: Uint8Array, places: EnrolmentPlaces): Reservation | undefined {
    if (this.accepts(publicKey, places)) return undefined;
    const { count } = places;
    if (count === 0) throw new AuthError("unknown-key", "the key is not in the keystore");
    const place = this.#enrolmentFor(places).reserve(publicKey);
    if (place !== undefined) return place;
    throw new AuthError(
      "no-slot-left",
      `the key is not in the keystore and all ${count} places for unknown keys are taken`,
    );
  }

  #enrolmentFor(places: EnrolmentPlaces): Enrolment {
    const key = `${places.count} ${places.secret.toBase64()}`;
    let enrolment = this.#enrolments.get(key);
    if (enrolment === undefined) {
      this.#enrolments.set(key, enrolment = this.#authority.enrolment(places));
    }
    return enrolment;
  }
}

class KeyTicket implements Ticket {
  readonly identity: PrivateKey;
  readonly #admission: KeyAdmission;
  readonly #publicKey: Uint8Array;
  readonly #places: EnrolmentPlaces;
  #place: Reservation | undefined;
  #exit: (() => void) | undefined;

  constructor(
    admission: KeyAdmission,
    publicKey: Uint8Array,
    places: EnrolmentPlaces,
    place: Reservation | undefined,
    identity: PrivateKey,
  ) {
    this.#admission = admission;
    this.#publicKey = publicKey;
    this.#places = places;
    this.#place = place;
    this.identity = identity;
  }

  /** Only a proved key takes a place; a claim must not take one from the owner of the key. */
  arrive(): void {
    if (this.#admission.accepts(this.#publicKey, this.#places)) {
      this.#place?.release();
      this.#place = undefined;
    } else if (this.#place === undefined) {
      throw new AuthError("unknown-key", "the key was removed from the keystore during the login");
    }
    this.#exit = this.#admission.enter(this.#publicKey);
  }

  enrol(): Promise<number | undefined> | undefined {
    const place = this.#place;
    if (place === undefined) return undefined;
    return place.commit().then((isNew) => isNew ? place.placesLeft : undefined);
  }

  leave(): void {
    this.#place?.release();
    this.#exit?.();
    this.#exit = undefined;
  }
}
