/**
 * A terminal that does not show what is typed, and is restored whenever the process ends or stops.
 *
 * Own code, because `promptSecret` of `@std/cli` blocks the event loop, and a signal during it leaves
 * the terminal without echo.
 *
 * @module
 */

import { constants } from "node:os";

/** Signals that end the process, including those that keys send. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/** Windows sends keys instead. */
const HAS_SIGNALS = Deno.build.os !== "windows";

/** Standard input without echo and line editing, until it is disposed of; keys still send signals. */
export class HiddenTerminal implements Disposable {
  readonly #ask: () => void;
  readonly #endLine: () => void;
  readonly #listeners: readonly (readonly [Deno.Signal, () => void])[] = HAS_SIGNALS
    ? [
      ...ENDING.map((signal) => [signal, () => this.#end(signal)] as const),
      ["SIGTSTP", () => this.#stop()],
      ["SIGCONT", () => this.#enter()],
    ]
    : [];

  /**
   * @param ask Writes the question, again after the process was stopped.
   * @param endLine Ends the line of the question.
   */
  constructor(ask: () => void, endLine: () => void) {
    this.#ask = ask;
    this.#endLine = endLine;
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
    this.#enter();
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
    this.#leave();
  }

  #enter(): void {
    Deno.stdin.setRaw(true, { cbreak: HAS_SIGNALS });
    this.#ask();
  }

  #leave(): void {
    try {
      Deno.stdin.setRaw(false);
      this.#endLine();
    } catch {
      // The terminal is gone.
    }
  }

  #end(signal: typeof ENDING[number]): void {
    this.#leave();
    Deno.exit(128 + constants.signals[signal]);
  }

  #stop(): void {
    this.#leave();
    Deno.kill(Deno.pid, "SIGSTOP");
  }
}
