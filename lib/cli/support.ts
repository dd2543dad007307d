/**
 * What all commands share: where text goes, how errors end a command, and strict options.
 *
 * @module
 */
import { type Command, CommanderError } from "commander";
import { type Environment, processEnv } from "../env.ts";
import { A12Error, ApiMisuseError, KeystoreError } from "../errors.ts";
import {
  EXIT_TIMEOUT_MS,
  LOG_QUEUE_UNITS,
  STDOUT_QUEUE_UNITS,
  STDOUT_SENDER_UNITS,
} from "../limits.ts";
import { escapeControls } from "../log.ts";
import { OutputWriter } from "../stdio.ts";
import { requireArguments, requireOneValue } from "./arguments.ts";
import { ProgramError, UsageError } from "./usage_error.ts";

export { UsageError };

/** The exit codes of the program. */
export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** How the program is called, for hints that name a command. */
export const PROGRAM = "deno run -A main.ts";

/** The sender of log lines, for {@linkcode CliIo.err}. */
export const LOG_SENDER = 0;

/** The outside of a command; tests give their own. */
export interface CliIo {
  /**
   * Writes results.
   *
   * @param text With its newlines.
   * @param sender Bounds what waits for a slow reader, see {@linkcode OutputWriter.write}.
   * @returns Settles when the sender may go on; `undefined` when it may at once.
   */
  out(text: string, sender?: number): Promise<void> | void;
  /**
   * Writes warnings, errors, logs and hints.
   *
   * @param text With its newlines.
   * @param sender Makes it text that is lost when too much waits for a slow reader.
   */
  err(text: string, sender?: number): void;
  /** The environment. */
  readonly env: Environment;
  /** The streams of the process, unless they are a test's. */
  readonly streams?: {
    readonly stdout: OutputWriter;
    readonly stderr: OutputWriter;
  };
}

const streams = {
  stdout: new OutputWriter(Deno.stdout, { sender: STDOUT_SENDER_UNITS, total: STDOUT_QUEUE_UNITS }),
  stderr: new OutputWriter(Deno.stderr, { sender: LOG_QUEUE_UNITS, total: LOG_QUEUE_UNITS }),
};
streams.stdout.events = {
  failed: (detail) => processIo.err(`error: cannot write to standard output: ${detail}\n`),
};

/** The process's own streams and environment. */
export const processIo: CliIo = {
  out: (text, sender) => streams.stdout.write(text, sender),
  err: (text, sender) => void streams.stderr.write(text, sender),
  env: processEnv,
  streams,
};

/** An error that was reported by the command itself; it still sets the exit code. */
export class ReportedError extends Error {
  /** @param cause What was reported. */
  constructor(cause: unknown) {
    super("reported", { cause });
    this.name = "ReportedError";
  }
}

/**
 * Runs a program in this process, with its arguments and streams, and sets the exit code: that of
 * {@linkcode runCli}, or 1 when results could not be written.
 *
 * @param program The root command.
 */
export async function runMain(program: Command): Promise<void> {
  globalThis.addEventListener("unload", () => {
    streams.stdout.flushSync();
    streams.stderr.flushSync();
  });
  Deno.exitCode = await runCli(program, Deno.args);
  await streams.stdout.flushed();
  if (streams.stdout.hasFailed && Deno.exitCode === EXIT.ok) Deno.exitCode = EXIT.failure;
  if (Deno.exitCode === EXIT.ok) return;
  // A handler module may have left a timer or a socket behind.
  Deno.unrefTimer(setTimeout(() => Deno.exit(), EXIT_TIMEOUT_MS));
}

/**
 * Ends the process a little later, after an ordered stop: when its output is not read, or when other
 * code leaves a timer or a socket behind, it would never end by itself.
 *
 * @param io The streams of the process.
 * @param lost Is called when output is lost by that.
 */
export function exitSoon(io: CliIo, lost: () => void): void {
  const exit = () => {
    if (io.streams?.stdout.isIdle === false) lost();
    Deno.exit();
  };
  Deno.unrefTimer(setTimeout(exit, EXIT_TIMEOUT_MS));
}

/**
 * Runs a program: parses, runs the command, and reports what went wrong in one line on stderr.
 *
 * Unknown commands, unknown options and surplus arguments are errors everywhere.
 *
 * @param program The root command with all its subcommands added.
 * @param args The arguments of the user, without program and script.
 * @param io Where text goes.
 * @returns The exit code: 0; 1 for a failure; 2 for a command line that makes no sense.
 */
export async function runCli(
  program: Command,
  args: readonly string[],
  io: CliIo = processIo,
): Promise<number> {
  makeStrict(program, io);
  program.hook("preAction", (_program, command) => requireArguments(command));
  try {
    await program.parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    // Help that was asked for is a success; help that is shown because a command is missing is not.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof ReportedError) return exitCodeOf(error.cause);
    report(error, io, args.includes("--debug"));
    return exitCodeOf(error);
  }
}

/**
 * Lines up columns with two blanks between them.
 *
 * @param rows Rows of equally many cells.
 * @returns The lines, each with its newline; the last column is not filled up.
 */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length));
  }
  return rows.map((row) =>
    row.map((cell, i) => i === row.length - 1 ? cell : cell.padEnd(widths[i]!)).join("  ") + "\n"
  ).join("");
}

function makeStrict(command: Command, io: CliIo): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => io.out(text),
    writeErr: (text) => io.err(text),
    outputError: (text, write) => write(withoutValues(text)),
  });
  command.allowUnknownOption(false).allowExcessArguments(false);
  command.showHelpAfterError("(--help shows what there is)");
  for (const option of command.options) requireOneValue(option, command);
  for (const subcommand of command.commands) makeStrict(subcommand, io);
}

/** A mistyped option or a secret with blanks that is not quoted must not print the secret. */
function withoutValues(text: string): string {
  return text.replace(/^(error: unknown option '[^=']*)=.*'$/m, "$1=…'")
    .replace(/^(error: too many arguments.* but got \d+):.*$/m, "$1");
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof ApiMisuseError) return EXIT.usage;
  // Without a path it was an argument that was bad, not a file.
  const isArgument = error instanceof KeystoreError && error.path === undefined &&
    (error.code === "bad-key" || error.code === "bad-tag" || error.code === "bad-host");
  return isArgument ? EXIT.usage : EXIT.failure;
}

function report(error: unknown, io: CliIo, debug: boolean): void {
  io.err(`error: ${escapeControls(describeError(error))}\n`);
  if (debug) io.err(stacks(error));
}

/**
 * Writes what ends a command for people.
 *
 * @param error What was thrown.
 */
export function describeError(error: unknown): string {
  const expected = [A12Error, UsageError, ProgramError].some((kind) => error instanceof kind);
  const message = error instanceof Error ? error.message : String(error);
  return `${expected ? "" : "unexpected: "}${message}`;
}

/**
 * Writes the stack of an error and of what caused it.
 *
 * @param error What was thrown.
 * @returns Lines with their newlines; empty unless it is an error.
 */
export function stacks(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const own = (error.stack ?? "").split("\n").map((line) => `${escapeControls(line)}\n`).join("");
  return error.cause instanceof Error ? `${own}caused by: ${stacks(error.cause)}` : own;
}
