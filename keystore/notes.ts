/**
 * What a listener notes in a store, rarely: knocks and logins.
 *
 * They are kept in memory and written together, a moment after the first and then no more than once in
 * {@linkcode KEYSTORE_NOTES_INTERVAL_MS}: a login costs no write, and a flood of strangers few.
 *
 * @module
 */
import {
  KEYSTORE_NOTES_DELAY_MS,
  KEYSTORE_NOTES_INTERVAL_MS,
  MAX_LAST_LOGINS,
} from "../lib/limits.ts";
import { formatKey } from "./format.ts";
import { type Knock, KnockBook } from "./knocks.ts";
import { type LastLogin, noteLogin } from "./last_logins.ts";

/** What is to be written. */
export interface Pending {
  readonly knocks: KnockBook;
  /** By key in base64. */
  readonly logins: Map<string, LastLogin>;
}

/** Notes of one listener; close them when it has ended. */
export class Notes {
  readonly #write: (pending: Pending) => Promise<void>;
  readonly #wallMs: () => number;
  readonly #closed: () => void;
  #pending = emptyNotes();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #writtenAtMs = -Infinity;
  #isClosed = false;

  /**
   * Opens notes.
   *
   * @param write Writes notes, or takes them to write them later; must not reject.
   * @param wallMs The time in milliseconds since 1970.
   * @param closed Called when they are closed.
   */
  constructor(
    write: (pending: Pending) => Promise<void>,
    wallMs: () => number,
    closed: () => void = () => {},
  ) {
    this.#write = write;
    this.#wallMs = wallMs;
    this.#closed = closed;
  }

  /**
   * Notes that an unknown key was refused.
   *
   * @param publicKey 32 bytes, copied.
   * @param name The listening name.
   * @param address Where the client connects from, without port.
   */
  knock(publicKey: Uint8Array, name: string | undefined, address: string): void {
    const [firstMs, lastMs] = [this.#wallMs(), this.#wallMs()];
    const { knocks } = this.#pending;
    knocks.add({ publicKey: publicKey.slice(), name, address, firstMs, lastMs, count: 1 });
    this.#schedule();
  }

  /**
   * Notes that a key has logged in.
   *
   * @param publicKey 32 bytes.
   * @param address Where the client connects from, without port.
   */
  login(publicKey: Uint8Array, address: string): void {
    const { logins } = this.#pending;
    const key = formatKey(publicKey);
    if (logins.size >= MAX_LAST_LOGINS && !logins.has(key)) return;
    noteLogin(logins, key, { atMs: this.#wallMs(), address });
    this.#schedule();
  }

  /**
   * Takes over notes of another store.
   *
   * @param knocks In any order.
   * @param logins By key in base64.
   */
  add(knocks: readonly Knock[], logins: ReadonlyMap<string, LastLogin>): void {
    for (const knock of knocks.toSorted((a, b) => a.lastMs - b.lastMs)) {
      this.#pending.knocks.add(knock);
    }
    for (const [key, login] of logins) noteLogin(this.#pending.logins, key, login);
  }

  /** Writes what is not written yet. */
  async flush(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  /** Writes what is not written yet. Later notes are dropped. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#closed();
    await this.flush();
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    const dueMs = this.#writtenAtMs + KEYSTORE_NOTES_INTERVAL_MS - performance.now();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, Math.max(KEYSTORE_NOTES_DELAY_MS, dueMs));
  }

  #flush(): void {
    const pending = this.#pending;
    if (pending.knocks.size === 0 && pending.logins.size === 0) return;
    this.#pending = emptyNotes();
    this.#writtenAtMs = performance.now();
    this.#writing = this.#writing.then(() => this.#write(pending));
  }
}

/** Nothing to write. */
export function emptyNotes(): Pending {
  return { knocks: new KnockBook(), logins: new Map() };
}
