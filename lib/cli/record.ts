/**
 * `listen --record`: its options.
 *
 * @module
 */

import { InvalidArgumentError, Option } from "commander";
import { RECORD_MAX_BYTES, RECORD_MAX_FPS, RECORD_MAX_SECONDS } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { ClientHandler } from "../segment/source.ts";
import { UsageError } from "./support.ts";

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
}

const UNITS: { readonly [unit: string]: number } = { "": 1, K: 1 << 10, M: 1 << 20, G: 1 << 30 };
/** Only the owner may read what clients showed. */
const DIRECTORY_MODE = 0o700;

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
  const lone = [
    flags.recordMaxBytes !== undefined && "--record-max-bytes",
    flags.recordMaxSeconds !== undefined && "--record-max-seconds",
    flags.recordFps !== undefined && "--record-fps",
  ].find((option) => typeof option === "string");
  if (lone !== undefined) throw new UsageError(`${lone} says how to record: it needs --record DIR`);
}

/**
 * Reads a number of bytes.
 *
 * @param text Digits, and K, M or G for powers of 1024.
 * @throws {InvalidArgumentError} When it is none.
 */
export function parseByteCount(text: string): number {
  const match = /^([1-9]\d{0,11})([KMG]?)$/.exec(text);
  const bytes = Number(match?.[1]) * UNITS[match?.[2] ?? ""]!;
  if (match !== null && Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a size such as 500M.`);
}

/**
 * Reads a number above 0.
 *
 * @param text Digits, also with a fraction.
 * @throws {InvalidArgumentError} When it is none.
 */
export function parsePositive(text: string): number {
  const number = Number(text);
  if (/^\d{1,9}(\.\d{1,6})?$/.test(text) && number > 0) return number;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a number above 0.`);
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
