/**
 * Recordings and snapshots on disk: finds, measures and deletes them.
 *
 * Only files that this program wrote for this user count, by the form of the name, the kind and the
 * owner. Links are not followed, and foreign files in the folder of a recording stay.
 *
 * @module
 */

import { LEFTOVER_AGE_MS } from "../../limits.ts";
import { isBeingWritten } from "../new_file.ts";
import { SNAPSHOT_NAME } from "../pictures/snapshot_files.ts";
import { FOLDER_NAME } from "./folder.ts";

export interface Stored {
  readonly kind: "recording" | "snapshot";
  /** The folder of a recording or the file of a snapshot. */
  readonly path: string;
  /** All files together. */
  readonly bytes: number;
  /** The time of the last change, in milliseconds since 1970. */
  readonly changedMs: number;
  readonly isBeingWritten: boolean;
  /** Whether it cannot change any more and need not be measured again. */
  readonly isFinal: boolean;
}

/** The directories of recordings and snapshots. */
export interface StoredDirectories {
  /** The directory of `--record`. */
  readonly recordings: string | undefined;
  /** The directory of `--snapshot`; may be the same. */
  readonly snapshots: string | undefined;
}

interface Contents {
  readonly files: string[];
  readonly directories: string[];
  /** Whether there are files that no recording has. */
  hasForeign: boolean;
}

const RECORDING_FILE = /^(client\.json|events\.jsonl|\d+\.cast)$/;
const STILLS_DIRECTORY = /^\d+$/;
/** A killed process may have left a part of a picture. */
const STILLS_FILE = /^(index\.jsonl|\d{6,}\.png(\.[0-9a-f-]{36}\.part)?)$/;

/** @param known The result of the search before, by path. */
export async function findStored(
  { recordings, snapshots }: StoredDirectories,
  known: ReadonlyMap<string, Stored>,
): Promise<Stored[]> {
  const found: (Stored | undefined)[] = [];
  for (const { name, isDirectory } of await entriesOf(recordings)) {
    if (!isDirectory || !FOLDER_NAME.test(name)) continue;
    const path = `${recordings}/${name}`;
    const before = known.get(path);
    found.push(before?.isFinal ? before : await ifReadable(() => measureRecording(path)));
  }
  for (const { name, isFile } of await entriesOf(snapshots)) {
    if (!isFile || !SNAPSHOT_NAME.test(name)) continue;
    found.push(await ifReadable(() => measureSnapshot(`${snapshots}/${name}`)));
  }
  return found.filter((stored) => stored !== undefined);
}

/** @returns `false` when it is gone already or being written. */
export async function deleteStored({ kind, path }: Stored): Promise<boolean> {
  if (kind === "snapshot") return await remove(path);
  if (await isBeingWritten(clientFile(path))) return false;
  const { files, directories, hasForeign } = await contentsOf(path);
  for (const file of files) await remove(file);
  for (const directory of directories) await remove(directory);
  return hasForeign ? files.length > 0 : await remove(path);
}

/** The first file of a recording, which stays open until the recording ends. */
function clientFile(folder: string): string {
  return `${folder}/client.json`;
}

async function measureRecording(path: string): Promise<Stored | undefined> {
  const info = await Deno.lstat(path);
  if (!isOwn(info, "isDirectory")) return undefined;
  const { files, hasForeign } = await contentsOf(path);
  // A foreign folder of such a name, or one whose own files were deleted before.
  if (files.length === 0 && hasForeign) return undefined;
  let bytes = 0;
  let changedMs = files.length === 0 ? info.mtime!.getTime() : 0;
  for (const file of files) {
    const { size, mtime } = await Deno.lstat(file);
    bytes += size;
    changedMs = Math.max(changedMs, mtime!.getTime());
  }
  const isOpen = await isBeingWritten(clientFile(path));
  // A young recording may not have its lock yet.
  const isFinal = !isOpen && Date.now() - changedMs > LEFTOVER_AGE_MS;
  return { kind: "recording", path, bytes, changedMs, isBeingWritten: isOpen, isFinal };
}

async function measureSnapshot(path: string): Promise<Stored | undefined> {
  const info = await Deno.lstat(path);
  // Pictures of other programs may have such a name, but rarely this mode.
  if (!isOwn(info, "isFile") || (info.mode! & 0o777) !== 0o600) return undefined;
  const changedMs = info.mtime!.getTime();
  const { size: bytes } = info;
  return { kind: "snapshot", path, bytes, changedMs, isBeingWritten: false, isFinal: false };
}

async function contentsOf(folder: string): Promise<Contents> {
  const contents: Contents = { files: [], directories: [], hasForeign: false };
  for (const { name, isFile, isDirectory } of await entriesOf(folder)) {
    const path = `${folder}/${name}`;
    if (isFile && RECORDING_FILE.test(name)) contents.files.push(path);
    else if (isDirectory && STILLS_DIRECTORY.test(name)) await addStills(path, contents);
    else contents.hasForeign = true;
  }
  return contents;
}

async function addStills(directory: string, contents: Contents): Promise<void> {
  let hasForeign = false;
  for (const { name, isFile } of await entriesOf(directory)) {
    if (isFile && STILLS_FILE.test(name)) contents.files.push(`${directory}/${name}`);
    else hasForeign = true;
  }
  if (hasForeign) contents.hasForeign = true;
  else contents.directories.push(directory);
}

/** @returns Nothing for a directory that is missing. */
export async function entriesOf(directory: string | undefined): Promise<Deno.DirEntry[]> {
  if (directory === undefined) return [];
  try {
    return await Array.fromAsync(Deno.readDir(directory));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Whether something is of a kind and belongs to this user; a link is of none. */
export function isOwn(info: Deno.FileInfo, kind: "isFile" | "isDirectory"): boolean {
  return info[kind] && info.uid === Deno.uid();
}

/** What cannot be read belongs to another user or was just deleted. */
async function ifReadable<T>(measure: () => Promise<T>): Promise<T | undefined> {
  try {
    return await measure();
  } catch {
    return undefined;
  }
}

/** Returns whether it was there. */
async function remove(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
