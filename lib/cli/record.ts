/**
 * `listen --record` and `--record-keep`.
 *
 * @module
 */

import type { Retention, RetentionBounds } from "../handlers/mod.ts";
import type { ClientRecorder } from "../control/mod.ts";
import type { Recorder, Source } from "../mod.ts";
import { ControlError, messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import { UsageError } from "./errors.ts";
import { stateDirectory } from "./state_directory.ts";
import type { CliIo } from "./io.ts";
import type { RecordFlags } from "./listen_options.ts";

/** Only the owner may read what clients showed. */
const DIRECTORY_MODE = 0o700;
const OTHERS_MAY_WRITE = 0o002;
const STICKY = 0o1000;

export async function openRecorder(
  directory: string,
  flags: RecordFlags,
  log: Logger,
): Promise<Recorder> {
  const { Recorder } = await import("../mod.ts");
  return new Recorder({
    directory,
    log,
    maxBytes: flags.recordMaxBytes,
    maxSeconds: flags.recordMaxSeconds,
    maxFps: flags.recordFps,
    onlyStarted: flags.record === undefined,
  });
}

/**
 * The directory of recordings: that of `--record`, else one of this user or service.
 *
 * @throws {ControlError} `control-failed` when the environment names none.
 */
export function recordingsDirectory({ record }: RecordFlags, env: CliIo["env"]): string {
  if (record !== undefined) return record;
  const state = stateDirectory(env);
  if (state !== undefined) return `${state}/recordings`;
  throw new ControlError(
    "control-failed",
    "there is no directory for recordings: listen with --record DIR, or set XDG_STATE_HOME or HOME",
  );
}

/** Makes a recorder when the first recording is begun, so that it needs no directory before. */
export class LazyRecorder implements ClientRecorder {
  readonly #make: () => Promise<Recorder>;
  #opening: Promise<Recorder> | undefined;
  #recorder: Recorder | undefined;

  constructor(flags: RecordFlags, env: CliIo["env"], log: Logger) {
    this.#make = () => openRecorder(recordingsDirectory(flags, env), flags, log);
  }

  async start(segments: readonly Source[]): Promise<string> {
    this.#recorder = await this.#open();
    return await this.#recorder.start(segments);
  }

  async stop(source: Source): Promise<void> {
    const recorder = await this.#opening?.catch(() => undefined);
    await recorder?.stop(source);
  }

  nameOf(source: Source): string | undefined {
    return this.#recorder?.nameOf(source);
  }

  /** A failure is not kept: the next call tries again. */
  #open(): Promise<Recorder> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#opening = this.#make();
    opening.catch(() => this.#opening = undefined);
    return opening;
  }
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
