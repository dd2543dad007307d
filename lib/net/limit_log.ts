/**
 * Reports limits that are reached: one log line when a limit begins to bite, and one with a count once
 * it has not for a while.
 *
 * @module
 */

import { LIMIT_CALM_MS, MAX_REPORTED_LIMITS } from "../limits.ts";
import type { LogFields, Logger } from "../log.ts";
import { addressOwner } from "./address.ts";

/** Stands for all networks beyond the bound. */
const OTHERS = "others";

interface Bite {
  readonly limit: string;
  readonly address: string | undefined;
  count: number;
  readonly sinceMs: number;
  lastMs: number;
}

/** The limits of one port. */
export class LimitLog {
  readonly #log: Logger;
  readonly #bites = new Map<string, Bite>();
  readonly #now: () => number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;

  /** @param now Gives milliseconds. */
  constructor(log: Logger, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /**
   * A limit has closed out, refused or ended something.
   *
   * @param limit Its name.
   * @param hostname Whose connection it was; `undefined` for a limit of all networks together.
   * @param fields What the first line tells besides.
   */
  reached(limit: string, hostname: string | undefined, fields: LogFields = {}): void {
    if (this.#isClosed) return;
    const nowMs = this.#now();
    const owner = hostname === undefined ? undefined : addressOwner(hostname);
    const bite = this.#bites.get(`${limit} ${owner}`) ?? this.#begin(limit, owner, nowMs, fields);
    bite.count++;
    bite.lastMs = nowMs;
  }

  /** Reports those that are not over, and reports no more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const bite of this.#bites.values()) this.#reportEnd(bite);
    this.#bites.clear();
  }

  #begin(limit: string, owner: string | undefined, nowMs: number, fields: LogFields): Bite {
    const isFull = this.#bites.size >= MAX_REPORTED_LIMITS;
    const address = isFull && owner !== undefined ? OTHERS : owner;
    const key = `${limit} ${address}`;
    const known = this.#bites.get(key);
    if (known !== undefined) return known;
    const bite = { limit, address, count: 0, sinceMs: nowMs, lastMs: nowMs };
    this.#bites.set(key, bite);
    this.#log.log("warn", "limit-reached", { limit, address, ...fields });
    this.#timer ??= setInterval(() => this.#endCalm(), LIMIT_CALM_MS / 4);
    return bite;
  }

  #endCalm(): void {
    const nowMs = this.#now();
    for (const [key, bite] of this.#bites) {
      if (nowMs - bite.lastMs < LIMIT_CALM_MS) continue;
      this.#bites.delete(key);
      this.#reportEnd(bite);
    }
    if (this.#bites.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #reportEnd({ limit, address, count, sinceMs, lastMs }: Bite): void {
    const seconds = Math.round((lastMs - sinceMs) / 1_000);
    this.#log.log("info", "limit-over", { limit, address, count, seconds });
  }
}
