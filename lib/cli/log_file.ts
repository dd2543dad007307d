/**
 * `--log-file`: log lines in a file that tools such as logrotate may rename.
 *
 * @module
 */

import fs from "node:fs";
import { promisify } from "node:util";
import { LogTail } from "../control/start.ts";
import { makeLogger } from "../log.ts";
import { messageOf } from "../errors.ts";
import { logOptions } from "./client_handlers.ts";
import { UsageError } from "./errors.ts";
import { type CliIo, LOG_SENDER } from "./io.ts";
import { LOG_LIMITS } from "./line_queue.ts";
import type { ListenFlags } from "./listen_options.ts";
import { OutputWriter } from "./output.ts";

const MODE = 0o600;
const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_WRONLY } = fs.constants;
/** A link could lead log lines into any file; a FIFO without a reader would block. */
const FLAGS = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;

const writeTo = promisify(fs.write) as (
  fd: number,
  bytes: Uint8Array,
) => Promise<{ bytesWritten: number }>;

/** A log file: appended to without blocking, bounded like standard error, and never an end of the process. */
export class LogFile {
  readonly path: string;
  readonly #writer: OutputWriter;
  #fd: number;
  /** What a write is under way to; it is closed behind the write if the file was opened again. */
  #writingFd: number | undefined;
  #isClosed = false;

  /**
   * Opens the file; it is created for its owner alone.
   *
   * @param path Links in its directories are followed, the file itself may not be one.
   * @param events Told of failures and of lost lines.
   * @throws {UsageError} When it cannot be opened.
   */
  constructor(path: string, events: { failed(detail: string): void; lost(lines: number): void }) {
    this.path = path;
    this.#fd = open(path);
    this.#writer = new OutputWriter({
      write: (bytes) => this.#write(bytes),
      writeSync: (bytes) => fs.writeSync(this.#fd, bytes),
    }, LOG_LIMITS);
    this.#writer.events = events;
    globalThis.addEventListener("unload", this.#flushSync);
  }

  /** @param line A whole line; dropped and counted when too much waits for the disk. */
  write(line: string): void {
    if (!this.#isClosed) void this.#writer.write(line, LOG_SENDER);
  }

  /**
   * Opens the path again, after the file was renamed or removed.
   *
   * @throws {UsageError} When it cannot be opened; then lines go to the old file.
   */
  reopen(): void {
    const old = this.#fd;
    this.#fd = open(this.path);
    if (old !== this.#writingFd) fs.closeSync(old);
  }

  /** Writes what waits, and closes the file; later lines are dropped. */
  async close(): Promise<void> {
    this.#isClosed = true;
    globalThis.removeEventListener("unload", this.#flushSync);
    await this.#writer.flushed();
    fs.closeSync(this.#fd);
  }

  readonly #flushSync = (): void => this.#writer.flushSync();

  async #write(bytes: Uint8Array): Promise<number> {
    const fd = this.#fd;
    this.#writingFd = fd;
    try {
      return (await writeTo(fd, bytes)).bytesWritten;
    } finally {
      this.#writingFd = undefined;
      if (fd !== this.#fd) fs.closeSync(fd);
    }
  }
}

/**
 * Opens the log that the flags choose: `--log-file`, or standard error. The last lines are kept for
 * `ctl log`.
 *
 * @throws {UsageError} When the file cannot be opened.
 */
export function openLog(flags: ListenFlags, io: CliIo): { log: LogTail; logFile?: LogFile } {
  const toStderr = makeLogger((line) => io.err(line, LOG_SENDER), logOptions(flags));
  const { logFile: path } = flags;
  const { level } = logOptions(flags);
  if (path === undefined) return { log: new LogTail(toStderr, level) };
  const logFile = new LogFile(path, {
    failed: (detail) => toStderr.log("error", "log-file-failed", { path, detail }),
    lost: (lines) => log.log("warn", "log-lost", { lines }),
  });
  const toFile = makeLogger((line) => logFile.write(line), logOptions(flags));
  const log = new LogTail(toFile, level);
  return { log, logFile };
}

function open(path: string): number {
  let fd: number | undefined;
  try {
    fd = fs.openSync(path, FLAGS, MODE);
    if (fs.fstatSync(fd).isFile()) return fd;
    throw new UsageError("it is not a regular file");
  } catch (error) {
    if (fd !== undefined) fs.closeSync(fd);
    throw new UsageError(`cannot open the log file ${path}: ${describe(error)}`);
  }
}

function describe(error: unknown): string {
  const isLink = (error as { code?: string }).code === "ELOOP";
  return isLink ? "it is a symbolic link; give the path of the file itself" : messageOf(error);
}
