/**
 * The time of a recording that is played.
 *
 * @module
 */

import { signal } from "@preact/signals";

export class Playback {
  /** Where it is, in seconds. */
  readonly at = signal(0);
  readonly isPlaying = signal(false);
  readonly speed = signal(1);
  readonly seconds: number;
  readonly #show: (seconds: number) => void;
  #frame = 0;
  #lastMs = 0;

  /** @param show Shows what there was at a time. */
  constructor(seconds: number, show: (seconds: number) => void) {
    this.seconds = seconds;
    this.#show = show;
  }

  play(): void {
    if (this.at.peek() >= this.seconds) this.at.value = 0;
    this.isPlaying.value = true;
    this.#lastMs = performance.now();
    this.#frame = requestAnimationFrame(this.#step);
  }

  pause(): void {
    this.isPlaying.value = false;
    cancelAnimationFrame(this.#frame);
  }

  seek(seconds: number): void {
    this.at.value = Math.min(Math.max(seconds, 0), this.seconds);
    this.#show(this.at.peek());
  }

  readonly #step = (nowMs: number): void => {
    const passed = Math.max(nowMs - this.#lastMs, 0) / 1000 * this.speed.peek();
    this.#lastMs = nowMs;
    this.seek(this.at.peek() + passed);
    if (this.at.peek() >= this.seconds) return this.pause();
    this.#frame = requestAnimationFrame(this.#step);
  };
}
