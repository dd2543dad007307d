/**
 * `listen --pipe`: runs the program that handles clients.
 *
 * @module
 */

import { type Perform, Pipe } from "../handlers/mod.ts";
import {
  PIPE_EXIT_TIMEOUT_MS,
  PIPE_RESTART_MAX_MS,
  PIPE_RESTART_MIN_MS,
  PIPE_STEADY_MS,
} from "../limits.ts";
import type { ListenHandler } from "../mod.ts";
import type { Logger } from "../log.ts";
import { messageOf } from "../errors.ts";
import { PipeChild } from "./pipe_child.ts";
import { ProgramError, UsageError } from "./errors.ts";

/** Whether the program is started again when it ends by itself. */
export type PipeRestart = "off" | "always";

/** Exit codes of a shell that does not find the program, or may not run it. */
const NOT_STARTED: readonly number[] = [126, 127];
/** Success, and the ends by SIGHUP, SIGINT and SIGTERM, which may have been sent to both processes. */
const ORDERLY: readonly number[] = [0, 129, 130, 143];

export class PipeProgram {
  readonly #command: string;
  readonly #restart: PipeRestart;
  readonly #log: Logger;
  readonly #pipe: Pipe;
  readonly #watched: Promise<void>;
  #child: PipeChild;
  #stopListener = () => {};
  #pause: { readonly timer: ReturnType<typeof setTimeout>; readonly end: () => void } | undefined;
  #isClosing = false;
  /** How the program ended before it was asked to. */
  #failure: { readonly error: Error; readonly code: number; readonly atMs: number } | undefined;

  /**
   * Starts the program.
   *
   * @param command A command line of the shell.
   * @param call Calls the verbs of clients that are in other threads.
   * @throws {UsageError} When there is no shell.
   */
  constructor(command: string, restart: PipeRestart, log: Logger, call?: Perform) {
    this.#command = command;
    this.#restart = restart;
    this.#log = log;
    this.#child = new PipeChild(command);
    this.#pipe = new Pipe(this.#child, log, call);
    this.#watched = this.#watch();
  }

  get handler(): ListenHandler {
    return this.#pipe.handler;
  }

  /** @param stop Ends the listener; called when the program cannot be started at all. */
  start(stop: () => void): void {
    this.#stopListener = stop;
    if (this.#failure?.error instanceof UsageError) stop();
  }

  /** Holds up no client any more, not even when the program does not read. */
  stop(): void {
    this.#beginToClose();
    this.#pipe.release();
  }

  /**
   * Ends the input of the program and waits until it has ended; ends it by signals if it does not.
   *
   * @throws {UsageError} When it could not be started.
   * @throws {ProgramError} When it ended before it was asked to, and was not started again.
   */
  async close(): Promise<void> {
    this.#beginToClose();
    const steps = [
      () => this.#child.kill("SIGTERM"),
      () => this.#child.kill("SIGKILL"),
      () => this.#pipe.end(),
    ];
    const timers = steps.map((step, index) => setTimeout(step, PIPE_EXIT_TIMEOUT_MS * (index + 1)));
    await this.#pipe.close();
    await this.#watched;
    for (const timer of timers) clearTimeout(timer);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #beginToClose(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    clearTimeout(this.#pause?.timer);
    this.#pause?.end();
    const { code = -1, atMs = 0 } = this.#failure ?? {};
    // A service manager sends SIGTERM to both processes, and the program may get it first.
    const isRecent = performance.now() - atMs < PIPE_EXIT_TIMEOUT_MS;
    if (ORDERLY.includes(code) && isRecent) this.#failure = undefined;
  }

  async #watch(): Promise<void> {
    let delayMs = PIPE_RESTART_MIN_MS;
    for (let run = 1;; run++) {
      const startMs = performance.now();
      const status = await this.#finishRun();
      if (this.#isClosing) {
        this.#pipe.end();
        if (status.code !== 0) this.#logEnd("info", status);
        return;
      }
      const isMissing = run === 1 && NOT_STARTED.includes(status.code) && !this.#pipe.hasOutput;
      if (isMissing || this.#restart === "off") return this.#giveUp(status, isMissing);
      this.#pipe.suspend();
      if (performance.now() - startMs >= PIPE_STEADY_MS) delayMs = PIPE_RESTART_MIN_MS;
      this.#logEnd("error", status, `it is started again in ${delayMs} ms`);
      do {
        await this.#pauseFor(delayMs);
        if (this.#isClosing) return this.#pipe.end();
        delayMs = Math.min(delayMs * 2, PIPE_RESTART_MAX_MS);
      } while (!this.#startAgain());
    }
  }

  /** Waits until the program has ended, and ends its children. */
  async #finishRun(): Promise<Deno.CommandStatus> {
    const status = await this.#child.status;
    // Its last calls are still carried out, unless its children keep the output open.
    const timer = setTimeout(() => {
      if (!this.#isClosing) this.#pipe.suspend();
    }, PIPE_EXIT_TIMEOUT_MS);
    await this.#pipe.outputEnded;
    clearTimeout(timer);
    await this.#child.endChildren();
    return status;
  }

  #giveUp(status: Deno.CommandStatus, isMissing: boolean): void {
    const { code, signal } = status;
    this.#pipe.end();
    this.#logEnd(
      "error",
      status,
      isMissing
        ? "the program cannot be started, the listener ends"
        : "clients stay, new ones are refused",
    );
    const error = isMissing
      ? new UsageError(`--pipe cannot start the program: the shell ended with code ${code}`)
      : new ProgramError(
        `the program of --pipe ended with ${
          signal ?? `code ${code}`
        } before the listener did; --pipe-restart always starts it again`,
      );
    this.#failure = { error, code, atMs: performance.now() };
    if (isMissing) this.#stopListener();
  }

  /** @returns Whether it could be started. */
  #startAgain(): boolean {
    try {
      this.#child = new PipeChild(this.#command);
    } catch (error) {
      this.#log.log("error", "pipe-not-started", { detail: messageOf(error) });
      return false;
    }
    this.#pipe.resume(this.#child);
    this.#log.log("info", "pipe-restarted");
    return true;
  }

  async #pauseFor(ms: number): Promise<void> {
    await new Promise<void>((end) => this.#pause = { timer: setTimeout(end, ms), end });
    this.#pause = undefined;
  }

  #logEnd(level: "info" | "error", { code, signal }: Deno.CommandStatus, detail?: string): void {
    this.#log.log(level, "pipe-ended", {
      code: signal === null ? code : undefined,
      signal: signal ?? undefined,
      detail,
    });
  }
}
