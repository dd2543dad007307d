/**
 * A terminal that shows nothing of what is typed, and is put back on every way out.
 *
 * @module
 */

import { constants } from "node:os";

/** Signals that end the program, those of the keyboard included. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/** Windows sends keys instead and has none of these signals. */
const HAS_SIGNALS = Deno.build.os !== "windows";

/** Standard input without echo and lines until it is disposed of; the terminal's own keys work. */
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
   * Takes the terminal over and asks.
   *
   * @param ask Writes the question; it is written again when the program goes on after a stop.
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
