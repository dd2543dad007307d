/**
 * The files beside the keys that people read and listeners follow: `.knocks`, `.last-logins`, `.revoked`.
 * arcan-net ignores them. The caller of each write holds the store's lock.
 *
 * @module
 */
import { MAX_LAST_LOGINS, MAX_REVOKED_KEYS } from "../lib/limits.ts";
import { parsePublicKey } from "./format.ts";
import { readKeyFileIfPresent, replaceFile, settledStamp, statIfPresent } from "./fs.ts";
import { formatKnocks, type KnockBook, parseKnocks } from "./knocks.ts";
import { formatLastLogins, type LastLogin, noteLogin, parseLastLogins } from "./last_logins.ts";
import type { Pending } from "./notes.ts";

/** A line of `.last-logins` at its longest, with an IPv6 address and a zone. */
const MAX_LOGIN_LINE_BYTES = 160;
const REVOKED_HEADER = "# Removed keys whose sessions listeners end: one a line.\n";

export class NotesFiles {
  readonly #root: string;
  #revoked: { readonly stamp: string | undefined; readonly keys: readonly string[] } = {
    stamp: undefined,
    keys: [],
  };

  /** @param root The root of the store. */
  constructor(root: string) {
    this.#root = root;
  }

  /** @throws {KeystoreError} `keystore-unreadable`. */
  readKnocks(nowMs: number): KnockBook {
    const book = parseKnocks(readKeyFileIfPresent(this.#knocksPath) ?? "");
    book.expire(nowMs);
    return book;
  }

  /** @throws {KeystoreError} `keystore-unwritable`. */
  async writeKnocks(book: KnockBook): Promise<void> {
    await replaceFile(this.#root, this.#knocksPath, formatKnocks(book));
  }

  /**
   * Reads the last logins, by key in base64.
   *
   * @throws {KeystoreError} `keystore-unreadable`.
   */
  readLogins(): Map<string, LastLogin> {
    const most = MAX_LAST_LOGINS * MAX_LOGIN_LINE_BYTES;
    return parseLastLogins(readKeyFileIfPresent(this.#loginsPath, undefined, most) ?? "");
  }

  /**
   * Adds notes to the files.
   *
   * @param isAccepted Whether a key, in base64, may log in: it is no stranger, and its login counts.
   * @throws {KeystoreError} `keystore-unreadable`, `keystore-unwritable`.
   */
  async add(
    { knocks, logins }: Pending,
    nowMs: number,
    isAccepted: (publicKey: Uint8Array) => boolean,
  ): Promise<void> {
    if (knocks.size > 0) {
      const book = this.readKnocks(nowMs);
      for (const knock of knocks.knocks.reverse()) book.add(knock);
      for (const { publicKey } of book.knocks) if (isAccepted(publicKey)) book.remove(publicKey);
      await this.writeKnocks(book);
    }
    if (logins.size === 0) return;
    const all = this.readLogins();
    for (const [key, login] of logins) noteLogin(all, key, login);
    for (const key of all.keys()) if (!isAccepted(Uint8Array.fromBase64(key))) all.delete(key);
    await replaceFile(this.#root, this.#loginsPath, formatLastLogins(all));
  }

  /**
   * Reads the keys whose sessions end, in base64; those that are accepted again included.
   *
   * @throws {KeystoreError} `keystore-unreadable`.
   */
  readRevoked(): readonly string[] {
    const path = this.#revokedPath;
    const startMs = Date.now();
    const info = statIfPresent(path);
    const stamp = info && settledStamp(info, startMs);
    if (stamp !== undefined && stamp === this.#revoked.stamp) return this.#revoked.keys;
    const text = info === undefined ? "" : readKeyFileIfPresent(path) ?? "";
    this.#revoked = { stamp, keys: parseRevoked(text) };
    return this.#revoked.keys;
  }

  /**
   * Adds keys whose sessions end. The oldest ones are dropped from a long list.
   *
   * @param keys In base64.
   * @throws {KeystoreError} `keystore-unreadable`, `keystore-unwritable`.
   */
  async addRevoked(keys: readonly string[]): Promise<void> {
    const text = formatRevoked([...keys, ...this.readRevoked()]);
    await replaceFile(this.#root, this.#revokedPath, text);
  }

  get #knocksPath(): string {
    return `${this.#root}/.knocks`;
  }

  get #loginsPath(): string {
    return `${this.#root}/.last-logins`;
  }

  get #revokedPath(): string {
    return `${this.#root}/.revoked`;
  }
}

/** Reads the keys of the file, in base64. */
export function parseRevoked(text: string): readonly string[] {
  return text.split("\n").filter(isKey);
}

/** @param keys In base64, the latest first; the oldest of many are left out. */
export function formatRevoked(keys: readonly string[]): string {
  const kept = [...new Set(keys)].slice(0, MAX_REVOKED_KEYS);
  return REVOKED_HEADER + kept.map((key) => `${key}\n`).join("");
}

function isKey(line: string): boolean {
  try {
    return parsePublicKey(line).length > 0;
  } catch {
    return false;
  }
}
