/**
 * When there are more workers: at first on demand, and again after one has ended.
 *
 * @module
 */

import {
  WORKER_BUSY_SHARE,
  WORKER_RESTART_MAX_MS,
  WORKER_RESTART_MIN_MS,
  WORKER_STEADY_MS,
} from "../../limits.ts";

export interface Load {
  readonly workers: number;
  readonly clients: number;
  /** The processor time that was used, in seconds a second. */
  readonly used: number;
}

/** Whether another worker is of use: it gets a part of the clients that come, not of those there. */
export function needsWorker({ workers, clients, used }: Load): boolean {
  return clients > 1 && used >= workers * WORKER_BUSY_SHARE;
}

/** How long it takes until a worker is replaced. */
export class RestartDelay {
  #nextMs = WORKER_RESTART_MIN_MS;

  /** @param ranMs How long the worker has run. @returns Milliseconds. */
  after(ranMs: number): number {
    if (ranMs >= WORKER_STEADY_MS) this.#nextMs = WORKER_RESTART_MIN_MS;
    const delayMs = this.#nextMs;
    this.#nextMs = Math.min(2 * delayMs, WORKER_RESTART_MAX_MS);
    return delayMs;
  }
}
