/**
 * The directory `accepted/`: the accepted keys in memory, kept equal to the disk.
 *
 * A query takes one `stat` of the directory, which shows files that came or went, unless the last one was
 * less than {@linkcode KEYSTORE_LEAST_STALE_MS} ago and the key is known. An edit in place shows only in
 * the file's own size and times, which take about 5 µs a file. Up to 16 files are checked together with
 * the directory; with more, the pause grows with their number (50 ms for a thousand, at most {@linkcode
 * KEYSTORE_MAX_STALE_MS}), so that a flood of logins spends at most a tenth of the time on them. Only
 * changed files are read again; so are files whose last change is too recent to rely on their times, and
 * files that could not be read: while there are any, each query looks at the directory, and at up to 16
 * files.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";
import { KEYSTORE_LEAST_STALE_MS, KEYSTORE_MAX_STALE_MS } from "../lib/limits.ts";
import { type AcceptedKey, formatKey, type KeystoreWarning, parseAccepted } from "./format.ts";
import { readKeyFile, reason, settledStamp, stampOf } from "./fs.ts";

/** One accepted key. */
export interface AcceptedEntry extends AcceptedKey {
  /** The name of its file in `accepted/`, which also names its state directory. */
  readonly file: string;
}

/** Up to this number of files there is no further pause. */
const FEW_FILES = 16;
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
  readonly #onWarning: (warning: KeystoreWarning) => void;
  readonly #nowMs: () => number;
  readonly #wallMs: () => number;
  #files = new Map<string, KnownFile>();
  #byKey = new Map<string, AcceptedEntry[]>();
  #directoryWarning: KeystoreWarning | undefined;
  #names: KnownNames = { stamp: undefined, names: [] };
  #checkedStamp: string | undefined;
  #lookedAtMs = -Infinity;
  #checkedAtMs = -Infinity;
  /** Whether the times of all files can be relied on. */
  #isSettled = false;

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

  /** As {@linkcode find}, but takes over changes first; a key that is not known is looked for on disk. */
  lookUp(publicKey: Uint8Array): readonly AcceptedEntry[] {
    const lookedAtMs = this.#lookedAtMs;
    this.refresh();
    const entries = this.find(publicKey);
    if (entries.length > 0 || this.#lookedAtMs !== lookedAtMs) return entries;
    this.#lookedAtMs = -Infinity;
    this.refresh();
    return this.find(publicKey);
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
    const nowMs = this.#nowMs();
    const isFresh = this.#isSettled && nowMs - this.#lookedAtMs < KEYSTORE_LEAST_STALE_MS;
    if (isFresh && !isForced) return;
    this.#lookedAtMs = nowMs;
    const startMs = this.#wallMs();
    const info = this.#stat();
    const stamp = info && stampOf(info);
    const isPausing = nowMs - this.#checkedAtMs < this.#pauseMs();
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

  #pauseMs(): number {
    const { size } = this.#files;
    return size <= FEW_FILES ? 0 : Math.min(size * PAUSE_PER_FILE_MS, KEYSTORE_MAX_STALE_MS);
  }

  /** The path of a file of the directory. */
  pathOf(file: string): string {
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
    this.#isSettled = this.#names.stamp !== undefined;
    for (const name of this.#names.names) {
      const known = this.#files.get(name);
      const found = this.#checkFile(name, known);
      if (found === undefined) continue;
      files.set(name, found);
      this.#isSettled &&= found.stamp !== undefined;
      isChanged ||= found !== known;
    }
    if (!isChanged && files.size === this.#files.size) return;
    this.#files = files;
    const entries = [...files.values()].flatMap(({ entry }) => entry ?? []);
    this.#byKey = Map.groupBy(entries, ({ publicKey }) => formatKey(publicKey));
  }

  /** @returns `known` itself when nothing changed; `undefined` for a directory or a removed file. */
  #checkFile(file: string, known: KnownFile | undefined): KnownFile | undefined {
    const path = this.pathOf(file);
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
}

type Content = Pick<KnownFile, "entry" | "warnings">;

function readEntry(file: string, path: string, info: Deno.FileInfo | undefined): Content {
  try {
    const { value, warnings } = parseAccepted(readKeyFile(path, info), path);
    if (value === undefined) return { entry: undefined, warnings };
    const { tags, publicKey, conditions, problem } = value;
    return { entry: { file, tags, publicKey, conditions, problem }, warnings };
  } catch (error) {
    if (!(error instanceof KeystoreError)) throw error;
    const warning = { path, line: undefined, code: error.code, message: error.message };
    return { entry: undefined, warnings: [warning] };
  }
}

function contentOf({ entry, warnings }: Content): string {
  const { tags, publicKey, conditions, problem } = entry ?? {};
  return JSON.stringify([tags, publicKey && formatKey(publicKey), conditions, problem, warnings]);
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
