/**
 * What `listen` says besides its log: text for people, or lines of the log with `--log-format json`.
 *
 * @module
 */

import { A12Error } from "../errors.ts";
import type { LogFields, LogFormat, Logger, LogLevel } from "../log.ts";
import { describeError, stacks } from "./errors.ts";
import type { CliIo } from "./io.ts";

/** One message, in both forms. */
export interface Message {
  /** Whole lines for people. */
  readonly text: string;
  /** `info` unless given. */
  readonly level?: LogLevel;
  /** The event of the log line, one hyphenated word. */
  readonly event: string;
  readonly fields: LogFields;
}

export type Report = (message: Message) => void;

export function reportAsText(io: Pick<CliIo, "err">): Report {
  return ({ text }) => io.err(text);
}

/** With a log file, messages for people are lines of it as well. */
export function makeReport(
  { logFormat, logFile }: { readonly logFormat: LogFormat; readonly logFile?: string },
  io: Pick<CliIo, "err">,
  log: Logger,
): Report {
  const isText = logFormat === "text";
  return ({ text, level = "info", event, fields }) => {
    if (isText) io.err(text);
    if (!isText || logFile !== undefined) log.log(level, event, fields);
  };
}

/** Logs the error that ends a command. */
export function logFailure(log: Logger, error: unknown, isDebug: boolean): void {
  log.log("error", "command-failed", {
    reason: error instanceof A12Error ? error.code : undefined,
    detail: describeError(error),
    stack: isDebug ? stacks(error) : undefined,
  });
}
