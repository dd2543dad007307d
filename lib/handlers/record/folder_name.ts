/**
 * The folders of recordings, and their names: made of what the listener knows, never of what a client
 * says.
 *
 * @module
 */

import { RECORD_NAME_ATTEMPTS } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { Files } from "./files.ts";

/** The names that {@linkcode makeFolder} gives. */
export const FOLDER_NAME = /^\d{8}T\d{6}Z-\d+(-[0-9a-f]{4}){5}(-\d+)?$/;

/**
 * The name of a client's folder; names sort in time.
 *
 * @param started When the recording began.
 * @param id The number of the client.
 * @param fingerprint The short form of its key.
 * @returns Such as `20261123T193714Z-2-3f2a-91bc-07de-55aa-c1d2`.
 */
export function folderName(started: Date, id: number, fingerprint: string): string {
  const time = started.toISOString().replace(/[-:]|\.\d+/g, "");
  return `${time}-${id}-${fingerprint.replace(/[^0-9a-f-]/g, "")}`;
}

/**
 * Creates a folder that no other recording has, also not one of another process: when the name is
 * taken, a number is added to it.
 *
 * @param files The file system.
 * @param directory Where; it is created again when it has gone.
 * @param name The name, if it is free.
 * @param log Takes a line when the directory was missing.
 * @returns The path of the folder.
 */
export async function makeFolder(
  files: Files,
  directory: string,
  name: string,
  log: Logger,
): Promise<string> {
  if (await files.ensureDirectory(directory)) {
    log.log("warn", "directory-made", { path: directory, detail: "it was missing" });
  }
  for (let attempt = 1;; attempt++) {
    const path = `${directory}/${name}${attempt === 1 ? "" : `-${attempt}`}`;
    try {
      await files.makeDirectory(path);
      return path;
    } catch (error) {
      const isTaken = error instanceof Deno.errors.AlreadyExists;
      if (!isTaken || attempt === RECORD_NAME_ATTEMPTS) throw error;
    }
  }
}
