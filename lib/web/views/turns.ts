/**
 * The time of the thread that all views share.
 *
 * @module
 */

import { VIEWER_TIME_SHARE } from "../../limits.ts";

/** When views may work again, so that they leave time to the clients. */
export class Turns {
  #freeAtMs = 0;

  /** The earliest time for the next picture of any view, as of `performance.now()`. */
  get freeAtMs(): number {
    return this.#freeAtMs;
  }

  /** A view has worked until now. @param startMs Since when. */
  spent(startMs: number): void {
    const workMs = performance.now() - startMs;
    this.#freeAtMs = Math.max(this.#freeAtMs, startMs) + workMs / VIEWER_TIME_SHARE;
  }
}
