/**
 * The directory `accepted/`: the accepted keys in memory, kept equal to the disk, and changes to them.
 *
 * Each query takes one `stat` of the directory, which shows files that came or went. An edit in place
 * shows only in the file's own size and times, which take about 5 µs a file. Up to 16 files, each query
 * checks all of them. With more files, checks are a pause apart that grows with the number of files (50
 * ms for a thousand, at most {@linkcode KEYSTORE_MAX_STALE_MS}), so that a flood of logins spends at
 * most a tenth of the time on them. Only changed files are read again; so are files whose last change is
 * too recent to rely on their times, and files that could not be read.
 *
 * @module
 */
import { fingerprint } from "../lib/crypto/fingerprint.ts";
import { KeystoreError } from "../lib/errors.ts";
import { KEYSTORE_MAX_STALE_MS } from "../lib/limits.ts";
import {
  formatAccepted,
  formatKey,
  type KeystoreWarning,
  parseAccepted,
  replaceTags,
  requireUsableKey,
} from "./format.ts";
import {
  createFile,
  readKeyFile,
  reason,
  removeFile,
  replaceFile,
  settledStamp,
  stampOf,
} from "./fs.ts";
import { isAny, requireTags, uniteTags } from "./tags.ts";

/** One accepted key. */
export interface AcceptedEntry {
  /** The name of its file in `accepted/`, which also names its state directory. */
  readonly file: string;
  /** The tags in the order of the file. */
  readonly tags: readonly string[];
  /** 32 bytes; do not change them. */
  readonly publicKey: Uint8Array;
}

/** The answer to a login. */
export type Acceptance =
  | { readonly accepted: true; readonly entry: AcceptedEntry }
  | { readonly accepted: false; readonly code: "unknown-key" | "key-not-for-name" };

/** What adding a key did. */
export interface AddResult {
  /** Whether the store changed. */
  readonly added: boolean;
  /** `new`: a new file; `extended`: more tags in its file; `none`: it had all tags already. */
  readonly change: "new" | "extended" | "none";
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

/** Up to this number of files, each query checks all of them. */
const ALWAYS_CHECKED_FILES = 16;
/** The pause between checks of more files, for each file: ten times what its check takes. */
const PAUSE_PER_FILE_MS = 0.05;

/** A stamp of `undefined` makes the next check read again. */
interface KnownNames {
  readonly stamp: string | undefined;
  readonly names: readonly string[];
}

interface KnownFile {
  readonly stamp: string | undefined;
  readonly entry: AcceptedEntry | undefined;
  readonly warnings: readonly KeystoreWarning[];
}

export class AcceptedDirectory {
  readonly path: string;
  readonly #root: string;
  readonly #onWarning: (warning: KeystoreWarning) => void;
  readonly #nowMs: () => number;
  readonly #wallMs: () => number;
  #files = new Map<string, KnownFile>();
  #byKey = new Map<string, AcceptedEntry[]>();
  #directoryWarning: KeystoreWarning | undefined;
  #names: KnownNames = { stamp: undefined, names: [] };
  #checkedStamp: string | undefined;
  #checkedAtMs = -Infinity;

  /**
   * @param root The root of the store.
   * @param onWarning Called once for each warning, when it is first found.
   * @param nowMs A monotonic clock in milliseconds.
   * @param wallMs The clock of file times, in milliseconds since 1970.
   */
  constructor(
    root: string,
    onWarning: (warning: KeystoreWarning) => void,
    nowMs: () => number = () => performance.now(),
    wallMs: () => number = () => Date.now(),
  ) {
    this.path = `${root}/accepted`;
    this.#root = root;
    this.#onWarning = onWarning;
    this.#nowMs = nowMs;
    this.#wallMs = wallMs;
  }

  /** The warnings about the files as they are now. */
  get warnings(): readonly KeystoreWarning[] {
    const files = [...this.#files.values()].flatMap((known) => known.warnings);
    return this.#directoryWarning === undefined ? files : [this.#directoryWarning, ...files];
  }

  /** By file name. */
  get entries(): readonly AcceptedEntry[] {
    return [...this.#byKey.values()].flat().sort((a, b) => a.file < b.file ? -1 : 1);
  }

  /** The entries of each key. */
  get keys(): Iterable<readonly AcceptedEntry[]> {
    return this.#byKey.values();
  }

  /** The entries of one key, by file name. */
  find(publicKey: Uint8Array): readonly AcceptedEntry[] {
    return this.#byKey.get(formatKey(publicKey)) ?? [];
  }

  /**
   * Takes over what changed on disk.
   *
   * @param isForced Whether to check each file even if the pause is not over.
   */
  refresh(isForced = false): void {
    const startMs = this.#wallMs();
    const info = this.#stat();
    const stamp = info && stampOf(info);
    const isPausing = this.#nowMs() - this.#checkedAtMs < this.#pauseMs();
    if (!isForced && isPausing && stamp === this.#checkedStamp) return;
    this.#checkedStamp = stamp;
    if (stamp === undefined || stamp !== this.#names.stamp) {
      const names = this.#readNames();
      // Reading may have failed for want of a file descriptor, which leaves no trace in the stamp.
      const settled = info && names && settledStamp(info, startMs);
      this.#names = { stamp: settled, names: names ?? [] };
    }
    this.#checkFiles();
    this.#checkedAtMs = this.#nowMs();
  }

  /**
   * Accepts a key. The caller holds the store's lock and has refreshed.
   *
   * @param publicKey 32 bytes, copied.
   * @throws {KeystoreError} `bad-tag`, `bad-key`, `keystore-unwritable`.
   */
  async add(tags: readonly string[], publicKey: Uint8Array): Promise<AddResult> {
    requireTags(tags);
    requireUsableKey(publicKey);
    const wanted = uniteTags([], tags);
    const present = this.find(publicKey);
    const [first] = present;
    if (first === undefined) return await this.#addFile(wanted, publicKey.slice());
    const sufficient = present.find((entry) => isAny(entry.tags)) ??
      (hasAll(present, wanted) ? first : undefined);
    if (sufficient !== undefined) return { added: false, change: "none", entry: sufficient };
    return await this.#extend(first, wanted);
  }

  /**
   * Removes a key from the accepted keys. The caller holds the store's lock and has refreshed.
   *
   * @param what A file name, a public key in base64, or a fingerprint.
   * @throws {KeystoreError} `no-such-key`, `keystore-unwritable`.
   */
  async remove(what: string): Promise<RemovedFile[]> {
    const removed = this.#matching(what);
    if (removed.length === 0) {
      throw new KeystoreError(
        "no-such-key",
        `no accepted key has the file name, public key or fingerprint ${JSON.stringify(what)}; ` +
          `"keystore list" shows all keys`,
      );
    }
    for (const { file } of removed) await removeFile(this.#pathOf(file));
    return removed;
  }

  #pauseMs(): number {
    if (this.#files.size <= ALWAYS_CHECKED_FILES) return 0;
    return Math.min(this.#files.size * PAUSE_PER_FILE_MS, KEYSTORE_MAX_STALE_MS);
  }

  #pathOf(file: string): string {
    return `${this.path}/${file}`;
  }

  #stat(): Deno.FileInfo | undefined {
    try {
      return Deno.statSync(this.path);
    } catch {
      return undefined;
    }
  }

  /** @returns `undefined` when the directory cannot be read. */
  #readNames(): string[] | undefined {
    try {
      const names = [...Deno.readDirSync(this.path)].map((entry) => entry.name).sort();
      this.#directoryWarning = undefined;
      return names;
    } catch (error) {
      // The keys read before are dropped too, as one of them may have been removed since.
      const { path } = this;
      const message = `no key is accepted, as ${path} cannot be read: ${reason(error)}`;
      if (this.#directoryWarning?.message !== message) {
        this.#directoryWarning = { path, line: undefined, code: "keystore-unreadable", message };
        this.#onWarning(this.#directoryWarning);
      }
      return undefined;
    }
  }

  #checkFiles(): void {
    const files = new Map<string, KnownFile>();
    let isChanged = false;
    for (const name of this.#names.names) {
      const known = this.#files.get(name);
      const found = this.#checkFile(name, known);
      if (found === undefined) continue;
      files.set(name, found);
      isChanged ||= found !== known;
    }
    if (!isChanged && files.size === this.#files.size) return;
    this.#files = files;
    const entries = [...files.values()].flatMap(({ entry }) => entry ?? []);
    this.#byKey = Map.groupBy(entries, ({ publicKey }) => formatKey(publicKey));
  }

  /** @returns `known` itself when nothing changed; `undefined` for a directory or a removed file. */
  #checkFile(file: string, known: KnownFile | undefined): KnownFile | undefined {
    const path = this.#pathOf(file);
    const startMs = this.#wallMs();
    let info: Deno.FileInfo | undefined;
    try {
      info = Deno.statSync(path);
    } catch (error) {
      if (isGone(error, path)) return undefined;
    }
    if (info?.isDirectory) return undefined;
    const stamp = info && stampOf(info);
    if (known?.stamp !== undefined && known.stamp === stamp) return known;
    const found = readEntry(file, path, info);
    const isRead = found.warnings[0]?.code !== "keystore-unreadable";
    const settled = info && isRead ? settledStamp(info, startMs) : undefined;
    const isSame = known !== undefined && contentOf(known) === contentOf(found);
    if (isSame && settled === known.stamp) return known;
    if (!isSame) { for (const warning of found.warnings) this.#onWarning(warning); }
    return { stamp: settled, ...found };
  }

  async #addFile(tags: readonly string[], publicKey: Uint8Array): Promise<AddResult> {
    const line = formatAccepted(tags, publicKey);
    let file = randomFileName();
    while (!(await createFile(this.#root, this.#pathOf(file), line))) file = randomFileName();
    return { added: true, change: "new", entry: { file, tags, publicKey } };
  }

  async #extend(entry: AcceptedEntry, more: readonly string[]): Promise<AddResult> {
    const path = this.#pathOf(entry.file);
    const text = readKeyFile(path);
    const { value } = parseAccepted(text, path);
    if (value === undefined || formatKey(value.publicKey) !== formatKey(entry.publicKey)) {
      const message = `${path} was changed by another program at the same time; try again`;
      throw new KeystoreError("keystore-unwritable", message, { path });
    }
    const tags = uniteTags(value.tags, more);
    await replaceFile(this.#root, path, replaceTags(text, value, tags));
    return { added: true, change: "extended", entry: { ...entry, tags } };
  }

  #matching(what: string): RemovedFile[] {
    const { entries } = this;
    const file = what.replace(/^accepted\//, "");
    const named = entries.filter((entry) => entry.file === file);
    if (named.length === 0 && this.warnings.some(({ path }) => path === this.#pathOf(file))) {
      return [{ file, entry: undefined }];
    }
    const print = what.toLowerCase();
    const found = named.length > 0
      ? named
      : entries.filter(({ publicKey }) =>
        formatKey(publicKey) === what || fingerprint(publicKey) === print
      );
    return found.map((entry) => ({ file: entry.file, entry }));
  }
}

type Content = Pick<KnownFile, "entry" | "warnings">;

function readEntry(file: string, path: string, info: Deno.FileInfo | undefined): Content {
  try {
    const { value, warnings } = parseAccepted(readKeyFile(path, info), path);
    if (value === undefined) return { entry: undefined, warnings };
    return { entry: { file, tags: value.tags, publicKey: value.publicKey }, warnings };
  } catch (error) {
    if (!(error instanceof KeystoreError)) throw error;
    const warning = { path, line: undefined, code: error.code, message: error.message };
    return { entry: undefined, warnings: [warning] };
  }
}

function contentOf({ entry, warnings }: Content): string {
  return JSON.stringify([entry && [entry.tags, formatKey(entry.publicKey)], warnings]);
}

/** A link that leads nowhere is not gone: it gets a warning. */
function isGone(error: unknown, path: string): boolean {
  if (!(error instanceof Deno.errors.NotFound)) return false;
  try {
    Deno.lstatSync(path);
    return false;
  } catch {
    return true;
  }
}

function hasAll(entries: readonly AcceptedEntry[], wanted: readonly string[]): boolean {
  return wanted.every((tag) => entries.some((entry) => entry.tags.includes(tag))) && !isAny(wanted);
}

/** Eight letters from `a` to `u`, as arcan-net names its files. */
function randomFileName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => String.fromCharCode(97 + byte % 21)).join("");
}
