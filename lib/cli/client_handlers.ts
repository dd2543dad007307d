/**
 * Chooses the handler and the observers of `listen` by its flags.
 *
 * Modules are loaded when their flag is used, so that they cost no start-up time without it.
 *
 * @module
 */

import type { ClientHandler, Handler, Logger } from "../mod.ts";
import { printHandler } from "../start.ts";
import type { ClientRecorder, LogTail } from "../control/mod.ts";
import type { RemoteClients } from "../workers/mod.ts";
import type { CliIo } from "./io.ts";
import type { ListenFlags } from "./listen_options.ts";
import { LazyRecorder, openRecorder, openRetention, requireWritable } from "./record.ts";
import { ignoreSnapshotSignal, openSnapshots } from "./snapshot.ts";

/** What handles clients, and where text goes meanwhile. */
export interface ClientHandlers {
  readonly handler: Handler;
  /** Get all records of clients first. */
  readonly observers: readonly ClientHandler[];
  readonly log: Logger;
  /** For text other than the log. */
  readonly io: CliIo;
  /** Whether records are printed and used for nothing else. */
  readonly onlyPrints: boolean;
  /**
   * Called when the listener listens.
   *
   * @param stop Ends the listener.
   */
  start(stop: () => void): void;
  /** Called when clients are asked to leave: none may be held up any more. */
  stop(): void;
  /**
   * Called when all clients have left, or are not waited for any more.
   *
   * @throws The error that ends the command.
   */
  close(): Promise<void>;
}

/** What handles the clients of this thread. */
export interface LocalHandlers extends ClientHandlers {
  /** Starts and stops recordings. */
  readonly recorder: ClientRecorder;
}

/** A handler, and where it differs from {@linkcode withDefaults}. */
export interface MainHandler extends Partial<Omit<ClientHandlers, "handler" | "observers">> {
  readonly handler: Handler;
}

export function logOptions({ debug, logFormat }: ListenFlags) {
  return { level: debug ? "debug" : "info", format: logFormat } as const;
}

/**
 * @param log Used until the listener listens.
 * @throws {UsageError} For directories that cannot be written to, and programs that cannot be started.
 * @throws {ApiMisuseError} `bad-handler`.
 */
export async function openHandlers(
  flags: ListenFlags,
  io: CliIo,
  log: LogTail,
): Promise<LocalHandlers> {
  const main = withDefaults(await openMain(flags, io, log), io, log);
  return await addObservers(main, flags, io.env);
}

export function withDefaults(
  main: MainHandler,
  io: CliIo,
  log: Logger,
): ClientHandlers {
  return {
    observers: [],
    onlyPrints: false,
    log,
    io,
    start() {},
    stop() {},
    close: async () => {},
    ...main,
  };
}

/** @param clients The clients, if they are in other threads. */
export async function openMain(
  flags: ListenFlags,
  io: CliIo,
  log: LogTail,
  clients?: RemoteClients,
): Promise<MainHandler> {
  if (flags.view) return await openView(flags, io, log, clients);
  if (flags.pipe !== undefined) return await openPipe(flags.pipe, flags, log, clients);
  if (flags.handler !== undefined) return await openModule(flags.handler, io);
  return {
    handler: printHandler((line, source) => io.out(`${line}\n`, source), flags.json ?? false, true),
    onlyPrints: flags.record === undefined && flags.snapshot === undefined,
  };
}

export async function openModule(file: string, io: CliIo): Promise<MainHandler> {
  const { replaceConsole } = await import("./handler_console.ts");
  const { loadHandler } = await import("./handler_module.ts");
  replaceConsole(io);
  return { handler: await loadHandler(file) };
}

async function openView(
  flags: ListenFlags,
  io: CliIo,
  log: LogTail,
  clients: RemoteClients | undefined,
): Promise<MainHandler> {
  const { ViewTerminal } = await import("./view.ts");
  const terminal = new ViewTerminal(io, flags.size === undefined, clients?.refresh);
  return {
    handler: terminal.handler,
    log: flags.logFile === undefined ? log.over(terminal.makeLogger(logOptions(flags))) : log,
    io: terminal.io,
    start: (stop) => terminal.start(stop),
    close: () => terminal.close(),
  };
}

async function openPipe(
  command: string,
  { pipeRestart }: ListenFlags,
  log: Logger,
  clients: RemoteClients | undefined,
): Promise<MainHandler> {
  const { PipeProgram } = await import("./pipe.ts");
  const program = new PipeProgram(command, pipeRestart, log, clients?.perform);
  return {
    handler: program.handler,
    start: (stop) => program.start(stop),
    stop: () => program.stop(),
    close: () => program.close(),
  };
}

async function addObservers(
  main: ClientHandlers,
  flags: ListenFlags,
  env: CliIo["env"],
): Promise<LocalHandlers> {
  const { log } = main;
  let recorder: ClientRecorder = new LazyRecorder(flags, env, log);
  const { record, snapshot, recordKeep } = flags;
  const observers: ClientHandler[] = [];
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const close of closers) await close();
    await main.close();
  };
  try {
    if (record !== undefined) {
      await requireWritable(record, "--record");
      const opened = recorder = await openRecorder(record, flags, log);
      observers.push(opened.observer);
    }
    if (snapshot !== undefined) {
      await requireWritable(snapshot, "--snapshot");
      const snapshots = await openSnapshots(snapshot, log);
      observers.push(snapshots.observer);
      closers.push(() => snapshots.close());
    } else closers.push(ignoreSnapshotSignal(log));
    if (recordKeep !== undefined) {
      const retention = await openRetention(recordKeep, flags, log);
      // Must come after the others, so that it sees their files.
      observers.push(retention.observer);
      closers.push(() => retention.close());
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ...main, observers, recorder, close };
}
