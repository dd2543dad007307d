/**
 * Access to the files of a store: bounded reads, writes that happen whole or not at all, and the lock
 * that writers hold.
 *
 * A file is written under a temporary name in the root, synced, and only then linked or renamed into
 * place, so arcan-net never reads half a file in `accepted/`. Packages for atomic writes do not serve:
 * they put the temporary file beside the final one, and they always replace. All writes happen under
 * the store's lock, so the holder of the lock knows that every other temporary file is left over from
 * a killed process.
 *
 * @module
 */
import { decodeUtf8Lenient, encodeUtf8, withoutByteOrderMark } from "../lib/bytes/text.ts";
import { KeystoreError, messageOf } from "../lib/errors.ts";
import { KEYSTORE_LOCK_TIMEOUT_MS, MAX_KEY_FILE_BYTES } from "../lib/limits.ts";
import { writeAll } from "../lib/write_all.ts";

/** Starts the name of a temporary file in the root. */
export const TEMPORARY_PREFIX = ".tmp-";
/** The file in the root whose lock writers hold; arcan-net ignores it. */
const LOCK_FILE = ".lock";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
const LONGEST_LOCK_PAUSE_MS = 50;
/** FAT has the coarsest clock of the file systems in use. */
const CLOCK_GRANULARITY_MS = 2_000;
/** File systems whose times have fractions of a second store steps of 10 ms or less, as the kernel's clock has. */
const FINE_CLOCK_GRANULARITY_MS = 100;

/** The operating system's reason, without the paths and numbers that Deno adds. */
export function reason(error: unknown): string {
  const text = messageOf(error);
  return text.replace(/ \(os error \d+\).*$/s, "").replace(/: [a-z]+ '.*$/s, "").trim();
}

export function unreadable(path: string, why: string, cause?: unknown): KeystoreError {
  const message = `cannot read ${path}: ${why}`;
  return new KeystoreError("keystore-unreadable", message, { path }, { cause });
}

function unwritable(what: string, path: string, cause: unknown): KeystoreError {
  if (cause instanceof KeystoreError) return cause;
  return new KeystoreError("keystore-unwritable", `${what}: ${reason(cause)}`, { path }, { cause });
}

/**
 * DEVIATION: a byte order mark is dropped; the reference makes it part of the first word (pinned by "a
 * byte order mark is not part of the first name" in tests/unit/keystore/keystore_test.ts).
 *
 * @param info The result of `stat`, if the caller has it.
 * @param maxBytes The largest file that is read.
 * @returns The text; invalid UTF-8 becomes U+FFFD, which spoils only its own line.
 * @throws {KeystoreError} `keystore-unreadable`.
 */
export function readKeyFile(
  path: string,
  info?: Deno.FileInfo,
  maxBytes: number = MAX_KEY_FILE_BYTES,
): string {
  try {
    const found = info ?? Deno.statSync(path);
    // Reading a pipe would block.
    if (!found.isFile) throw unreadable(path, "it is not a file");
    if (found.size > maxBytes) {
      throw unreadable(path, `it has ${found.size} bytes, more than ${maxBytes}`);
    }
    return decodeUtf8Lenient(withoutByteOrderMark(Deno.readFileSync(path)));
  } catch (error) {
    if (error instanceof KeystoreError) throw error;
    throw unreadable(path, reason(error), error);
  }
}

/** Like {@linkcode readKeyFile}, but returns `undefined` for a missing file. */
export function readKeyFileIfPresent(
  path: string,
  info?: Deno.FileInfo,
  maxBytes?: number,
): string | undefined {
  try {
    return readKeyFile(path, info, maxBytes);
  } catch (error) {
    if ((error as KeystoreError).cause instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * @returns `undefined` for a missing file.
 * @throws {KeystoreError} `keystore-unreadable`.
 */
export function statIfPresent(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw unreadable(path, reason(error), error);
  }
}

/** A text that differs when a file or directory has changed. */
export function stampOf(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}:${info.size}:${info.mtime?.getTime()}:${info.ctime?.getTime()}`;
}

/**
 * The stamp of a file that was read, unless the file may still change without changing its stamp.
 *
 * @param info The result of `stat` before the file was read.
 * @param nowMs The time at that moment, in milliseconds since 1970.
 * @returns `undefined` when the last change is younger than the granularity of file times.
 */
export function settledStamp(info: Deno.FileInfo, nowMs: number): string | undefined {
  const mtimeMs = info.mtime?.getTime() ?? Infinity;
  const changedMs = Math.max(mtimeMs, info.ctime?.getTime() ?? 0);
  const isFine = mtimeMs % 1_000 !== 0;
  const granularityMs = isFine ? FINE_CLOCK_GRANULARITY_MS : CLOCK_GRANULARITY_MS;
  return changedMs < nowMs - granularityMs ? stampOf(info) : undefined;
}

/**
 * Creates a directory and its parents, closed to other users, unless it exists.
 *
 * @throws {KeystoreError} `keystore-unwritable`.
 */
export function ensureDirectory(path: string): void {
  try {
    if (Deno.statSync(path).isDirectory) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw unreadable(path, reason(error), error);
    }
    // If stat failed for another reason than a missing directory, mkdir reports it.
  }
  try {
    Deno.mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
  } catch (error) {
    throw unwritable(`cannot make the directory ${path}`, path, error);
  }
}

/**
 * Creates a file. The caller holds the store's lock.
 *
 * @returns `false` when the name is taken; the existing file stays as it is.
 * @throws {KeystoreError} `keystore-unwritable`.
 */
export async function createFile(root: string, path: string, text: string): Promise<boolean> {
  return await withTemporary(root, path, text, async (temporary) => {
    const isCreated = await moveUnlessTaken(temporary, path);
    if (isCreated) await syncParent(path);
    return isCreated;
  });
}

/**
 * Creates or replaces a file. The caller holds the store's lock.
 *
 * @throws {KeystoreError} `keystore-unwritable`.
 */
export async function replaceFile(root: string, path: string, text: string): Promise<void> {
  await withTemporary(root, path, text, async (temporary) => {
    await Deno.rename(temporary, path);
    await syncParent(path);
  });
}

/**
 * Removes a file. The caller holds the store's lock.
 *
 * @throws {KeystoreError} `keystore-unwritable`.
 */
export async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
    await syncParent(path);
  } catch (error) {
    throw unwritable(`cannot remove ${path}`, path, error);
  }
}

/**
 * Appends a line to an existing file in one write, under the lock on that file that arcan-net takes
 * when it appends. Replacing the file would lose the line of an arcan-net that has it open.
 *
 * @param line Ends with a newline.
 * @throws {KeystoreError} `keystore-unwritable`.
 */
export async function appendLine(path: string, line: string): Promise<void> {
  try {
    using file = await Deno.open(path, { read: true, write: true });
    await takeLock(file, path, KEYSTORE_LOCK_TIMEOUT_MS);
    const end = await file.seek(0, Deno.SeekMode.End);
    // A killed writer may have left a line without its newline.
    const bytes = encodeUtf8(await endsInsideLine(file, end) ? `\n${line}` : line);
    await file.seek(end, Deno.SeekMode.Start);
    try {
      await writeAll(file, bytes);
      await file.sync();
    } catch (error) {
      await file.truncate(end);
      throw error;
    }
  } catch (error) {
    throw unwritable(`cannot write ${path}`, path, error);
  }
}

/** Temporary files in the root: of killed writers, and of a writer at work. */
export function temporaryFiles(root: string): string[] {
  try {
    return [...Deno.readDirSync(root)].map(({ name }) => name)
      .filter((name) => name.startsWith(TEMPORARY_PREFIX));
  } catch {
    return [];
  }
}

/** Removes the temporary files of killed writers. The caller holds the store's lock. */
export function removeTemporaryFiles(root: string): void {
  for (const name of temporaryFiles(root)) {
    try {
      Deno.removeSync(`${root}/${name}`);
    } catch {
      // The files are harmless; the next start tries again.
    }
  }
}

/**
 * The lock of one store. The operating system releases it when its holder is killed. Writers of this
 * process wait in a queue, so only one of them polls.
 */
export class StoreLock {
  readonly #path: string;
  readonly #timeoutMs: number;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param root Must exist when the lock is first taken.
   * @param timeoutMs How long to wait for another process.
   */
  constructor(root: string, timeoutMs = KEYSTORE_LOCK_TIMEOUT_MS) {
    this.#path = `${root}/${LOCK_FILE}`;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Runs an action while no other writer runs.
   *
   * @param action Must not call `run`.
   * @throws {KeystoreError} `keystore-unwritable` when the lock cannot be had; and what the action
   *   throws.
   */
  run<T>(action: () => T | Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#runLocked(action));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #runLocked<T>(action: () => T | Promise<T>): Promise<T> {
    using file = await this.#open();
    await takeLock(file, this.#path, this.#timeoutMs);
    return await action();
  }

  async #open(): Promise<Deno.FsFile> {
    try {
      return await Deno.open(this.#path, { write: true, create: true, mode: FILE_MODE });
    } catch (error) {
      throw unwritable(`the keystore cannot be written: ${this.#path}`, this.#path, error);
    }
  }
}

/** Takes the exclusive lock on an open file; closing the file releases it. */
async function takeLock(file: Deno.FsFile, path: string, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  // Polls, since a blocking `lock` cannot be given up.
  for (let pauseMs = 1; !(await tryLock(file, path)); pauseMs *= 2) {
    if (performance.now() >= deadline) {
      const message = `another process has held ${path} for ${timeoutMs} ms`;
      throw new KeystoreError("keystore-unwritable", message, { path });
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, LONGEST_LOCK_PAUSE_MS)));
  }
}

async function tryLock(file: Deno.FsFile, path: string): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch (error) {
    throw unwritable(`${path} cannot be locked`, path, error);
  }
}

async function withTemporary<T>(
  root: string,
  path: string,
  text: string,
  publish: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = `${root}/${TEMPORARY_PREFIX}${crypto.randomUUID()}`;
  try {
    await writeSynced(temporary, text);
    return await publish(temporary);
  } catch (error) {
    throw unwritable(`cannot write ${path}`, path, error);
  } finally {
    // A rename has removed it already. Otherwise what stays is removed when the store is opened next.
    await Deno.remove(temporary).catch(() => {});
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: FILE_MODE });
  await writeAll(file, encodeUtf8(text));
  await file.sync();
}

async function moveUnlessTaken(temporary: string, path: string): Promise<boolean> {
  try {
    await Deno.link(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
  }
  // Without hard links, check and rename; under the lock only foreign writers can come in between.
  try {
    await Deno.lstat(path);
    return false;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.rename(temporary, path);
  return true;
}

async function endsInsideLine(file: Deno.FsFile, end: number): Promise<boolean> {
  if (end === 0) return false;
  await file.seek(end - 1, Deno.SeekMode.Start);
  const last = new Uint8Array(1);
  await file.read(last);
  return last[0] !== 0x0a;
}

/** Makes a new or removed name survive a power cut, where the system can sync a directory. */
async function syncParent(path: string): Promise<void> {
  try {
    using directory = await Deno.open(path.slice(0, path.lastIndexOf("/")) || "/");
    await directory.sync();
  } catch {
    // Some systems cannot open a directory.
  }
}
