/**
 * How long the event loop of a thread is held up.
 *
 * @module
 */

import { LOOP_DELAY_SAMPLE_MS, LOOP_DELAY_SAMPLES } from "../limits.ts";

/** Measures by how much a timer comes too late. */
export class LoopDelay implements Disposable {
  /** The last samples, in milliseconds. */
  readonly #samples: number[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  #lastMs = performance.now();

  /** Begins to measure, without keeping the process alive. */
  constructor() {
    this.#timer = setInterval(() => this.#sample(), LOOP_DELAY_SAMPLE_MS);
    Deno.unrefTimer(this.#timer);
  }

  /** The longest delay of the last {@linkcode LOOP_DELAY_SAMPLES} samples. */
  get longestMs(): number {
    return Math.max(0, ...this.#samples);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const nowMs = performance.now();
    this.#samples.push(Math.max(0, nowMs - this.#lastMs - LOOP_DELAY_SAMPLE_MS));
    if (this.#samples.length > LOOP_DELAY_SAMPLES) this.#samples.shift();
    this.#lastMs = nowMs;
  }
}
