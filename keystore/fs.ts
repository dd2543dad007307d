/**
 * Writes that are whole or not at all, also when the process is killed between any two steps.
 *
 * A file is written under a temporary name in the root of the store, synced, and then given its
 * name. It never stands in `accepted/` half written, where arcan-net would read it. All of it
 * happens under the store's lock, so that whoever holds the lock knows that temporary files in the
 * root were left by a writer that was killed.
 *
 * @module
 */
import { encodeUtf8 } from "../lib/bytes/text.ts";
import { unwritable } from "./failure.ts";
import { takeLock } from "./lock.ts";

/** What temporary files in the root of a store start with. */
export const TEMPORARY_PREFIX = ".tmp-";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/**
 * Makes a directory that only its owner can enter, with those above it, unless it is there.
 *
 * @param path The directory.
 * @throws KeystoreError `keystore-unwritable`.
 */
export function ensureDirectory(path: string): void {
  try {
    if (Deno.statSync(path).isDirectory) return;
  } catch {
    // It is not there, or it cannot be seen: then making it says why.
  }
  try {
    Deno.mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
  } catch (error) {
    throw unwritable(`cannot make the directory ${path}`, path, error);
  }
}

/**
 * Writes a new file. The caller holds the store's lock.
 *
 * @param root The root of the store.
 * @param path Where the file belongs, inside the store.
 * @param text Its content.
 * @returns Whether it was written; `false` when something of that name is there already.
 * @throws KeystoreError `keystore-unwritable`.
 */
export async function createFile(root: string, path: string, text: string): Promise<boolean> {
  return await withTemporary(root, path, text, async (temporary) => {
    if (await place(temporary, path)) {
      await syncParent(path);
      return true;
    }
    return false;
  });
}

/**
 * Replaces a file. The caller holds the store's lock.
 *
 * @param root The root of the store.
 * @param path The file, inside the store.
 * @param text Its new content.
 * @throws KeystoreError `keystore-unwritable`.
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
 * @param path The file.
 * @throws KeystoreError `keystore-unwritable`.
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
 * Adds one short line to the end of a file that is there, in one write, under the exclusive lock on
 * that very file that arcan-net takes for the same purpose. A replaced file would lose the line of an
 * arcan-net that has it open.
 *
 * @param path The file.
 * @param line The line with its end.
 * @throws KeystoreError `keystore-unwritable`.
 */
export async function appendLine(path: string, line: string): Promise<void> {
  try {
    using file = await Deno.open(path, { read: true, write: true });
    await takeLock(file, path);
    const end = await file.seek(0, Deno.SeekMode.End);
    // A line that a killed writer left without its end must not swallow this one.
    const bytes = encodeUtf8(await endsOpen(file, end) ? `\n${line}` : line);
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

/**
 * Removes what writers that were killed left in the root. The caller holds the store's lock.
 *
 * @param root The root of the store.
 */
export function removeLeftovers(root: string): void {
  for (const name of leftovers(root)) {
    try {
      Deno.removeSync(`${root}/${name}`);
    } catch {
      // Nobody reads it; the next one who may remove it will.
    }
  }
}

/**
 * Lists what writers that were killed, or that write right now, have in the root.
 *
 * @param root The root of the store.
 */
export function leftovers(root: string): string[] {
  try {
    return [...Deno.readDirSync(root)].map((entry) => entry.name)
      .filter((name) => name.startsWith(TEMPORARY_PREFIX));
  } catch {
    return [];
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
    try {
      using file = await Deno.open(temporary, { write: true, createNew: true, mode: FILE_MODE });
      await writeAll(file, encodeUtf8(text));
      await file.sync();
    } catch (error) {
      await forget(temporary);
      throw error;
    }
    try {
      return await publish(temporary);
    } finally {
      await forget(temporary);
    }
  } catch (error) {
    throw unwritable(`cannot write ${path}`, path, error);
  }
}

/** Gives a file its name unless that name is taken. */
async function place(temporary: string, path: string): Promise<boolean> {
  try {
    await Deno.link(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
  }
  // Not every file system has hard links; under the lock this is as good against our own kind.
  try {
    await Deno.lstat(path);
    return false;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.rename(temporary, path);
  return true;
}

async function forget(temporary: string): Promise<void> {
  try {
    await Deno.remove(temporary);
  } catch {
    // It was renamed, or never made; what stays is removed when the store is opened next.
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}

async function endsOpen(file: Deno.FsFile, end: number): Promise<boolean> {
  if (end === 0) return false;
  await file.seek(end - 1, Deno.SeekMode.Start);
  const last = new Uint8Array(1);
  await file.read(last);
  return last[0] !== 0x0a;
}

/** Makes a new name survive a power cut; a system that cannot do it is no worse than before. */
async function syncParent(path: string): Promise<void> {
  try {
    using directory = await Deno.open(path.slice(0, path.lastIndexOf("/")) || "/");
    await directory.sync();
  } catch {
    // Directories cannot be opened on every system.
  }
}
