/**
 * `listen --record`: its options.
 *
 * @module
 */

import { Option } from "commander";
import type { Retention, RetentionBounds } from "../handlers/record/retention.ts";
import { RECORD_MAX_BYTES, RECORD_MAX_FPS, RECORD_MAX_SECONDS } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { ClientHandler } from "../segment/source.ts";
import { parseByteCount, parseKeep, parsePositive } from "./values.ts";
import { UsageError } from "./errors.ts";

/** What the command line says about recording. */
export interface RecordFlags {
  /** The directory. */
  readonly record?: string;
  /** The size at which a recording ends. */
  readonly recordMaxBytes?: number;
  /** The age at which a recording ends. */
  readonly recordMaxSeconds?: number;
  /** Pictures a second at most. */
  readonly recordFps?: number;
  /** The size and age to which all recordings and pictures are kept. */
  readonly recordKeep?: RetentionBounds;
  /** The directory of pictures. */
  readonly snapshot?: string;
}

/** Only the owner may read what clients showed. */
const DIRECTORY_MODE = 0o700;
const OTHERS_MAY_WRITE = 0o002;
const STICKY = 0o1000;

/** The options, for the command. */
export function recordOptions(): Option[] {
  return [
    new Option("--record <dir>", "record each client in a folder of its own there"),
    new Option("--record-max-bytes <size>", "end a recording at this size (default: 1G)")
      .argParser(parseByteCount),
    new Option("--record-max-seconds <time>", "end a recording at this age (default: a day)")
      .argParser(parsePositive),
    new Option(
      "--record-fps <number>",
      `record so many pictures a second at most (default: ${RECORD_MAX_FPS})`,
    ).argParser(parsePositive),
    new Option(
      "--record-keep <size,age>",
      "delete the oldest recordings and pictures beyond 10G, 30d, or 10G,30d (default: never)",
    ).argParser(parseKeep),
  ];
}

/**
 * Refuses bounds of a recording that there is not.
 *
 * @param flags The command line.
 * @throws {UsageError} When there are some.
 */
export function requireRecord(flags: RecordFlags): void {
  if (flags.record !== undefined) return;
  if (flags.recordKeep !== undefined && flags.snapshot === undefined) {
    throw new UsageError(
      "--record-keep deletes recordings: it needs --record DIR or --snapshot DIR",
    );
  }
  const lone = [
    flags.recordMaxBytes !== undefined && "--record-max-bytes",
    flags.recordMaxSeconds !== undefined && "--record-max-seconds",
    flags.recordFps !== undefined && "--record-fps",
  ].find((option) => typeof option === "string");
  if (lone !== undefined) throw new UsageError(`${lone} says how to record: it needs --record DIR`);
}

/**
 * Makes what records.
 *
 * @param directory Where to; it is made when it is missing.
 * @param flags Bounds.
 * @param log Takes what goes wrong later.
 * @throws {UsageError} When nothing can be written there.
 */
export async function openRecorder(
  directory: string,
  flags: RecordFlags,
  log: Logger,
): Promise<ClientHandler> {
  await requireWritable(directory, "--record");
  const { Recorder } = await import("../handlers/record/recorder.ts");
  const recorder = new Recorder({
    directory,
    log,
    maxBytes: flags.recordMaxBytes ?? RECORD_MAX_BYTES,
    maxSeconds: flags.recordMaxSeconds ?? RECORD_MAX_SECONDS,
    maxFps: flags.recordFps ?? RECORD_MAX_FPS,
  });
  return recorder.observer;
}

/**
 * Makes what deletes the oldest recordings and pictures.
 *
 * @param bounds What is kept.
 * @param flags The directories, which exist.
 * @param log Takes a line for each that is deleted.
 * @throws {UsageError} Where others could make it delete files of their choice.
 */
export async function openKeeper(
  bounds: RetentionBounds,
  { record, snapshot }: RecordFlags,
  log: Logger,
): Promise<Retention> {
  if (Deno.build.os === "windows") {
    throw new UsageError("--record-keep cannot tell on Windows what is still being written");
  }
  for (const directory of [record, snapshot]) {
    if (directory !== undefined) await requireSafeToDelete(directory);
  }
  const { Retention } = await import("../handlers/record/retention.ts");
  return new Retention({
    ...bounds,
    directories: { recordings: record, snapshots: snapshot },
    log,
  });
}

/** Where others may rename our folders, they can put a link there between the check and the deletion. */
async function requireSafeToDelete(directory: string): Promise<void> {
  const mode = (await Deno.stat(directory)).mode!;
  if ((mode & OTHERS_MAY_WRITE) === 0 || (mode & STICKY) !== 0) return;
  throw new UsageError(
    `--record-keep deletes nothing in ${directory}, where others can replace folders by links: ` +
      `take their right to write (chmod o-w) or set the sticky bit (chmod +t)`,
  );
}

/**
 * Makes a directory if it is missing, and tries to write there.
 *
 * @param directory The directory.
 * @param option The option that names it, for the error.
 * @throws {UsageError} When nothing can be written there.
 */
export async function requireWritable(directory: string, option: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
    await Deno.remove(await Deno.makeTempDir({ dir: directory, prefix: ".probe-" }));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${option} cannot write to ${directory}: ${text}`);
  }
}
