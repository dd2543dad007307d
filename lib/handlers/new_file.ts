/**
 * New files and directories in places where others may write as well.
 *
 * Everything is created exclusively, so that no link is followed and nothing is overwritten, and only
 * its owner can read it. A file is locked while it is open, which tells a file that some process still
 * writes from one that a killed process left behind.
 *
 * @module
 */

import { LEFTOVER_AGE_MS } from "../limits.ts";

/** What clients showed or sent is for the owner alone. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
/** Locks of Windows keep readers out too, so no file is locked there and none counts as left behind. */
const HAS_LOCKS = Deno.build.os !== "windows";
/** Follows the name of a file until it is whole. */
const PART = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/;

/**
 * Creates a file that must not exist; a link of that name counts as existing.
 *
 * @param path Its path.
 * @returns The file, open for writing and locked until it is closed.
 */
export async function createFile(path: string): Promise<Deno.FsFile> {
  const file = await Deno.open(path, { write: true, createNew: true, mode: FILE_MODE });
  // Some network file systems have no locks.
  if (HAS_LOCKS) await file.lock(true).catch(() => {});
  return file;
}

/**
 * Creates a directory that must not exist; a link of that name counts as existing.
 *
 * @param path Its path.
 */
export async function createDirectory(path: string): Promise<void> {
  await Deno.mkdir(path, { mode: DIRECTORY_MODE });
}

/**
 * Creates a directory, with those above it, unless it exists.
 *
 * @param path Its path; the user chose it, so links are followed.
 * @returns Whether it was created.
 */
export async function ensureDirectory(path: string): Promise<boolean> {
  try {
    if ((await Deno.stat(path)).isDirectory) return false;
  } catch {
    // Creating it says what is wrong, if anything is.
  }
  await Deno.mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  return true;
}

/**
 * Writes a file that appears as a whole, in place of a file or link of that name, or not at all.
 *
 * @param path Its path.
 * @param write Writes the content; it must not close the file.
 */
export async function putFile(
  path: string,
  write: (file: Deno.FsFile) => Promise<void>,
): Promise<void> {
  const part = `${path}.${crypto.randomUUID()}.part`;
  const file = await createFile(part);
  try {
    try {
      await write(file);
    } finally {
      file.close();
    }
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    throw error;
  }
}

/**
 * Writes bytes as a whole.
 *
 * @param file An open file.
 * @param bytes Borrowed until the promise settles.
 */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}

/**
 * Whether a process has a file open that {@linkcode createFile} created.
 *
 * @param path A file, not a link.
 * @returns `true` also when that cannot be told.
 */
export async function isBeingWritten(path: string): Promise<boolean> {
  if (!HAS_LOCKS) return true;
  try {
    using file = await Deno.open(path, { read: true, write: true });
    return !(await file.tryLock(true));
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

/**
 * Removes what {@linkcode putFile} left behind in processes that were killed.
 *
 * @param directory Where it wrote; it may be missing.
 * @param names The names of whole files there.
 */
export async function removeLeftovers(directory: string, names: RegExp): Promise<void> {
  try {
    for await (const { name, isFile } of Deno.readDir(directory)) {
      if (!isFile || !PART.test(name) || !names.test(name.replace(PART, ""))) continue;
      const path = `${directory}/${name}`;
      const { mtime } = await Deno.lstat(path);
      // A young file may not have its lock yet, or may be about to be renamed.
      if (mtime === null || Date.now() - mtime.getTime() < LEFTOVER_AGE_MS) continue;
      if (!(await isBeingWritten(path))) await Deno.remove(path);
    }
  } catch {
    // Leftovers are harmless; the next process tries again.
  }
}
