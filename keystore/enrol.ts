/**
 * Places for unknown keys: the `num` of `num:secret`.
 *
 * @module
 */
import { ApiMisuseError, KeystoreError } from "../lib/errors.ts";
import type { AddResult } from "./edit.ts";
import type { Acceptance } from "./keystore.ts";
import { formatKey } from "./keys.ts";
import { DEFAULT_TAG } from "./tags.ts";

/** What the slots need of a keystore; {@linkcode Keystore} has it. */
export interface EnrolmentStore {
  /**
   * Trusts a key.
   *
   * @param tags The names.
   * @param publicKey 32 bytes.
   */
  add(tags: readonly string[], publicKey: Uint8Array): Promise<AddResult>;
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
   * @throws KeystoreError `keystore-unwritable` when it cannot be written, `no-such-key` when it was
   *   written and removed again meanwhile: the client must not be let in, and the slot is free again.
   * @throws ApiMisuseError `wrong-state` after `commit` or `release`.
   */
  commit(): Promise<boolean>;
  /** Gives the slot back; does nothing after `commit` or `release`. */
  release(): void;
}

interface Candidate {
  readonly publicKey: Uint8Array;
  /** Connections that offer this key and are still on their way. */
  connections: number;
  spent: boolean;
  writing: Promise<AddResult> | undefined;
}

/**
 * A limited number of places for unknown keys of one listener.
 *
 * The count is kept by this object alone: never more than `count` keys are written through it, also
 * when many connections race. After a restart, `num:secret` is given anew and counts anew.
 */
export class EnrolmentSlots {
  readonly #store: EnrolmentStore;
  readonly #name: string | undefined;
  readonly #count: number;
  readonly #candidates = new Map<string, Candidate>();
  #spent = 0;

  /**
   * Opens the places.
   *
   * @param store Where the keys go.
   * @param name The listening name under which they go there. A listener without a name keeps them
   *   under `default`, as arcan-net does, so that they are good for it and for an arcan-net.
   * @param count How many unknown keys may get in, 0 or more.
   * @throws ApiMisuseError `bad-argument` for another count.
   */
  constructor(store: EnrolmentStore, name: string | undefined, count: number) {
    if (!Number.isSafeInteger(count) || count < 0) {
      const message = `the number of unknown keys is ${count}; it must be a whole number from 0 up`;
      throw new ApiMisuseError("bad-argument", message);
    }
    this.#store = store;
    this.#name = name;
    this.#count = count;
  }

  /** How many keys were written. */
  get spent(): number {
    return this.#spent;
  }

  /** How many more unknown keys could be offered right now. */
  get free(): number {
    let reserved = 0;
    for (const candidate of this.#candidates.values()) if (!candidate.spent) reserved++;
    return this.#count - this.#spent - reserved;
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
    return {
      publicKey: candidate.publicKey,
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
      if (this.#store.accepts(candidate.publicKey, this.#name).accepted) return false;
      throw new KeystoreError("no-such-key", "the key was removed from the keystore meanwhile");
    }
    candidate.writing = this.#store.add([this.#name ?? DEFAULT_TAG], candidate.publicKey);
    try {
      const { added } = await candidate.writing;
      if (added) {
        candidate.spent = true;
        this.#spent++;
      }
      return added;
    } finally {
      candidate.writing = undefined;
    }
  }
}
