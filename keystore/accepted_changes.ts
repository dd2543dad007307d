/**
 * Changes to the directory `accepted/`. The caller holds the store's lock and has refreshed the view.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";
import type { AcceptedDirectory, AcceptedEntry } from "./accepted.ts";
import {
  changeConditions,
  type ConditionChanges,
  type KeyConditions,
  NO_CONDITIONS,
} from "./conditions.ts";
import {
  formatAccepted,
  formatKey,
  parseAccepted,
  replaceAccepted,
  requireUsableKey,
} from "./format.ts";
import { createFile, readKeyFile, removeFile, replaceFile } from "./fs.ts";
import { keysNamed, LEAST_DIGITS } from "./named_keys.ts";
import { isAny, requireTags, uniteTags } from "./tags.ts";

/** What adding a key did. */
export interface AddResult {
  /** Whether the store changed. */
  readonly added: boolean;
  /**
   * `new`: a new file; `extended`: more tags in its file; `changed`: other conditions; `none`: it had all
   * of that already.
   */
  readonly change: "new" | "extended" | "changed" | "none";
  /** The entry as it is now. */
  readonly entry: AcceptedEntry;
}

/** A file that was removed from `accepted/`. */
export interface RemovedFile {
  /** Its name. */
  readonly file: string;
  /** Its entry, or `undefined` when it had no good line. */
  readonly entry: AcceptedEntry | undefined;
}

export class AcceptedChanges {
  readonly #root: string;
  readonly #accepted: AcceptedDirectory;

  /** @param root The root of the store. */
  constructor(root: string, accepted: AcceptedDirectory) {
    this.#root = root;
    this.#accepted = accepted;
  }

  /**
   * Accepts a key, or gives an accepted one further tags and other conditions.
   *
   * @param publicKey 32 bytes, copied.
   * @throws {KeystoreError} `bad-tag`, `bad-key`, `bad-conditions`, `keystore-unwritable`.
   */
  async add(
    tags: readonly string[],
    publicKey: Uint8Array,
    changes: ConditionChanges = {},
  ): Promise<AddResult> {
    requireTags(tags);
    requireUsableKey(publicKey);
    const wanted = uniteTags([], tags);
    const present = this.#accepted.find(publicKey);
    const [first] = present;
    if (first === undefined) {
      const conditions = changeConditions(NO_CONDITIONS, changes);
      return await this.#addFile(wanted, publicKey.slice(), conditions);
    }
    const sufficient = present.find((entry) => isAny(entry.tags)) ??
      (hasAll(present, wanted) ? first : undefined);
    const more = sufficient === undefined ? wanted : [];
    const changed = await this.#rewrite(present, changes, more);
    const file = (sufficient ?? first).file;
    const entry = changed.find((it) => it.file === file) ?? sufficient ?? first;
    if (changed.length === 0) return { added: false, change: "none", entry };
    return { added: true, change: more.length > 0 ? "extended" : "changed", entry };
  }

  /**
   * Changes the conditions of a key, in all its files.
   *
   * @param what A file name, a public key in base64, or the first digits of its fingerprint.
   * @returns The key's entries as they are now.
   * @throws {KeystoreError} `no-such-key`, `bad-conditions`, `keystore-unwritable`.
   */
  async set(what: string, changes: ConditionChanges): Promise<readonly AcceptedEntry[]> {
    const [found] = this.#matching(what);
    if (found?.entry === undefined) throw noSuchKey(what);
    const present = this.#accepted.find(found.entry.publicKey);
    const changed = await this.#rewrite(present, changes, []);
    return present.map((entry) => changed.find(({ file }) => file === entry.file) ?? entry);
  }

  /**
   * The files that {@linkcode remove} removes.
   *
   * @param what A file name, a public key in base64, or the first digits of its fingerprint.
   * @throws {KeystoreError} `no-such-key`.
   */
  removable(what: string): RemovedFile[] {
    const found = this.#matching(what);
    if (found.length === 0) throw noSuchKey(what);
    return found;
  }

  /**
   * Removes files.
   *
   * @throws {KeystoreError} `keystore-unwritable`.
   */
  async remove(files: readonly RemovedFile[]): Promise<void> {
    for (const { file } of files) await removeFile(this.#accepted.pathOf(file));
  }

  async #addFile(
    tags: readonly string[],
    publicKey: Uint8Array,
    conditions: KeyConditions,
  ): Promise<AddResult> {
    const text = formatAccepted(tags, publicKey, conditions);
    let file = randomFileName();
    while (!(await createFile(this.#root, this.#accepted.pathOf(file), text))) {
      file = randomFileName();
    }
    const entry = { file, tags, publicKey, conditions, problem: undefined };
    return { added: true, change: "new", entry };
  }

  /**
   * Writes conditions into all files of a key, and further tags into the first.
   *
   * @returns The entries that changed.
   */
  async #rewrite(
    entries: readonly AcceptedEntry[],
    changes: ConditionChanges,
    more: readonly string[],
  ): Promise<AcceptedEntry[]> {
    const planned = entries.map((entry, i) => this.#plan(entry, changes, i === 0 ? more : []));
    const due = planned.filter(({ text, written }) => text !== written);
    for (const { entry, written } of due) {
      await replaceFile(this.#root, this.#accepted.pathOf(entry.file), written);
    }
    return due.map(({ entry }) => entry);
  }

  #plan(entry: AcceptedEntry, changes: ConditionChanges, more: readonly string[]) {
    const path = this.#accepted.pathOf(entry.file);
    const text = readKeyFile(path);
    return { ...planAccepted({ ...entry, text, path }, changes, more), text };
  }

  #matching(what: string): RemovedFile[] {
    const { entries, warnings } = this.#accepted;
    const file = what.replace(/^accepted\//, "");
    const named = entries.filter((entry) => entry.file === file);
    const path = this.#accepted.pathOf(file);
    if (named.length === 0 && warnings.some((warning) => warning.path === path)) {
      return [{ file, entry: undefined }];
    }
    const found = named.length > 0 ? named : keysNamed(what, entries, "may log in");
    return found.map((entry) => ({ file: entry.file, entry }));
  }
}

/** The text of a key, and where it is. */
export interface AcceptedText extends AcceptedEntry {
  readonly text: string;
  /** For errors. */
  readonly path: string;
}

/**
 * Decides what becomes of the text of a key with other conditions and further tags.
 *
 * @returns The entry as it will be, and its text; the same text when nothing changes.
 * @throws {KeystoreError} `keystore-unwritable` when the text is not that of the entry,
 *   `bad-conditions`.
 */
export function planAccepted(
  { text, path, ...entry }: AcceptedText,
  changes: ConditionChanges,
  more: readonly string[],
): { readonly entry: AcceptedEntry; readonly written: string } {
  const { value } = parseAccepted(text, path);
  if (value === undefined || formatKey(value.publicKey) !== formatKey(entry.publicKey)) {
    const message = `${path} was changed by another program at the same time; try again`;
    throw new KeystoreError("keystore-unwritable", message, { path });
  }
  if (more.length === 0 && Object.keys(changes).length === 0) return { entry, written: text };
  if (value.problem !== undefined) {
    const message = `${value.problem}; repair line ${value.line} of ${path}, or remove the key ` +
      `and add it again`;
    throw new KeystoreError("bad-conditions", message, { path, line: value.line });
  }
  const tags = more.length === 0 ? value.tags : uniteTags(value.tags, more);
  const conditions = changeConditions(value.conditions, changes);
  const written = replaceAccepted(text, value, tags, conditions);
  return { entry: { ...entry, tags, conditions }, written };
}

/** @param what What a user has given for a key. */
export function noSuchKey(what: string): KeystoreError {
  return new KeystoreError(
    "no-such-key",
    `no accepted key has the file name or public key ${JSON.stringify(what)}, or a fingerprint ` +
      `that begins with it (${LEAST_DIGITS} or more digits); "keystore list" shows all keys`,
  );
}

/** Whether entries of one key have all tags together; never for `*`. */
export function hasAll(entries: readonly AcceptedEntry[], wanted: readonly string[]): boolean {
  return wanted.every((tag) => entries.some((entry) => entry.tags.includes(tag))) && !isAny(wanted);
}

/** Eight letters from `a` to `u`, as arcan-net names its files. */
function randomFileName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => String.fromCharCode(97 + byte % 21)).join("");
}
