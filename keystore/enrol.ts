/**
 * Places for unknown keys: the `num` of `num:secret`.
 *
 * @module
 */
import { ApiMisuseError, KeystoreError } from "../lib/errors.ts";
import type { Acceptance } from "./keystore.ts";
import { formatKey } from "./keys.ts";
import type { Places } from "./spent_places.ts";

/** What enrolling a key did. */
export interface EnrolResult {
  /** Whether the key was written; it was accepted already otherwise, and took no place. */
  readonly added: boolean;
  /** How many places are taken now, those of earlier runs and other processes included. */
  readonly spent: number;
}

/** What the slots need of a keystore; {@linkcode Keystore} has it. */
export interface EnrolmentStore {
  /**
   * Tells how many places are taken.
   *
   * @param places Their name and secret.
   * @throws KeystoreError `bad-line`, `keystore-unreadable`.
   */
  spentPlaces(places: Places): number;
  /**
   * Trusts an unknown key and takes a place for it.
   *
   * @param places Their name and secret.
   * @param publicKey 32 bytes.
   * @throws AuthError `no-slot-left` when all are taken.
   * @throws KeystoreError `keystore-unwritable` and others; then no place is taken.
   */
  enrol(places: Places, publicKey: Uint8Array): Promise<EnrolResult>;
  /**
   * Decides whether a key may log in.
   *
   * @param publicKey 32 bytes.
   * @param name The listening name, or `undefined` for a listener without one.
   */
  accepts(publicKey: Uint8Array, name: string | undefined): Acceptance;
}

/** A slot that is kept for one connection with an unknown key. */
export interface Reservation {
  /** The 32 bytes of the key, not to be changed. */
  readonly publicKey: Uint8Array;
  /**
   * Writes the key to the keystore and spends the slot. To be called when the client has proved that
   * it has the private key.
   *
   * @returns Whether the key was written now; `false` when it is there already, written for another
   *   connection with the same key, or by somebody else: then no slot is spent for it.
   * @throws AuthError `no-slot-left` when another process has taken the last place.
   * @throws KeystoreError `keystore-unwritable` when it cannot be written, `no-such-key` when it was
   *   written and removed again meanwhile: the client must not be let in, and the slot is free again.
   * @throws ApiMisuseError `wrong-state` after `commit` or `release`.
   */
  commit(): Promise<boolean>;
  /** How many places are not taken at present; those that other connections keep count as well. */
  readonly placesLeft: number;
  /** Gives the slot back; does nothing after `commit` or `release`. */
  release(): void;
}

interface Candidate {
  readonly publicKey: Uint8Array;
  /** Connections that offer this key and are still on their way. */
  connections: number;
  spent: boolean;
  writing: Promise<EnrolResult> | undefined;
}

/**
 * A limited number of places for unknown keys of one listener.
 *
 * The store counts the places that are taken, over restarts and among processes: never more than
 * `count` keys are written for one name and secret. A process that is killed while it writes a key may
 * lose a place.
 */
export class EnrolmentSlots {
  readonly #store: EnrolmentStore;
  readonly #places: Places;
  readonly #candidates = new Map<string, Candidate>();
  #spent: number;

  /**
   * Opens the places.
   *
   * @param store Where the keys go.
   * @param places The secret, the count, and the listening name under which the keys go there. A
   *   listener without a name keeps them under `default`, as arcan-net does, so that they are good for
   *   it and for an arcan-net.
   * @throws ApiMisuseError `bad-argument` for a count that is no whole number from 0 up.
   * @throws KeystoreError `bad-line`, `keystore-unreadable` when it is not known how many are taken.
   */
  constructor(store: EnrolmentStore, places: Places) {
    const { count } = places;
    if (!Number.isSafeInteger(count) || count < 0) {
      const message = `the number of unknown keys is ${count}; it must be a whole number from 0 up`;
      throw new ApiMisuseError("bad-argument", message);
    }
    this.#store = store;
    this.#places = places;
    this.#spent = store.spentPlaces(places);
  }

  /** How many places are taken. */
  get spent(): number {
    return this.#spent;
  }

  /** How many more unknown keys could be offered right now. */
  get free(): number {
    let reserved = 0;
    for (const candidate of this.#candidates.values()) if (!candidate.spent) reserved++;
    return Math.max(0, this.#left - reserved);
  }

  /**
   * Keeps a slot for a connection that offers an unknown key. Connections with the same key share one.
   *
   * @param publicKey The 32 bytes that the client offers, copied.
   * @returns The reservation, to be ended with `commit` or `release`; `undefined` when no slot is left.
   */
  reserve(publicKey: Uint8Array): Reservation | undefined {
    const id = formatKey(publicKey);
    let candidate = this.#candidates.get(id);
    // A key that was written and is unknown again was removed: it needs a slot like any other.
    if (candidate === undefined || candidate.spent) {
      if (this.free <= 0) return undefined;
      candidate = {
        publicKey: publicKey.slice(),
        connections: 0,
        spent: false,
        writing: undefined,
      };
      this.#candidates.set(id, candidate);
    }
    candidate.connections++;
    return this.#reservation(id, candidate);
  }

  get #left(): number {
    return Math.max(0, this.#places.count - this.#spent);
  }

  #reservation(id: string, candidate: Candidate): Reservation {
    let open = true;
    const end = () => {
      open = false;
      candidate.connections--;
      // A later candidate of the same key may have taken its place.
      if (candidate.connections === 0 && this.#candidates.get(id) === candidate) {
        this.#candidates.delete(id);
      }
    };
    const left = () => this.#left;
    return {
      publicKey: candidate.publicKey,
      get placesLeft() {
        return left();
      },
      commit: async () => {
        if (!open) {
          throw new ApiMisuseError("wrong-state", "this reservation was ended before");
        }
        open = false;
        try {
          return await this.#write(candidate);
        } finally {
          end();
        }
      },
      release: () => {
        if (open) end();
      },
    };
  }

  async #write(candidate: Candidate): Promise<boolean> {
    if (candidate.writing !== undefined) await candidate.writing;
    if (candidate.spent) {
      if (this.#store.accepts(candidate.publicKey, this.#places.name).accepted) return false;
      throw new KeystoreError("no-such-key", "the key was removed from the keystore meanwhile");
    }
    candidate.writing = this.#store.enrol(this.#places, candidate.publicKey);
    try {
      const { added, spent } = await candidate.writing;
      candidate.spent = added;
      this.#spent = Math.max(this.#spent, spent);
      return added;
    } finally {
      candidate.writing = undefined;
    }
  }
}
