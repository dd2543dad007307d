/**
 * What the listeners of a fleet note beside the keys: knocks, last logins, and keys whose sessions end.
 *
 * Knocks and revoked keys are one entry each, with the text of their files in a directory and its bounds.
 * A last login is an entry of its own. What cannot be written waits for the next time, within the same
 * bounds.
 *
 * @module
 */

import { formatKey } from "../../../keystore/format.ts";
import type { StorageNotes } from "../../../keystore/key_storage.ts";
import {
  findKnock,
  formatKnocks,
  type Knock,
  type KnockBook,
  parseKnocks,
} from "../../../keystore/knocks.ts";
import {
  formatLastLogin,
  type LastLogin,
  noteLogin,
  parseLastLogins,
} from "../../../keystore/last_logins.ts";
import { emptyNotes, Notes, type Pending } from "../../../keystore/notes.ts";
import { formatRevoked, parseRevoked } from "../../../keystore/notes_files.ts";
import { FleetError } from "../../errors.ts";
import { MAX_LAST_LOGINS } from "../../limits.ts";
import type { Bucket } from "../bucket.ts";
import type { WatchedCopy } from "../watched_copy.ts";
import { fileOf, keyOf } from "./entry.ts";

const KNOCKS = "knocks";
const REVOKED = "revoked";
const LOGIN_PREFIX = "login.";

/** What notes need of their store. */
export interface NotesOwner {
  readonly bucket: Bucket;
  readonly copy: WatchedCopy;
  readonly wallMs: () => number;
  /** Whether a key has an entry. */
  isKnown(publicKey: Uint8Array): boolean;
}

export class FleetNotes implements StorageNotes {
  readonly #owner: NotesOwner;
  readonly #opened = new Set<Notes>();
  #unwritten = emptyNotes();
  #writing: Promise<void> = Promise.resolve();
  #revocation = Promise.withResolvers<void>();
  #revoked: { readonly text: string; readonly keys: readonly string[] } = { text: "", keys: [] };

  constructor(owner: NotesOwner) {
    this.#owner = owner;
  }

  knocks(): readonly Knock[] {
    return this.#unknown().filter(({ isIgnored }) => !isIgnored);
  }

  lastLogins(): ReadonlyMap<string, LastLogin> {
    const logins = new Map<string, LastLogin>();
    for (const [key, text] of this.#owner.copy.entries(LOGIN_PREFIX)) {
      const publicKey = keyOf(key.slice(LOGIN_PREFIX.length));
      const login = publicKey && parseLastLogins(text).get(formatKey(publicKey));
      if (login !== undefined) logins.set(formatKey(publicKey!), login);
    }
    return logins;
  }

  revoked(): readonly string[] {
    return this.#listed().filter((key) => !this.#owner.isKnown(Uint8Array.fromBase64(key)));
  }

  revocation(): Promise<void> {
    return this.#revocation.promise;
  }

  /** An entry of the copy has changed. @param removed The key whose entry is there no more. */
  changed(entry: string, removed: Uint8Array | undefined): void {
    const isRevoked = removed !== undefined && this.#listed().includes(formatKey(removed));
    if (entry !== REVOKED && !isRevoked) return;
    this.#revocation.resolve();
    this.#revocation = Promise.withResolvers();
  }

  open(): Notes {
    const notes: Notes = new Notes(
      // A listener that ends leaves it to the keystore to wait for the servers.
      (pending) => {
        void this.#write(pending);
        return Promise.resolve();
      },
      this.#owner.wallMs,
      () => this.#opened.delete(notes),
    );
    this.#opened.add(notes);
    return notes;
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#opened].map((notes) => notes.flush()));
    const { knocks, logins } = this.#unwritten;
    if (knocks.size > 0 || logins.size > 0) await this.#write(emptyNotes());
    else await this.#writing;
  }

  /**
   * Finds a knock, also an ignored one.
   *
   * @throws {KeystoreError} `no-such-key`.
   */
  find(prefix: string): Knock {
    return findKnock(this.#unknown(), prefix);
  }

  /** Removes the knock of a key that is accepted. @throws {FleetError} `fleet-unreachable`. */
  async answered(knock: Knock): Promise<void> {
    await this.#changeKnocks((book) => book.remove(knock.publicKey));
  }

  /** Lists a key no more. @throws {KeystoreError} `no-such-key`. @throws {FleetError} `fleet-unreachable`. */
  async ignore(prefix: string): Promise<Knock> {
    const knock = findKnock(this.knocks(), prefix);
    await this.#changeKnocks((book) => {
      book.remove(knock.publicKey);
      book.add({ ...knock, isIgnored: true });
    });
    return knock;
  }

  /**
   * Makes listeners end the sessions of a key once it is not accepted.
   *
   * @param key In base64.
   * @throws {FleetError} `fleet-unreachable`.
   */
  async revoke(key: string): Promise<void> {
    const { bucket } = this.#owner;
    await bucket.change(REVOKED, ({ text = "" }) => {
      const changed = formatRevoked([key, ...parseRevoked(text)]);
      return { result: undefined, text: changed === text ? undefined : changed };
    });
  }

  /** Removes the last login of a key. @throws {FleetError} `fleet-unreachable`. */
  async forget(publicKey: Uint8Array): Promise<void> {
    const key = LOGIN_PREFIX + fileOf(publicKey);
    if (this.#owner.copy.get(key) === undefined) return;
    await this.#owner.bucket.change(key, () => ({ result: undefined, text: null }));
  }

  /** The keys that were removed with their sessions, also those that are accepted again. */
  #listed(): readonly string[] {
    const text = this.#owner.copy.get(REVOKED) ?? "";
    if (text !== this.#revoked.text) this.#revoked = { text, keys: parseRevoked(text) };
    return this.#revoked.keys;
  }

  #unknown(): readonly Knock[] {
    const { copy, wallMs, isKnown } = this.#owner;
    const book = parseKnocks(copy.get(KNOCKS) ?? "");
    book.expire(wallMs());
    return book.knocks.filter(({ publicKey }) => !isKnown(publicKey));
  }

  /** Writes notes of a listener; does not reject. */
  #write(pending: Pending): Promise<void> {
    const { knocks, logins } = this.#unwritten;
    for (const knock of pending.knocks.knocks.reverse()) knocks.add(knock);
    for (const [key, login] of pending.logins) {
      if (logins.size < MAX_LAST_LOGINS || logins.has(key)) noteLogin(logins, key, login);
    }
    return this.#writing = this.#writing.then(() => this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    const { knocks, logins } = this.#unwritten;
    this.#unwritten = emptyNotes();
    try {
      if (knocks.size > 0) {
        await this.#changeKnocks((book) => {
          for (const knock of knocks.knocks.reverse()) book.add(knock);
          for (const { publicKey } of book.knocks) {
            if (this.#owner.isKnown(publicKey)) book.remove(publicKey);
          }
        });
        for (const { publicKey } of knocks.knocks) knocks.remove(publicKey);
      }
      // At once they would only come between each other.
      for (const [key, login] of logins) await this.#writeLogin(key, login);
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      const later = this.#unwritten;
      for (const knock of knocks.knocks.reverse()) later.knocks.add(knock);
      for (const [key, login] of logins) noteLogin(later.logins, key, login);
    }
  }

  async #writeLogin(key: string, login: LastLogin): Promise<void> {
    const { bucket, copy, isKnown } = this.#owner;
    const publicKey = Uint8Array.fromBase64(key);
    if (!isKnown(publicKey)) return;
    const { revision } = await bucket.change(LOGIN_PREFIX + fileOf(publicKey), ({ text = "" }) => {
      const known = parseLastLogins(text).get(key);
      const isLater = known === undefined || known.atMs < login.atMs;
      return { result: undefined, text: isLater ? formatLastLogin(key, login) : undefined };
    });
    await copy.reached(revision);
  }

  async #changeKnocks(change: (book: KnockBook) => void): Promise<void> {
    const { bucket, copy, wallMs } = this.#owner;
    const { revision } = await bucket.change(KNOCKS, ({ text = "" }) => {
      const book = parseKnocks(text);
      book.expire(wallMs());
      change(book);
      const changed = formatKnocks(book);
      return { result: undefined, text: changed === text ? undefined : changed };
    });
    await copy.reached(revision);
  }
}
