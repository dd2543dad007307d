/**
 * New files and directories in places where other users may write.
 *
 * Everything is created exclusively, so that no link is followed and no file overwritten, and is
 * readable by its owner alone. A file is locked while it is open: that tells a file that some process
 * is writing from one that a killed process left. Packages for atomic writes do neither.
 *
 * @module
 */

import { LEFTOVER_AGE_MS } from "../limits.ts";
import type { Logger } from "../log.ts";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
/** Locks on Windows block readers too, so files are not locked there and none counts as left over. */
const HAS_LOCKS = Deno.build.os !== "windows";
/** Ends the name of a file until the file is whole. */
const PART = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/;

/**
 * Creates a file; a file or link of that name is an error.
 *
 * @returns The file, open for writing and locked until it is closed.
 */
export async function createFile(path: string): Promise<Deno.FsFile> {
  const file = await Deno.open(path, { write: true, createNew: true, mode: FILE_MODE });
  // Some network file systems have no locks.
  if (HAS_LOCKS) await file.lock(true).catch(() => {});
  return file;
}

/** Creates a directory; a file, directory or link of that name is an error. */
export async function createDirectory(path: string): Promise<void> {
  await Deno.mkdir(path, { mode: DIRECTORY_MODE });
}

/**
 * Creates a directory and its parents if it is missing. The user chose the path, so links are followed.
 *
 * @returns Whether it was missing.
 */
export async function ensureDirectory(path: string): Promise<boolean> {
  try {
    if ((await Deno.stat(path)).isDirectory) return false;
  } catch {
    // The error of `mkdir` is the better one.
  }
  await Deno.mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  return true;
}

/** Logs that an output directory, which existed at the start, was missing and was created again. */
export function logRecreated(log: Logger, path: string): void {
  log.log("warn", "directory-made", { path, detail: "it was missing" });
}

/**
 * Writes a file that appears as a whole or not at all, in place of a file or link of that name.
 *
 * @param write Writes the content and leaves the file open.
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
 * Whether a process has a file open that {@linkcode createFile} created.
 *
 * @param path A file, not a link.
 * @returns `true` as well when that cannot be determined.
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
 * Removes the parts of files that killed processes left behind.
 *
 * @param directory May be missing.
 * @param names Matches the names of whole files there.
 */
export async function removeLeftovers(directory: string, names: RegExp): Promise<void> {
  try {
    for await (const { name, isFile } of Deno.readDir(directory)) {
      if (!isFile || !PART.test(name) || !names.test(name.replace(PART, ""))) continue;
      const path = `${directory}/${name}`;
      const { mtime } = await Deno.lstat(path);
      // A young file may not have its lock yet, or is closed and about to be renamed.
      if (mtime === null || Date.now() - mtime.getTime() < LEFTOVER_AGE_MS) continue;
      if (!(await isBeingWritten(path))) await Deno.remove(path);
    }
  } catch {
    // Leftovers do no harm; the next process tries again.
  }
}

/** A time for a file name, such as `20261123T193714Z`: names sort by time. */
export function compactTime(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, "");
}
