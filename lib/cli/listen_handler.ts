/**
 * Who takes the clients of `listen`: what the options `--handler`, `--view`, `--pipe`, `--record` and
 * `--snapshot` say, and how they go together.
 *
 * Modules are loaded when their option is used, so that the others cost no start-up time.
 *
 * @module
 */

import { Option } from "commander";
import { loadHandler } from "../handlers/load.ts";
import { printHandler } from "../handlers/print.ts";
import type { LogFormat, Logger, LogLevel } from "../log.ts";
import type { ListenHandler } from "../net/listen_types.ts";
import type { ClientHandler } from "../segment/source.ts";
import type { PipeRestart } from "./pipe.ts";
import type { RecordFlags } from "./record.ts";
import { openKeeper, openRecorder, recordOptions, requireRecord } from "./record.ts";
import { ignoreSnapshotSignal, openSnapshots } from "./snapshot.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";

/** What the command line says about who takes the clients. */
export interface HandlerFlags extends RecordFlags {
  /** A module. */
  readonly handler?: string;
  /** Whether clients are shown here. */
  readonly view?: boolean;
  /** A command. */
  readonly pipe?: string;
  /** What is done when it ends by itself. */
  readonly pipeRestart: PipeRestart;
  /** Whether what is printed is JSON. */
  readonly json?: boolean;
  /** The first size of clients, if the user has chosen one. */
  readonly size?: object;
  /** Whether more is logged. */
  readonly debug?: boolean;
  /** How log lines look. */
  readonly logFormat: LogFormat;
}

/** Who takes the clients, and where text goes meanwhile. */
export interface Taker {
  /** Takes what happens. */
  readonly handler: ListenHandler;
  /** See all records of clients first. */
  readonly observers: readonly ClientHandler[];
  /** Takes log lines. */
  readonly log: Logger;
  /** Takes other text. */
  readonly io: CliIo;
  /** Whether what happens is printed and goes nowhere else. */
  readonly onlyPrints: boolean;
  /**
   * The listener listens.
   *
   * @param leave Ends it, when the user asks for that.
   */
  start(leave: () => void): void;
  /** The clients are asked to leave: none may be held up from now on. */
  hurry(): void;
  /** All clients have left, or nothing more is waited for. @throws What ends the command. */
  close(): Promise<void>;
}

/** The handler that a listener has, and what belongs to it. */
interface Main extends Partial<Omit<Taker, "handler">> {
  readonly handler: ListenHandler;
}

/** The options, for the command. */
export function handlerOptions(): Option[] {
  return [
    new Option("--handler <file>", "a module that takes the clients, instead of printing"),
    new Option("--view", "show the clients on this terminal; Ctrl-] q leaves"),
    new Option(
      "--pipe <command>",
      "a program that takes the clients: JSON lines in and out, see README",
    ),
    new Option("--pipe-restart <when>", "start the program of --pipe again when it ends by itself")
      .choices(["off", "always"]).default("off"),
    new Option("--json", "print one JSON object a line"),
    ...recordOptions(),
    new Option("--snapshot <dir>", "write pictures of clients there, on SIGUSR2 and when they end"),
  ];
}

/**
 * How the log looks and what it takes.
 *
 * @param flags The command line.
 */
export function logOptions({ debug, logFormat }: HandlerFlags) {
  const level: LogLevel = debug ? "debug" : "info";
  return { level, format: logFormat };
}

/**
 * Makes what takes the clients.
 *
 * @param flags The command line.
 * @param io Where text goes.
 * @param log Takes log lines, until the listener listens.
 * @throws {UsageError} For options that exclude each other, and places that cannot be written to.
 * @throws {ApiMisuseError} `bad-handler`.
 */
export async function makeTaker(flags: HandlerFlags, io: CliIo, log: Logger): Promise<Taker> {
  requireOne(flags);
  requireRecord(flags);
  const main: Main = flags.view
    ? await makeView(flags, io)
    : flags.pipe !== undefined
    ? await makePipe(flags.pipe, flags.pipeRestart, log)
    : flags.handler !== undefined
    ? await makeModule(flags.handler, io)
    : makePrint(flags, io);
  return await addObservers({
    observers: [],
    onlyPrints: false,
    log,
    io,
    start() {},
    hurry() {},
    close: async () => {},
    ...main,
  }, flags);
}

function makePrint({ json, record, snapshot }: HandlerFlags, io: CliIo): Main {
  return {
    handler: printHandler((line, source) => io.out(`${line}\n`, source), json ?? false),
    onlyPrints: record === undefined && snapshot === undefined,
  };
}

async function makeModule(file: string, io: CliIo): Promise<Main> {
  const { replaceConsole } = await import("./handler_console.ts");
  replaceConsole(io);
  return { handler: await loadHandler(file) };
}

function requireOne({ view, pipe, pipeRestart, handler, json }: HandlerFlags): void {
  const given = [
    view && "--view",
    pipe !== undefined && "--pipe",
    handler !== undefined && "--handler",
    json && "--json",
  ].filter((option) => typeof option === "string");
  if (given.length > 1) {
    throw new UsageError(`${given.join(" and ")} exclude each other: one takes all that happens`);
  }
  if (pipe === undefined && pipeRestart !== "off") {
    throw new UsageError(`--pipe-restart ${pipeRestart} needs --pipe COMMAND`);
  }
  if (pipe?.trim() === "") throw new UsageError("--pipe has no command");
}

async function makeView(flags: HandlerFlags, io: CliIo): Promise<Main> {
  const { ViewTerminal } = await import("./view.ts");
  const terminal = new ViewTerminal(io, flags.size === undefined);
  return {
    handler: terminal.handler,
    log: terminal.makeLogger(logOptions(flags)),
    io: terminal.io,
    start: (leave) => terminal.start(leave),
    close: () => terminal.close(),
  };
}

async function makePipe(command: string, restart: PipeRestart, log: Logger): Promise<Main> {
  const { PipeProgram } = await import("./pipe.ts");
  const program = new PipeProgram(command, restart, log);
  return {
    handler: program.handler,
    start: (leave) => program.start(leave),
    hurry: () => program.hurry(),
    close: () => program.close(),
  };
}

async function addObservers(taker: Taker, flags: HandlerFlags): Promise<Taker> {
  const { log } = taker;
  const observers: ClientHandler[] = [];
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const close of closers) await close();
    await taker.close();
  };
  try {
    if (flags.record !== undefined) observers.push(await openRecorder(flags.record, flags, log));
    if (flags.snapshot !== undefined) {
      const snapshots = await openSnapshots(flags.snapshot, log);
      observers.push(snapshots.observer);
      closers.push(async () => await snapshots.close());
    } else closers.push(ignoreSnapshotSignal(log));
    if (flags.recordKeep !== undefined) {
      const keeper = await openKeeper(flags.recordKeep, flags, log);
      // Behind the others, so that it sees what they have finished.
      observers.push(keeper.observer);
      closers.push(() => keeper.close());
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ...taker, observers, close };
}
