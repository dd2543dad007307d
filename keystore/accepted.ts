/**
 * The trusted keys of a store, held in memory and compared with the disk at every question.
 *
 * One look at the directory shows files that came or went, at every question. Files that were edited in
 * place show in their size and times, which takes a look at each (about 5 µs): stores of a few keys are
 * looked through at every question, larger ones after a pause that grows with their size up to
 * {@linkcode KEYSTORE_MAX_STALE_MS} (50 ms for a thousand keys), so that strangers who ask for a login
 * take a tenth of the time at most. Only files that changed are read again. What changed within the
 * granularity of the file system's clock is not trusted to be unchanged, and what could not be read is
 * tried again.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";
import { KEYSTORE_MAX_STALE_MS } from "../lib/limits.ts";
import { reason } from "./failure.ts";
import { type KeystoreWarning, parseAccepted } from "./format.ts";
import { formatKey } from "./keys.ts";
import { readKeyFile } from "./read.ts";
import { settledSignature, signatureOf } from "./signature.ts";

/** One trusted key. */
export interface AcceptedEntry {
  /** The name of its file in `accepted/`, which also names its state directory. */
  readonly file: string;
  /** The tags in the order of the file. */
  readonly tags: readonly string[];
  /** 32 bytes, not to be changed. */
  readonly publicKey: Uint8Array;
}

/** Files up to which every question looks at each of them: less than a tenth of what a login takes. */
const ALWAYS_LOOK_FILES = 16;
/** The pause between two looks at more, for each of them: ten times what the look takes. */
const PAUSE_PER_FILE_MS = 0.05;

/** The names in the directory, as long as nothing came or went. */
interface KnownNames {
  /** As of a look at the directory, or `undefined` to read the names again in any case. */
  readonly signature: string | undefined;
  readonly names: readonly string[];
}

interface KnownFile {
  /** Size, times and identity, or `undefined` to read the file again in any case. */
  readonly signature: string | undefined;
  readonly entry: AcceptedEntry | undefined;
  readonly warnings: readonly KeystoreWarning[];
}

/** The directory `accepted/`. */
export class AcceptedDirectory {
  /** The directory. */
  readonly path: string;
  readonly #onWarning: (warning: KeystoreWarning) => void;
  readonly #nowMs: () => number;
  readonly #wallMs: () => number;
  #files = new Map<string, KnownFile>();
  #byKey = new Map<string, AcceptedEntry[]>();
  #directoryWarning: KeystoreWarning | undefined;
  #names: KnownNames = { signature: undefined, names: [] };
  #signature: string | undefined;
  #lookedAtMs = -Infinity;

  /**
   * Looks at nothing yet; the first {@linkcode refresh} does.
   *
   * @param path The directory.
   * @param onWarning Called once for each thing that is passed over, when it is first seen.
   * @param nowMs A monotonic clock in milliseconds.
   * @param wallMs The clock that files are dated by, in milliseconds since 1970.
   */
  constructor(
    path: string,
    onWarning: (warning: KeystoreWarning) => void,
    nowMs: () => number = () => performance.now(),
    wallMs: () => number = () => Date.now(),
  ) {
    this.path = path;
    this.#onWarning = onWarning;
    this.#nowMs = nowMs;
    this.#wallMs = wallMs;
  }

  /** What is passed over at present. */
  get warnings(): readonly KeystoreWarning[] {
    const files = [...this.#files.values()].flatMap((known) => known.warnings);
    return this.#directoryWarning === undefined ? files : [this.#directoryWarning, ...files];
  }

  /** The trusted keys at present, by file name. */
  get entries(): readonly AcceptedEntry[] {
    return [...this.#byKey.values()].flat().sort((a, b) => a.file < b.file ? -1 : 1);
  }

  /**
   * The entries of one key at present, by file name.
   *
   * @param publicKey 32 bytes.
   */
  find(publicKey: Uint8Array): readonly AcceptedEntry[] {
    return this.#byKey.get(formatKey(publicKey)) ?? [];
  }

  /** Every trusted key once, with its entries. */
  get keys(): Iterable<readonly AcceptedEntry[]> {
    return this.#byKey.values();
  }

  /**
   * Takes in what changed on disk.
   *
   * @param now Whether to look at each file even if the last look was a moment ago.
   */
  refresh(now = false): void {
    const startMs = this.#wallMs();
    const info = this.#directoryInfo();
    const signature = info && signatureOf(info);
    const restedMs = this.#nowMs() - this.#lookedAtMs;
    if (!now && signature === this.#signature && restedMs < this.#pauseMs()) return;
    this.#signature = signature;
    if (signature === undefined || signature !== this.#names.signature) {
      const names = this.#readNames();
      // What failed may do so for want of a descriptor, and leaves no trace when there is one again.
      const settled = info && names && settledSignature(info, startMs);
      this.#names = { signature: settled, names: names ?? [] };
    }
    this.#look();
    this.#lookedAtMs = this.#nowMs();
  }

  #pauseMs(): number {
    if (this.#files.size <= ALWAYS_LOOK_FILES) return 0;
    return Math.min(this.#files.size * PAUSE_PER_FILE_MS, KEYSTORE_MAX_STALE_MS);
  }

  #directoryInfo(): Deno.FileInfo | undefined {
    try {
      return Deno.statSync(this.path);
    } catch {
      return undefined;
    }
  }

  #look(): void {
    const files = new Map<string, KnownFile>();
    let changed = false;
    for (const name of this.#names.names) {
      const known = this.#files.get(name);
      const found = this.#readFile(name, known);
      if (found === undefined) continue;
      files.set(name, found);
      changed ||= found !== known;
    }
    if (!changed && files.size === this.#files.size) return;
    this.#files = files;
    this.#index();
  }

  /** Returns `undefined` when the directory cannot be read. */
  #readNames(): string[] | undefined {
    try {
      const names = [...Deno.readDirSync(this.path)].map((entry) => entry.name).sort();
      this.#directoryWarning = undefined;
      return names;
    } catch (error) {
      // Without the directory nobody may log in; going on with old keys could let in revoked ones.
      const message = `no key is accepted, as ${this.path} cannot be read: ${reason(error)}`;
      if (this.#directoryWarning?.message !== message) {
        const path = this.path;
        this.#directoryWarning = { path, line: undefined, code: "keystore-unreadable", message };
        this.#onWarning(this.#directoryWarning);
      }
      return undefined;
    }
  }

  /** Returns `known` itself when nothing changed, and `undefined` for what is no key file. */
  #readFile(name: string, known: KnownFile | undefined): KnownFile | undefined {
    const path = `${this.path}/${name}`;
    const startMs = this.#wallMs();
    let info: Deno.FileInfo | undefined;
    try {
      info = Deno.statSync(path);
    } catch (error) {
      if (isGone(error, path)) return undefined;
    }
    if (info?.isDirectory) return undefined;
    const signature = info === undefined ? undefined : signatureOf(info);
    if (known?.signature !== undefined && known.signature === signature) return known;
    const found = parseFile(name, path, info);
    const isRead = found.warnings[0]?.code !== "keystore-unreadable";
    const settled = info && isRead ? settledSignature(info, startMs) : undefined;
    return this.#keepIfSame(known, { signature: settled, ...found });
  }

  /** A file that was read again for safety and is as before keeps its place and warns no more. */
  #keepIfSame(known: KnownFile | undefined, found: KnownFile): KnownFile {
    const same = known !== undefined &&
      JSON.stringify(plain(known)) === JSON.stringify(plain(found));
    if (same && found.signature === known.signature) return known;
    if (!same) { for (const warning of found.warnings) this.#onWarning(warning); }
    return found;
  }

  #index(): void {
    const byKey = new Map<string, AcceptedEntry[]>();
    for (const { entry } of this.#files.values()) {
      if (entry === undefined) continue;
      const key = formatKey(entry.publicKey);
      const entries = byKey.get(key);
      if (entries === undefined) byKey.set(key, [entry]);
      else entries.push(entry);
    }
    this.#byKey = byKey;
  }
}

function parseFile(
  file: string,
  path: string,
  info: Deno.FileInfo | undefined,
): Pick<KnownFile, "entry" | "warnings"> {
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

function plain(known: KnownFile): unknown {
  const { entry, warnings } = known;
  return [entry && [entry.tags, formatKey(entry.publicKey)], warnings];
}

/** Tells a file that was removed since its name was read from a link that leads nowhere. */
function isGone(error: unknown, path: string): boolean {
  if (!(error instanceof Deno.errors.NotFound)) return false;
  try {
    Deno.lstatSync(path);
    return false;
  } catch {
    return true;
  }
}
