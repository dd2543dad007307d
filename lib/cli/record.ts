/**
 * `listen --record` and `--record-keep`.
 *
 * @module
 */

import type { Retention, RetentionBounds } from "../handlers/mod.ts";
import { type ClientHandler, type Logger, messageOf, Recorder } from "../mod.ts";
import { UsageError } from "./errors.ts";
import type { RecordFlags } from "./listen_options.ts";

/** Only the owner may read what clients showed. */
const DIRECTORY_MODE = 0o700;
const OTHERS_MAY_WRITE = 0o002;
const STICKY = 0o1000;

export function openRecorder(directory: string, flags: RecordFlags, log: Logger): ClientHandler {
  const recorder = new Recorder({
    directory,
    log,
    maxBytes: flags.recordMaxBytes,
    maxSeconds: flags.recordMaxSeconds,
    maxFps: flags.recordFps,
  });
  return recorder.observer;
}

/**
 * @param flags The directories, which exist.
 * @throws {UsageError} For directories in which other users could make it delete their choice of files.
 */
export async function openRetention(
  bounds: RetentionBounds,
  { record, snapshot }: RecordFlags,
  log: Logger,
): Promise<Retention> {
  if (Deno.build.os === "windows") {
    throw new UsageError("--record-keep cannot tell on Windows which files are being written");
  }
  for (const directory of [record, snapshot]) {
    if (directory !== undefined) await requireSafeToDelete(directory);
  }
  const { Retention } = await import("../handlers/mod.ts");
  return new Retention({
    ...bounds,
    directories: { recordings: record, snapshots: snapshot },
    log,
  });
}

/** Users who may rename our folders can put a link there between the check and the deletion. */
async function requireSafeToDelete(directory: string): Promise<void> {
  const mode = (await Deno.stat(directory)).mode!;
  if ((mode & OTHERS_MAY_WRITE) === 0 || (mode & STICKY) !== 0) return;
  throw new UsageError(
    `--record-keep deletes nothing in ${directory}, where other users can replace folders by ` +
      `links: remove their right to write (chmod o-w) or set the sticky bit (chmod +t)`,
  );
}

/**
 * Creates a directory if it is missing, and tries to write there.
 *
 * @param option The option that names it, for the error.
 * @throws {UsageError} When that fails.
 */
export async function requireWritable(directory: string, option: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
    await Deno.remove(await Deno.makeTempDir({ dir: directory, prefix: ".probe-" }));
  } catch (error) {
    throw new UsageError(`${option} cannot write to ${directory}: ${messageOf(error)}`);
  }
}
