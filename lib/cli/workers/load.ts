/**
 * When there are more workers: at first on demand, and again after one has ended.
 *
 * @module
 */

import process from "node:process";
import {
  WORKER_BUSY_SHARE,
  WORKER_LOOK_MS,
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

/** Tells again and again how much processor time was used, in seconds a second. */
export function watchLoad(onLook: (used: number) => void): { stop(): void } {
  let before = usedMs();
  const timer = setInterval(() => {
    const now = usedMs();
    onLook((now - before) / WORKER_LOOK_MS);
    before = now;
  }, WORKER_LOOK_MS);
  return { stop: () => clearInterval(timer) };
}

/** The time of the processor that this process has used. */
function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
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
