/**
 * The errors that end a command, besides those of the library, and how they are shown.
 *
 * @module
 */

import { A12Error, messageOf } from "../errors.ts";
import { escapeControls } from "../log.ts";

/** The command line cannot be carried out as given; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A file that the user has named cannot be used, for a reason that the system gives. */
export function fileError(verb: "read" | "write", path: string, error: unknown): UsageError {
  return new UsageError(`cannot ${verb} ${path}: ${messageOf(error)}`);
}

/** A program that the command needs has failed; the exit code is 1. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
}

/** An error that the command has already logged; only the exit code of its cause remains to be set. */
export class ReportedError extends Error {
  override readonly name = "ReportedError";
  constructor(cause: unknown) {
    super("reported", { cause });
  }
}

/** @param error Anything that was thrown; one of an unknown class is a defect and marked as such. */
export function describeError(error: unknown): string {
  const isExpected = [A12Error, UsageError, ProgramError, Deno.errors.NotCapable]
    .some((kind) => error instanceof kind);
  return `${isExpected ? "" : "unexpected: "}${messageOf(error)}`;
}

/** @returns The stacks of an error and of its causes as whole lines; empty unless it is an error. */
export function stacks(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const own = (error.stack ?? "").split("\n").map((line) => `${escapeControls(line)}\n`).join("");
  return error.cause instanceof Error ? `${own}caused by: ${stacks(error.cause)}` : own;
}
