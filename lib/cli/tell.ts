/**
 * What `listen` says besides its log: text for people, or lines of the log where every line is JSON.
 *
 * @module
 */

import { A12Error } from "../errors.ts";
import type { LogFields, LogFormat, Logger, LogLevel } from "../log.ts";
import { describeError, stacks } from "./errors.ts";
import type { CliIo } from "./io.ts";

/** One thing to say, in both forms. */
export interface Told {
  /** For people, with its newlines. */
  readonly text: string;
  /** For the log; `info` unless given. */
  readonly level?: LogLevel;
  /** What happened, one hyphenated word. */
  readonly event: string;
  /** What belongs to it. */
  readonly fields: LogFields;
}

/** Says something on standard error. */
export type Tell = (told: Told) => void;

/**
 * Says things as text.
 *
 * @param io Where to.
 */
export function tellText(io: Pick<CliIo, "err">): Tell {
  return ({ text }) => io.err(text);
}

/**
 * Says things in the form of the log.
 *
 * @param format That form.
 * @param io Takes text.
 * @param log Takes lines of JSON.
 */
export function makeTell(format: LogFormat, io: Pick<CliIo, "err">, log: Logger): Tell {
  if (format === "text") return tellText(io);
  return ({ level = "info", event, fields }) => log.log(level, event, fields);
}

/**
 * Logs the error that ends a command.
 *
 * @param log Takes the line.
 * @param error What was thrown.
 * @param debug Whether the stack is wanted.
 */
export function logEnd(log: Logger, error: unknown, debug: boolean): void {
  log.log("error", "command-failed", {
    reason: error instanceof A12Error ? error.code : undefined,
    detail: describeError(error),
    stack: debug ? stacks(error) : undefined,
  });
}
