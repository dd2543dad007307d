/**
 * `listen --pipe`: the program that takes the clients.
 *
 * @module
 */

import { Pipe } from "../handlers/pipe/pipe.ts";
import { PIPE_EXIT_TIMEOUT_MS } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { ListenHandler } from "../net/listen_types.ts";
import { UsageError } from "./support.ts";

/** A program that takes the clients. */
export class PipeProgram {
  readonly #child: Deno.ChildProcess;
  readonly #pipe: Pipe;
  readonly #watched: Promise<void>;
  readonly #leaveNone = () => this.#kill("SIGTERM");
  #isClosing = false;

  /**
   * Starts the program.
   *
   * @param command For the shell.
   * @param log Takes what goes wrong.
   * @throws {UsageError} When there is no shell.
   */
  constructor(command: string, log: Logger) {
    const isWindows = Deno.build.os === "windows";
    const [shell, option] = isWindows ? ["cmd", "/c"] : ["sh", "-c"];
    try {
      this.#child = new Deno.Command(shell, {
        args: [option, command],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
        // In a group of its own, Ctrl-C does not end it before the clients have left.
        detached: !isWindows,
      }).spawn();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new UsageError(`--pipe cannot start ${shell}: ${text}`);
    }
    this.#pipe = new Pipe(this.#child, log);
    this.#watched = this.#watch(log);
    globalThis.addEventListener("unload", this.#leaveNone);
  }

  /** Takes what happens. */
  get handler(): ListenHandler {
    return this.#pipe.handler;
  }

  /** Everything is to end soon, also when the program does not read. */
  hurry(): void {
    this.#pipe.hurry();
  }

  /** Ends the program's input, waits until it has ended, and sees to it that it does. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const steps = [
      () => this.#kill("SIGTERM"),
      () => this.#kill("SIGKILL"),
      () => this.#pipe.end(),
    ];
    const timers = steps.map((step, index) => setTimeout(step, PIPE_EXIT_TIMEOUT_MS * (index + 1)));
    await this.#pipe.close();
    await this.#watched;
    for (const timer of timers) clearTimeout(timer);
  }

  async #watch(log: Logger): Promise<void> {
    const { code, signal } = await this.#child.status;
    // What it has written before is still done; children of its own may keep its output open.
    const patience = setTimeout(() => {
      if (!this.#isClosing) this.#pipe.end();
    }, PIPE_EXIT_TIMEOUT_MS);
    await this.#pipe.outputEnded;
    clearTimeout(patience);
    globalThis.removeEventListener("unload", this.#leaveNone);
    this.#pipe.end();
    if (this.#isClosing && signal === null && code === 0) return;
    log.log(this.#isClosing ? "info" : "error", "pipe-ended", {
      code: signal === null ? code : undefined,
      signal: signal ?? undefined,
      detail: this.#isClosing ? undefined : "clients stay, new ones are refused",
    });
  }

  /** Tells the program and its children, which are a group as long as one of them lives. */
  #kill(signal: Deno.Signal): void {
    try {
      if (Deno.build.os === "windows") this.#child.kill(signal);
      else Deno.kill(-this.#child.pid, signal);
    } catch {
      // It has ended in the meantime.
    }
  }
}
