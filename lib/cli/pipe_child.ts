/**
 * One run of the program of `listen --pipe`, with its children.
 *
 * @module
 */

import process from "node:process";
import { PIPE_EXIT_TIMEOUT_MS, PIPE_GROUP_POLL_MS } from "../limits.ts";
import { messageOf } from "../errors.ts";
import { UsageError } from "./errors.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/** On Unix the program and its children are a process group. */
export class PipeChild {
  readonly #child: Deno.ChildProcess;
  readonly #onUnload = () => this.kill("SIGTERM");
  #hasExited = false;

  /** The end of the program itself; its children may still run. */
  readonly status: Promise<Deno.CommandStatus>;

  /**
   * @param command A command line of the shell.
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
        // In a group of its own it does not get Ctrl-C, which would end it before the clients leave.
        detached: !IS_WINDOWS,
      }).spawn();
    } catch (error) {
      throw new UsageError(`--pipe cannot start ${shell}: ${messageOf(error)}`);
    }
    this.status = this.#child.status.finally(() => this.#hasExited = true);
    globalThis.addEventListener("unload", this.#onUnload);
  }

  get stdin(): WritableStream<Uint8Array> {
    return this.#child.stdin;
  }

  get stdout(): ReadableStream<Uint8Array> {
    return this.#child.stdout;
  }

  /** Sends a signal to the program and its children. */
  kill(signal: Deno.Signal): void {
    if (!this.#exists()) return;
    try {
      if (IS_WINDOWS) this.#child.kill(signal);
      else Deno.kill(-this.#child.pid, signal);
    } catch {
      // It has ended in the meantime.
    }
  }

  /** Ends the children of a program that has exited. */
  async endChildren(): Promise<void> {
    this.kill("SIGTERM");
    const deadlineMs = performance.now() + PIPE_EXIT_TIMEOUT_MS;
    // They are not our own children, so their end is not reported.
    while (this.#exists() && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, PIPE_GROUP_POLL_MS));
    }
    this.kill("SIGKILL");
    globalThis.removeEventListener("unload", this.#onUnload);
  }

  /**
   * Whether the group has a process. While it has one, the system reuses its number for no other group
   * and no process; a process with that number would be a foreign one.
   */
  #exists(): boolean {
    if (!this.#hasExited) return true;
    return !IS_WINDOWS && exists(-this.#child.pid) && !exists(this.#child.pid);
  }
}

/** @param pid A process; a process group if negative. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: unknown }).code !== "ESRCH";
  }
}
