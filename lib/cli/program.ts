/**
 * Runs the program: strict options, errors in one line, the exit code.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { type Command, CommanderError, Option } from "commander";
import { EXIT_TIMEOUT_MS } from "../limits.ts";
import { ApiMisuseError, KeystoreError, messageOf } from "../errors.ts";
import { escapeControls } from "../log.ts";
import { describeError, ReportedError, stacks, UsageError } from "./errors.ts";
import { type CliIo, processIo } from "./io.ts";

/** The exit codes of the program. */
export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** Deno replaces bytes of arguments that are not UTF-8 by it, which could name another file or secret. */
const REPLACEMENT = "\ufffd";

/** Where the code of the program is. */
const CODE = new URL("../..", import.meta.url);

/** An option that may be given several times; its parser gets the value before. */
export class RepeatableOption extends Option {}

/**
 * Runs a program with the arguments and streams of this process and sets the exit code.
 *
 * @param load Loads its code, which fails without the permission to read it.
 */
export async function runMain(load: () => Promise<Command>): Promise<void> {
  const { stdout, stderr } = processIo.streams;
  globalThis.addEventListener("unload", () => {
    stdout.flushSync();
    stderr.flushSync();
  });
  Deno.exitCode = await loadAndRun(load);
  await stdout.flushed();
  if (stdout.hasFailed && Deno.exitCode === EXIT.ok) Deno.exitCode = EXIT.failure;
  if (Deno.exitCode === EXIT.ok) return;
  // A handler module may have left a timer or a socket open.
  Deno.unrefTimer(setTimeout(() => Deno.exit(), EXIT_TIMEOUT_MS));
}

async function loadAndRun(load: () => Promise<Command>): Promise<number> {
  let program: Command;
  try {
    program = await load();
  } catch (error) {
    const reason = escapeControls(messageOf(error));
    const place = CODE.protocol === "file:" ? fileURLToPath(CODE) : CODE.href;
    processIo.err(`error: cannot load the code in ${place}: ${reason}\n`);
    if (Deno.args.includes("--debug")) processIo.err(stacks(error));
    return EXIT.failure;
  }
  return await runCli(program, Deno.args);
}

/**
 * Exits a little later, after an orderly stop: output that is not read, or a timer or socket of a
 * handler module, would keep the process alive.
 *
 * @param onLost Called when output is dropped by that.
 */
export function exitSoon(io: CliIo, onLost: () => void): void {
  const exit = () => {
    if (io.streams?.stdout.isIdle === false) onLost();
    Deno.exit();
  };
  Deno.unrefTimer(setTimeout(exit, EXIT_TIMEOUT_MS));
}

/**
 * Parses the arguments, runs the command, and reports an error in one line on standard error.
 *
 * @param program The root command with its subcommands.
 * @param args Without the program and the script.
 * @returns The exit code: 0, 1 for a failure, 2 for a mistake on the command line.
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
    // --help is a success; help that is shown because a command is missing is not.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof ReportedError) return exitCodeOf(error.cause);
    io.err(`error: ${escapeControls(describeError(error))}\n`);
    if (args.includes("--debug")) io.err(stacks(error));
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof ApiMisuseError) return EXIT.usage;
  // Without a path the mistake is in an argument, not in a file.
  const isArgument = error instanceof KeystoreError && error.path === undefined &&
    ["bad-key", "bad-tag", "bad-host", "bad-conditions"].includes(error.code);
  return isArgument ? EXIT.usage : EXIT.failure;
}

/** Makes unknown commands, unknown options and surplus arguments errors of this command and below. */
function makeStrict(command: Command, io: CliIo): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => io.out(text),
    writeErr: (text) => io.err(text),
    outputError: (text, write) => write(withoutValues(text)),
  });
  command.allowUnknownOption(false).allowExcessArguments(false);
  command.showHelpAfterError("(--help lists the options)");
  for (const option of command.options) {
    if (option.negate) refuseBesideValue(option, command);
    else requireOneValue(option, command);
  }
  for (const subcommand of command.commands) makeStrict(subcommand, io);
}

/** Removes what may be a secret behind a mistyped option or one with blanks that is not quoted. */
function withoutValues(text: string): string {
  return text.replace(/^(error: unknown option '[^=']*)=.*'$/m, "$1=…'")
    .replace(/^(error: too many arguments.* but got \d+):.*$/m, "$1")
    .split("\n").map(escapeControls).join("\n");
}

/** The errors name the option and not the value, which may be a secret. */
function requireOneValue(option: Option, command: Command): void {
  if (!option.required && !option.optional) return;
  const name = option.long!;
  const { parseArg } = option;
  option.argParser((value: string, previous: unknown) => {
    const isGiven = command.getOptionValueSource(option.attributeName()) === "cli";
    if (isGiven && previous === false) throw excluding(option);
    if (isGiven && !(option instanceof RepeatableOption)) {
      throw new UsageError(`${name} is given twice`);
    }
    requireText(name, value);
    return parseArg === undefined ? value : parseArg(value, previous);
  });
}

/** Refuses `--control PATH --no-control`, of which the last would count. */
function refuseBesideValue(option: Option, command: Command): void {
  let isGiven = false;
  command.on(`option:${option.name().replace(/^no-/, "")}`, () => isGiven = true);
  command.on(`option:${option.name()}`, () => {
    if (isGiven) throw excluding(option);
  });
}

function excluding(option: Option): UsageError {
  const name = option.name().replace(/^no-/, "");
  return new UsageError(`--${name} and --no-${name} exclude each other`);
}

function requireArguments({ args, registeredArguments }: Command): void {
  args.forEach((value, i) => {
    const argument = registeredArguments[Math.min(i, registeredArguments.length - 1)]!;
    requireText(`the argument ${argument.name()}`, value);
  });
}

function requireText(name: string, value: string): void {
  if (value === "") throw new UsageError(`${name} is empty`);
  if (value.includes(REPLACEMENT)) throw new UsageError(`${name} has bytes that are not UTF-8`);
}
