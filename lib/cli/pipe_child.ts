/**
 * One run of the program of `listen --pipe`, with all processes that it starts.
 *
 * @module
 */

import process from "node:process";
import { PIPE_EXIT_TIMEOUT_MS, PIPE_GROUP_POLL_MS } from "../limits.ts";
import { UsageError } from "./errors.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/** A running program. On Unix it and its children are a group of processes. */
export class PipeChild {
  readonly #child: Deno.ChildProcess;
  readonly #onUnload = () => this.kill("SIGTERM");
  #hasExited = false;

  /** How the program itself ended; its children may live on. */
  readonly status: Promise<Deno.CommandStatus>;

  /**
   * Starts a program.
   *
   * @param command For the shell.
   * @throws {UsageError} When there is no shell.
   */
  constructor(command: string) {
    const [shell, option] = IS_WINDOWS ? ["cmd", "/c"] : ["sh", "-c"];
    try {
      this.#child = new Deno.Command(shell, {
        args: [option, command],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
        // In a group of its own, Ctrl-C does not end it before the clients have left.
        detached: !IS_WINDOWS,
      }).spawn();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new UsageError(`--pipe cannot start ${shell}: ${text}`);
    }
    this.status = this.#child.status.finally(() => this.#hasExited = true);
    globalThis.addEventListener("unload", this.#onUnload);
  }

  /** Takes lines. */
  get stdin(): WritableStream<Uint8Array> {
    return this.#child.stdin;
  }

  /** Gives lines. */
  get stdout(): ReadableStream<Uint8Array> {
    return this.#child.stdout;
  }

  /**
   * Sends a signal to the program and its children.
   *
   * @param signal The signal.
   */
  kill(signal: Deno.Signal): void {
    if (!this.#isThere()) return;
    try {
      if (IS_WINDOWS) this.#child.kill(signal);
      else Deno.kill(-this.#child.pid, signal);
    } catch {
      // It has ended in the meantime.
    }
  }

  /** The program has exited: ends the children that it left behind. */
  async endChildren(): Promise<void> {
    this.kill("SIGTERM");
    const deadlineMs = performance.now() + PIPE_EXIT_TIMEOUT_MS;
    // Processes that are not our children cannot be waited for.
    while (this.#isThere() && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, PIPE_GROUP_POLL_MS));
    }
    this.kill("SIGKILL");
    globalThis.removeEventListener("unload", this.#onUnload);
  }

  /**
   * Whether the group has a process. While it has one, its number is not given to another group or
   * process; a process of that number would be a stranger.
   */
  #isThere(): boolean {
    if (!this.#hasExited) return true;
    return !IS_WINDOWS && exists(-this.#child.pid) && !exists(this.#child.pid);
  }
}

/** Whether there is a process, or with a negative number a process in the group. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: unknown }).code !== "ESRCH";
  }
}
