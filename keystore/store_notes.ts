/**
 * What a store remembers beside its keys: knocks, last logins, and keys whose sessions end.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";
import type { KeystoreWarning } from "./format.ts";
import { findKnock, type Knock } from "./knocks.ts";
import type { LastLogin } from "./last_logins.ts";
import { Notes, type Pending } from "./notes.ts";
import { NotesFiles } from "./notes_files.ts";

/** What notes need of their store. */
export interface NotesStore {
  readonly root: string;
  /** The time in milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Takes over what changed on disk. */
  refresh(): void;
  /** Whether a key has an entry. @param publicKey 32 bytes. */
  isAccepted(publicKey: Uint8Array): boolean;
  /** Runs an action under the store's lock. */
  change(action: () => Promise<void>): Promise<void>;
  warn(warning: KeystoreWarning): void;
}

/** The notes of one store. */
export class StoreNotes {
  readonly #store: NotesStore;
  readonly #files: NotesFiles;
  readonly #opened = new Set<Notes>();

  /**
   * Makes the notes of a store.
   *
   * @param store The store that they belong to.
   */
  constructor(store: NotesStore) {
    this.#store = store;
    this.#files = new NotesFiles(store.root);
  }

  /**
   * Lists the unknown keys that listeners have refused, the latest first. They are claimed, not proved.
   * Those that are ignored are left out.
   *
   * @throws {KeystoreError} `keystore-unreadable`.
   */
  knocks(): readonly Knock[] {
    return this.#unknown().filter(({ isIgnored }) => !isIgnored);
  }

  #unknown(): readonly Knock[] {
    this.#store.refresh();
    return this.#files.readKnocks(this.#store.wallMs()).knocks
      .filter(({ publicKey }) => !this.#store.isAccepted(publicKey));
  }

  /**
   * Reads when each key has logged in last, by key in base64. A login is noted some seconds later.
   *
   * @throws {KeystoreError} `keystore-unreadable`.
   */
  lastLogins(): ReadonlyMap<string, LastLogin> {
    return this.#files.readLogins();
  }

  /**
   * Lists the keys whose sessions listeners have to end, in base64.
   *
   * @throws {KeystoreError} `keystore-unreadable`.
   */
  revoked(): readonly string[] {
    const keys = this.#files.readRevoked();
    if (keys.length > 0) this.#store.refresh();
    return keys.filter((key) => !this.#store.isAccepted(Uint8Array.fromBase64(key)));
  }

  /** Opens notes for a listener. They are written rarely; close them at the end. */
  open(): Notes {
    const notes: Notes = new Notes(
      (pending) => this.#write(pending),
      this.#store.wallMs,
      () => this.#opened.delete(notes),
    );
    this.#opened.add(notes);
    return notes;
  }

  /** Writes at once what the listeners of this object have noted, so that it can be read. */
  async flush(): Promise<void> {
    await Promise.all([...this.#opened].map((notes) => notes.flush()));
  }

  /**
   * Lists a key that has knocked no more. It can still be accepted. The caller holds the store's lock.
   *
   * @throws {KeystoreError} `no-such-key`, `keystore-unwritable`.
   */
  async ignore(prefix: string): Promise<Knock> {
    const knock = findKnock(this.knocks(), prefix);
    const book = this.#files.readKnocks(this.#store.wallMs());
    book.remove(knock.publicKey);
    book.add({ ...knock, isIgnored: true });
    await this.#files.writeKnocks(book);
    return knock;
  }

  /**
   * Accepts a key that has knocked. The caller holds the store's lock.
   *
   * @param accept Accepts it.
   * @throws {KeystoreError} `no-such-key`, and what `accept` throws.
   */
  async accept<T>(prefix: string, accept: (knock: Knock) => Promise<T>): Promise<T> {
    const knock = findKnock(this.#unknown(), prefix);
    const accepted = await accept(knock);
    // A knock that stays after a kill is not listed, as its key is accepted.
    const book = this.#files.readKnocks(this.#store.wallMs());
    book.remove(knock.publicKey);
    await this.#files.writeKnocks(book);
    return accepted;
  }

  /**
   * Makes listeners end the sessions of keys, once these are not accepted. The caller holds the store's
   * lock.
   *
   * @param keys In base64.
   * @throws {KeystoreError} `keystore-unreadable`, `keystore-unwritable`.
   */
  async revoke(keys: readonly string[]): Promise<void> {
    await this.#files.addRevoked(keys);
  }

  async #write(pending: Pending): Promise<void> {
    const { wallMs, root } = this.#store;
    try {
      await this.#store.change(() =>
        this.#files.add(pending, wallMs(), (publicKey) => this.#store.isAccepted(publicKey))
      );
    } catch (error) {
      if (!(error instanceof KeystoreError)) throw error;
      const { code, message, path = root, line } = error;
      const text = `knocks and logins are not noted: ${message}`;
      this.#store.warn({ path, line, code, message: text });
    }
  }
}
