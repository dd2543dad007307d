/**
 * The places for unknown keys: the `num` of `num:secret`, counted over restarts and among processes.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { encodeUtf8 } from "../lib/bytes/text.ts";
import { ApiMisuseError, KeystoreError } from "../lib/errors.ts";
import { MAX_KEY_FILE_BYTES } from "../lib/limits.ts";
import type { Acceptance } from "./acceptance.ts";
import { formatKey } from "./format.ts";
import { readKeyFileIfPresent, replaceFile } from "./fs.ts";

/** The places of one secret under one listening name. */
export interface Places {
  /** The listening name, or `undefined` for a listener without one. */
  readonly name: string | undefined;
  /** The bytes of the secret; do not change them. */
  readonly secret: Uint8Array;
  /** How many unknown keys the secret lets in, from 0 up. */
  readonly count: number;
}

/** What enrolling a key did. */
export interface EnrolResult {
  /** Whether the key was written; a key that was accepted already takes no place. */
  readonly added: boolean;
  /** How many places are taken now, including those of earlier runs and other processes. */
  readonly spent: number;
}

/** What {@linkcode EnrolmentSlots} needs of a store, such as {@linkcode Keystore}. */
export interface EnrolmentStore {
  /**
   * Reads how many places are taken.
   *
   * @param places Their name and secret.
   * @throws {KeystoreError} `bad-line`, `keystore-unreadable`.
   */
  spentPlaces(places: Places): number;
  /**
   * Accepts an unknown key and takes a place for it.
   *
   * @param places Name, secret and count.
   * @param publicKey 32 bytes.
   * @throws {AuthError} `no-slot-left`.
   * @throws {KeystoreError} `keystore-unwritable` and others; then no place is taken.
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

/** A place that is held for a connection with an unknown key. */
export interface Reservation {
  /** The 32 bytes of the key; do not change them. */
  readonly publicKey: Uint8Array;
  /**
   * Writes the key to the keystore and takes the place. Call it when the client has proved that it has
   * the private key.
   *
   * @returns Whether the key was written; `false` when another connection, process or user has added
   *   it, which takes no further place.
   * @throws {AuthError} `no-slot-left` when another process has taken the last place.
   * @throws {KeystoreError} `keystore-unwritable` when the key cannot be written, `no-such-key` when it
   *   was written and removed since; do not let the client in. The place is free again.
   * @throws {ApiMisuseError} `wrong-state` after `commit` or `release`.
   */
  commit(): Promise<boolean>;
  /** How many places are not taken at present; reserved ones count as not taken. */
  readonly placesLeft: number;
  /** Gives the place back; does nothing after `commit` or `release`. */
  release(): void;
}

/** An unknown key that holds a place, for all connections that offer it. */
interface Candidate {
  readonly publicKey: Uint8Array;
  connections: number;
  isWritten: boolean;
  writing: Promise<EnrolResult> | undefined;
}

/**
 * The places of one listener. For one name and secret, no more than `count` keys are ever written. A
 * process that is killed while it writes a key may lose a place.
 */
export class EnrolmentSlots {
  readonly #store: EnrolmentStore;
  readonly #places: Places;
  readonly #candidates = new Map<string, Candidate>();
  #spent: number;

  /**
   * Reads how many places are taken.
   *
   * @param store Where the keys go.
   * @param places The secret, the count, and the name that the keys are accepted for. Without a name
   *   they get the tag `default`, as with arcan-net.
   * @throws {ApiMisuseError} `bad-argument` when the count is not a whole number from 0 up.
   * @throws {KeystoreError} `bad-line`, `keystore-unreadable` when the file of the counts is unusable.
   */
  constructor(store: EnrolmentStore, places: Places) {
    requirePlaceCount(places.count);
    this.#store = store;
    this.#places = places;
    this.#spent = store.spentPlaces(places);
  }

  /** How many places are taken. */
  get spent(): number {
    return this.#spent;
  }

  /** How many places are neither taken nor reserved. */
  get free(): number {
    let reserved = 0;
    for (const candidate of this.#candidates.values()) if (!candidate.isWritten) reserved++;
    return Math.max(0, this.#left - reserved);
  }

  /**
   * Reserves a place for a connection that offers an unknown key. Connections with the same key share
   * one.
   *
   * @param publicKey The 32 bytes that the client offers, copied.
   * @returns The reservation, to be ended with `commit` or `release`; `undefined` when no place is free.
   */
  reserve(publicKey: Uint8Array): Reservation | undefined {
    const id = formatKey(publicKey);
    let candidate = this.#candidates.get(id);
    // A written key that is unknown again was removed since, and needs another place.
    if (candidate === undefined || candidate.isWritten) {
      if (this.free <= 0) return undefined;
      candidate = {
        publicKey: publicKey.slice(),
        connections: 0,
        isWritten: false,
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
    return makeReservation(candidate.publicKey, {
      placesLeft: () => this.#left,
      commit: () => this.#write(candidate),
      end: () => {
        candidate.connections--;
        // A newer candidate may have the same key.
        if (candidate.connections === 0 && this.#candidates.get(id) === candidate) {
          this.#candidates.delete(id);
        }
      },
    });
  }

  async #write(candidate: Candidate): Promise<boolean> {
    if (candidate.writing !== undefined) await candidate.writing;
    if (candidate.isWritten) {
      if (this.#store.accepts(candidate.publicKey, this.#places.name).accepted) return false;
      throw new KeystoreError("no-such-key", "the key was removed from the keystore meanwhile");
    }
    candidate.writing = this.#store.enrol(this.#places, candidate.publicKey);
    try {
      const { added, spent } = await candidate.writing;
      candidate.isWritten = added;
      this.#spent = Math.max(this.#spent, spent);
      return added;
    } finally {
      candidate.writing = undefined;
    }
  }
}

/** @throws {ApiMisuseError} `bad-argument` when the count is not a whole number from 0 up. */
export function requirePlaceCount(count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  const message = `the number of unknown keys is ${count}; it must be a whole number from 0 up`;
  throw new ApiMisuseError("bad-argument", message);
}

const HEADER =
  "# How many places of each secret are taken; without this file all are open again.\n";
const LINE = /^([0-9a-f]{32}) ([1-9]\d{0,8})$/;
const ID_DIGITS = 32;

/**
 * The file `.spent-places`, which arcan-net ignores: one line for each listening name and secret, with
 * an identifier and the number of places taken. The identifier is a MAC under our own private key, so
 * nobody can test guesses of the secret with the file alone. A new private key opens all places again.
 */
export class SpentPlaces {
  readonly #root: string;
  readonly #path: string;
  readonly #privateKey: () => Uint8Array;

  /**
   * @param root The root of the store.
   * @param privateKey Returns our own private key, 32 bytes.
   */
  constructor(root: string, privateKey: () => Uint8Array) {
    this.#root = root;
    this.#path = `${root}/.spent-places`;
    this.#privateKey = privateKey;
  }

  /** @throws {KeystoreError} `bad-line`, `keystore-unreadable`. */
  read(places: Places): number {
    return this.#readAll().get(this.#idOf(places)) ?? 0;
  }

  /**
   * The caller holds the store's lock. The number is on the disk when the promise settles.
   *
   * @throws {KeystoreError} `bad-line`, `keystore-unreadable`, `keystore-unwritable`; then nothing
   *   changed.
   */
  async write(places: Places, spent: number): Promise<void> {
    const all = this.#readAll();
    if (spent === 0) all.delete(this.#idOf(places));
    else all.set(this.#idOf(places), spent);
    const text = HEADER + [...all].map(([id, count]) => `${id} ${count}\n`).join("");
    if (text.length > MAX_KEY_FILE_BYTES) {
      throw new KeystoreError(
        "keystore-unwritable",
        `${this.#path} would have more than ${MAX_KEY_FILE_BYTES} bytes, one line for each secret; ` +
          `remove it to open the places of all secrets again`,
        { path: this.#path },
      );
    }
    await replaceFile(this.#root, this.#path, text);
  }

  #readAll(): Map<string, number> {
    const all = new Map<string, number>();
    const text = readKeyFileIfPresent(this.#path) ?? "";
    for (const [i, line] of text.split("\n").entries()) {
      if (line === "" || line.startsWith("#")) continue;
      const [, id, count] = LINE.exec(line) ?? [];
      if (id === undefined || all.has(id)) throw damaged(this.#path, i + 1);
      all.set(id, Number(count));
    }
    return all;
  }

  #idOf({ name = "", secret }: Places): string {
    const mac = createHmac("sha256", this.#privateKey());
    mac.update(encodeUtf8(`net-listen places\0${name}\0`)).update(secret);
    return mac.digest("hex").slice(0, ID_DIGITS);
  }
}

function damaged(path: string, line: number): KeystoreError {
  return new KeystoreError(
    "bad-line",
    `line ${line} of ${path} is damaged, so the number of places taken is unknown; ` +
      `repair it, or remove the file to open the places of all secrets again`,
    { path, line },
  );
}

/** What a reservation does. */
export interface ReservationSteps {
  placesLeft(): number;
  /** See {@linkcode Reservation.commit}. */
  commit(): Promise<boolean>;
  /** Called once, after `commit` or instead of it. */
  end(): void;
}

/** Makes a reservation that ends once. @param publicKey 32 bytes. */
export function makeReservation(
  publicKey: Uint8Array,
  { placesLeft, commit, end }: ReservationSteps,
): Reservation {
  let isOpen = true;
  return {
    publicKey,
    get placesLeft() {
      return placesLeft();
    },
    commit: async () => {
      if (!isOpen) throw new ApiMisuseError("wrong-state", "this reservation has ended");
      isOpen = false;
      try {
        return await commit();
      } finally {
        end();
      }
    },
    release: () => {
      if (isOpen) end();
      isOpen = false;
    },
  };
}
