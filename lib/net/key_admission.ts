/**
 * Decides which keys log in. A key is looked up when it is claimed, and again when it is proved: what
 * held at first may have changed by then.
 *
 * @module
 */

import type { PrivateKey } from "../crypto/x25519.ts";
import { AuthError, LimitError } from "../errors.ts";
import type { Admission, Ticket } from "./admission.ts";
import type { KeyClients } from "./key_clients.ts";
import type { CurrentLimits } from "./listen_limits.ts";
import type {
  Enrolment,
  EnrolmentPlaces,
  KeyAuthority,
  KeyVerdict,
  Reservation,
} from "./authority.ts";

type Accepted = Extract<KeyVerdict, { accepted: true }>;
type Refused = Extract<KeyVerdict, { accepted: false }>;

/** What is wrong with a key, where the authority does not say it. */
const DETAILS: { readonly [C in Refused["code"]]: (name: string | undefined) => string } = {
  "unknown-key": () => "the key is not in the keystore",
  "key-not-for-name": (name) => `the key is not accepted for ${name ?? "login"}`,
  "key-expired": () => "the key has expired",
  "address-not-allowed": () => "the key may not log in from this address",
  "bad-conditions": () => "the conditions of the key cannot be read",
};

/** A key that is claimed. */
interface Claim {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Where the client connects from, without port. */
  readonly address: string;
  readonly places: EnrolmentPlaces;
}

/** The decisions of one port, made with the keystore. */
export class KeyAdmission implements Admission {
  readonly #authority: KeyAuthority;
  readonly #clients: KeyClients;
  readonly #limits: CurrentLimits;
  /** By secret and count. */
  readonly #enrolments = new Map<string, Enrolment>();

  /**
   * @param authority Knows the keys.
   * @param limits How many clients there may be at once, and how many of one key.
   * @param clients The clients of each key.
   */
  constructor(authority: KeyAuthority, limits: CurrentLimits, clients: KeyClients) {
    this.#authority = authority;
    this.#limits = limits;
    this.#clients = clients;
  }

  get used(): { readonly maxClients: number; readonly maxClientsPerKey: number } {
    return { maxClients: this.#clients.count, maxClientsPerKey: this.#clients.most };
  }

  admit(
    publicKey: Uint8Array,
    address: string,
    places: EnrolmentPlaces,
  ): Ticket | Promise<Ticket> {
    const claim = { publicKey: publicKey.slice(), address, places };
    const accepted = this.accepts(claim);
    if (accepted !== undefined) {
      this.#requireFree(publicKey.toBase64(), accepted);
      return new KeyTicket(this, claim, undefined, this.#authority.identity(), accepted.comment);
    }
    const { count } = places;
    const place = count === 0 ? undefined : this.#enrolmentFor(places).reserve(claim.publicKey);
    return place instanceof Promise
      ? place.then((place) => this.#reserved(claim, place))
      : this.#reserved(claim, place);
  }

  /** @throws {AuthError} When an unknown key has no place. */
  #reserved(claim: Claim, place: Reservation | undefined): Ticket {
    if (place === undefined) throw this.#refuse(claim);
    try {
      return new KeyTicket(this, claim, place, this.#authority.identity(), undefined);
    } catch (error) {
      place.release();
      throw error;
    }
  }

  revoked(): readonly string[] {
    return this.#authority.revoked?.() ?? [];
  }

  revocation(): Promise<void> | undefined {
    return this.#authority.revocation?.();
  }

  close(): Promise<void> | undefined {
    return this.#authority.close?.();
  }

  /** Notes that a client is let in. */
  loggedIn({ publicKey, address }: Claim): void {
    this.#authority.loggedIn?.(publicKey, address);
  }

  /**
   * Looks a key up.
   *
   * @returns `undefined` for an unknown key.
   * @throws {AuthError} `key-not-for-name`, or the condition that does not hold.
   */
  accepts({ publicKey, address, places: { name } }: Claim): Accepted | undefined {
    const verdict = this.#authority.accepts(publicKey, name, address);
    if (verdict.accepted) return verdict;
    const { code, detail = DETAILS[code](name), comment } = verdict;
    if (code === "unknown-key") return undefined;
    throw new AuthError(code, detail, { comment });
  }

  /**
   * Takes a place among the clients.
   *
   * @param accepted What the key may; an unknown key may have as many clients as any key.
   * @returns Gives it back.
   * @throws {AuthError} `too-many-of-key`.
   * @throws {LimitError} `too-many-connections`.
   */
  enter(publicKey: Uint8Array, accepted: Accepted | undefined): () => void {
    const owner = publicKey.toBase64();
    this.#requireFree(owner, accepted);
    const clients = this.#clients;
    const { maxClients } = this.#limits.all;
    if (!clients.enter(owner, maxClients)) {
      throw new LimitError(
        "too-many-connections",
        `with one client more this key would have more places than are left to others ` +
          `(${clients.count} of ${maxClients} are taken)`,
      );
    }
    return () => clients.leave(owner);
  }

  #requireFree(owner: string, { maxClients, comment }: Partial<Accepted> = {}): void {
    const most = maxClients ?? this.#limits.all.maxClientsPerKey;
    const has = this.#clients.of(owner);
    if (has < most) return;
    const elsewhere = has - (this.#clients.here.get(owner) ?? 0);
    throw new AuthError(
      "too-many-of-key",
      `the key has as many clients as it may have at the same time (${most}${
        elsewhere > 0 ? `; ${elsewhere} of them at other hosts` : ""
      })`,
      { comment },
    );
  }

  #refuse({ publicKey, address, places: { count, name } }: Claim): AuthError {
    this.#authority.knocked?.(publicKey, name, address);
    if (count === 0) return new AuthError("unknown-key", DETAILS["unknown-key"](name));
    return new AuthError(
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
  readonly comment: string | undefined;
  readonly #admission: KeyAdmission;
  readonly #claim: Claim;
  #place: Reservation | undefined;
  #exit: (() => void) | undefined;

  constructor(
    admission: KeyAdmission,
    claim: Claim,
    place: Reservation | undefined,
    identity: PrivateKey,
    comment: string | undefined,
  ) {
    this.#admission = admission;
    this.#claim = claim;
    this.#place = place;
    this.identity = identity;
    this.comment = comment;
  }

  /** Only a proved key takes a place; a claim must not take one from the owner of the key. */
  arrive(): void {
    const accepted = this.#admission.accepts(this.#claim);
    if (accepted !== undefined) {
      this.#place?.release();
      this.#place = undefined;
    } else if (this.#place === undefined) {
      throw new AuthError("unknown-key", "the key was removed from the keystore during the login");
    }
    this.#exit ??= this.#admission.enter(this.#claim.publicKey, accepted);
  }

  enrol(): Promise<number | undefined> | undefined {
    const place = this.#place;
    if (place !== undefined) return this.#commit(place);
    this.#admission.loggedIn(this.#claim);
    return undefined;
  }

  async #commit(place: Reservation): Promise<number | undefined> {
    const isNew = await place.commit();
    this.#admission.loggedIn(this.#claim);
    return isNew ? place.placesLeft : undefined;
  }

  leave(): void {
    this.#place?.release();
    this.#exit?.();
    this.#exit = undefined;
  }
}
