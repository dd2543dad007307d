/**
 * How many places of each secret unknown keys have taken: what makes the `num` of `num:secret` hold
 * over restarts.
 *
 * The file has one line for each listening name and secret: an identifier and the number of places
 * taken. The identifier is a hash that is keyed with our own private key, so that nobody can guess the
 * secret from the file alone. With another private key all places are open again.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { encodeUtf8 } from "../lib/bytes/text.ts";
import { KeystoreError } from "../lib/errors.ts";
import { MAX_KEY_FILE_BYTES } from "../lib/limits.ts";
import { replaceFile } from "./fs.ts";
import { readKeyFile } from "./read.ts";

/** The file in the root of a store; arcan-net does not look at it. */
export const SPENT_PLACES_FILE = ".spent-places";

/** The places of one secret under one listening name. */
export interface Places {
  /** The listening name, or `undefined` for a listener without one. */
  readonly name: string | undefined;
  /** The bytes of the secret, not to be changed. */
  readonly secret: Uint8Array;
  /** How many unknown keys may get in, from 0 up. */
  readonly count: number;
}

const HEADER =
  "# How many places of each secret are taken; without this file all are open again.\n";
const LINE = /^([0-9a-f]{32}) ([1-9]\d{0,8})$/;
const ID_DIGITS = 32;

/** The file of one store. */
export class SpentPlaces {
  readonly #root: string;
  readonly #path: string;
  readonly #privateKey: () => Uint8Array;

  /**
   * Reads nothing yet.
   *
   * @param root The root of the store.
   * @param privateKey Gives our own private key, 32 bytes.
   */
  constructor(root: string, privateKey: () => Uint8Array) {
    this.#root = root;
    this.#path = `${root}/${SPENT_PLACES_FILE}`;
    this.#privateKey = privateKey;
  }

  /**
   * Tells how many places are taken.
   *
   * @param places Their name and secret.
   * @throws KeystoreError `bad-line` when the file is damaged, `keystore-unreadable`.
   */
  read(places: Places): number {
    return this.#readAll().get(this.#idOf(places)) ?? 0;
  }

  /**
   * Writes how many places are taken; it is on the disk when the promise settles. The caller holds the
   * store's lock.
   *
   * @param places Their name and secret.
   * @param spent The number, from 0 up.
   * @throws KeystoreError `bad-line` when the file is damaged, `keystore-unreadable`,
   *   `keystore-unwritable`; then nothing changed.
   */
  async write(places: Places, spent: number): Promise<void> {
    const all = this.#readAll();
    if (spent === 0) all.delete(this.#idOf(places));
    else all.set(this.#idOf(places), spent);
    const text = HEADER + [...all].map(([id, count]) => `${id} ${count}\n`).join("");
    if (encodeUtf8(text).length > MAX_KEY_FILE_BYTES) {
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
    for (const [i, line] of this.#text().split("\n").entries()) {
      if (line === "" || line.startsWith("#")) continue;
      const [, id, count] = LINE.exec(line) ?? [];
      if (id === undefined || all.has(id)) throw damaged(this.#path, i + 1);
      all.set(id, Number(count));
    }
    return all;
  }

  #text(): string {
    try {
      return readKeyFile(this.#path);
    } catch (error) {
      const isMissing = error instanceof KeystoreError &&
        error.cause instanceof Deno.errors.NotFound;
      if (isMissing) return "";
      throw error;
    }
  }

  #idOf({ name = "", secret }: Places): string {
    const hash = createHmac("sha256", this.#privateKey());
    hash.update(encodeUtf8(`net-listen places\0${name}\0`)).update(secret);
    return hash.digest("hex").slice(0, ID_DIGITS);
  }
}

function damaged(path: string, line: number): KeystoreError {
  return new KeystoreError(
    "bad-line",
    `line ${line} of ${path} is damaged, so that it is not known how many places of a secret are ` +
      `taken; repair it, or remove the file to open the places of all secrets again`,
    { path, line },
  );
}
