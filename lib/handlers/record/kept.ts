/**
 * Recordings and pictures on disk: finding them, their size and age, and deleting them.
 *
 * Only what this program has written for this user counts: by the form of its name, its kind, and its
 * owner. Links are not followed, and other files in the folder of a recording stay.
 *
 * @module
 */

import { LEFTOVER_AGE_MS } from "../../limits.ts";
import { isBeingWritten } from "../new_file.ts";
import { SNAPSHOT_NAME } from "../snapshots.ts";
import { FOLDER_NAME } from "./folder_name.ts";

/** One recording or picture. */
export interface Kept {
  readonly kind: "recording" | "snapshot";
  /** Its folder or file. */
  readonly path: string;
  /** The sizes of its files together. */
  readonly bytes: number;
  /** The time of its last change, in milliseconds since 1970. */
  readonly changedMs: number;
  /** Whether some process still writes it. */
  readonly isBeingWritten: boolean;
  /** Whether it cannot change any more, so that it need not be measured again. */
  readonly isFinal: boolean;
}

/** Where recordings and pictures are. */
export interface KeptDirectories {
  /** The directory of `--record`. */
  readonly recordings: string | undefined;
  /** The directory of `--snapshot`, which may be the same. */
  readonly snapshots: string | undefined;
}

/** What is in the folder of a recording. */
interface Contents {
  readonly files: string[];
  readonly directories: string[];
  /** Whether there is something that no recording has. */
  hasOthers: boolean;
}

const RECORDING_FILE = /^(client\.json|events\.jsonl|\d+\.cast)$/;
const STILLS_DIRECTORY = /^\d+$/;
/** A picture may have been left unfinished by a process that was killed. */
const STILLS_FILE = /^(index\.jsonl|\d{6,}\.png(\.[0-9a-f-]{36}\.part)?)$/;

/**
 * Finds all recordings and pictures.
 *
 * @param directories Where.
 * @param known What was found before, by path.
 */
export async function findKept(
  { recordings, snapshots }: KeptDirectories,
  known: ReadonlyMap<string, Kept>,
): Promise<Kept[]> {
  const found: (Kept | undefined)[] = [];
  for (const { name, isDirectory } of await entriesOf(recordings)) {
    if (!isDirectory || !FOLDER_NAME.test(name)) continue;
    const path = `${recordings}/${name}`;
    const before = known.get(path);
    found.push(before?.isFinal ? before : await orNothing(() => measureRecording(path)));
  }
  for (const { name, isFile } of await entriesOf(snapshots)) {
    if (!isFile || !SNAPSHOT_NAME.test(name)) continue;
    found.push(await orNothing(() => measureSnapshot(`${snapshots}/${name}`)));
  }
  return found.filter((kept) => kept !== undefined);
}

/**
 * Deletes a recording or picture.
 *
 * @param kept What {@linkcode findKept} found.
 * @returns Whether it was there and is not being written.
 */
export async function deleteKept({ kind, path }: Kept): Promise<boolean> {
  if (kind === "snapshot") return await remove(path);
  if (await isBeingWritten(clientFile(path))) return false;
  const { files, directories, hasOthers } = await contentsOf(path);
  for (const file of files) await remove(file);
  for (const directory of directories) await remove(directory);
  return hasOthers ? files.length > 0 : await remove(path);
}

/** The first file of a recording, which is open until its end. */
function clientFile(folder: string): string {
  return `${folder}/client.json`;
}

async function measureRecording(path: string): Promise<Kept | undefined> {
  const info = await Deno.lstat(path);
  if (!isOwn(info, "isDirectory")) return undefined;
  const { files, hasOthers } = await contentsOf(path);
  // Something else has its name, or this is all that was left of it.
  if (files.length === 0 && hasOthers) return undefined;
  let bytes = 0;
  let changedMs = files.length === 0 ? info.mtime!.getTime() : 0;
  for (const file of files) {
    const { size, mtime } = await Deno.lstat(file);
    bytes += size;
    changedMs = Math.max(changedMs, mtime!.getTime());
  }
  const isOpen = await isBeingWritten(clientFile(path));
  // A young one may not have its lock yet.
  const isFinal = !isOpen && Date.now() - changedMs > LEFTOVER_AGE_MS;
  return { kind: "recording", path, bytes, changedMs, isBeingWritten: isOpen, isFinal };
}

async function measureSnapshot(path: string): Promise<Kept | undefined> {
  const info = await Deno.lstat(path);
  // Pictures by others have such names as well, but are hardly ever for the owner alone.
  if (!isOwn(info, "isFile") || (info.mode! & 0o777) !== 0o600) return undefined;
  const changedMs = info.mtime!.getTime();
  return {
    kind: "snapshot",
    path,
    bytes: info.size,
    changedMs,
    isBeingWritten: false,
    isFinal: false,
  };
}

async function contentsOf(folder: string): Promise<Contents> {
  const contents: Contents = { files: [], directories: [], hasOthers: false };
  for (const { name, isFile, isDirectory } of await entriesOf(folder)) {
    const path = `${folder}/${name}`;
    if (isFile && RECORDING_FILE.test(name)) contents.files.push(path);
    else if (isDirectory && STILLS_DIRECTORY.test(name)) await addStills(path, contents);
    else contents.hasOthers = true;
  }
  return contents;
}

async function addStills(directory: string, contents: Contents): Promise<void> {
  let hasOthers = false;
  for (const { name, isFile } of await entriesOf(directory)) {
    if (isFile && STILLS_FILE.test(name)) contents.files.push(`${directory}/${name}`);
    else hasOthers = true;
  }
  if (hasOthers) contents.hasOthers = true;
  else contents.directories.push(directory);
}

async function entriesOf(directory: string | undefined): Promise<Deno.DirEntry[]> {
  if (directory === undefined) return [];
  try {
    return await Array.fromAsync(Deno.readDir(directory));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function isOwn(info: Deno.FileInfo, kind: "isFile" | "isDirectory"): boolean {
  return info[kind] && info.uid === Deno.uid();
}

/** What cannot be looked at belongs to others, or has just gone. */
async function orNothing<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
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
