/**
 * The streams and the environment that commands use; tests pass their own.
 *
 * @module
 */

import { type Environment, processEnv } from "../env.ts";
import { LOG_LIMITS, STDOUT_LIMITS } from "./line_queue.ts";
import { OutputWriter } from "./output.ts";
import { standardOutput } from "./standard_output.ts";

/** The sender of log lines, for {@linkcode CliIo.err}. */
export const LOG_SENDER = 0;

/** Where a command writes and what it reads from its environment. */
export interface CliIo {
  /**
   * Writes results to standard output.
   *
   * @param text Whole lines.
   * @param sender Bounds what waits for a slow reader, see {@linkcode OutputWriter.write}.
   * @returns Settles when the sender may write more; `undefined` when it may at once.
   */
  out(text: string, sender?: number): Promise<void> | void;
  /**
   * Writes warnings, errors, log lines and hints to standard error.
   *
   * @param text Whole lines.
   * @param sender With one, the text is dropped when too much waits for a slow reader.
   */
  err(text: string, sender?: number): void;
  /** Secrets are removed from it after they are read. */
  readonly env: Environment & { delete(name: string): void };
  /** The streams of the process; absent in tests. */
  readonly streams?: {
    readonly stdout: OutputWriter;
    readonly stderr: OutputWriter;
  };
}

const { stream, pieceBytes } = standardOutput();
const streams = {
  stdout: new OutputWriter(stream, STDOUT_LIMITS, pieceBytes),
  stderr: new OutputWriter(Deno.stderr, LOG_LIMITS),
};
streams.stdout.events = {
  failed: (detail) => processIo.err(`error: cannot write to standard output: ${detail}\n`),
};

/** The streams and the environment of this process. */
export const processIo: Required<CliIo> = {
  out: (text, sender) => streams.stdout.write(text, sender),
  err: (text, sender) => void streams.stderr.write(text, sender),
  env: processEnv,
  streams,
};

/**
 * Removes a variable from the environment, so that programs that are started do not get it.
 *
 * @returns Its value; `undefined` as well when Deno does not permit to read it.
 */
export function takeVariable(env: CliIo["env"], name: string): string | undefined {
  try {
    const value = env.get(name);
    env.delete(name);
    return value;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
