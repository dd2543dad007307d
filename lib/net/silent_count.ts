/**
 * Counts connections that end without a byte, or in the middle of a packet of the login: health checks,
 * port scans, resets.
 *
 * @module
 */

import { MAX_REPORTED_ADDRESSES, REPORT_INTERVAL_MS } from "../limits.ts";
import type { Logger } from "../log.ts";
import { addressOwner } from "./address.ts";

/** The connection was lost before its address could be asked for. */
const UNKNOWN = "unknown";
/** Stands for all addresses beyond the bound. */
const OTHERS = "others";

/** The count of one listener: one log line a minute and address. */
export class SilentCount {
  readonly #log: Logger;
  readonly #counts = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(hostname: string | undefined): void {
    if (this.#isClosed) return;
    const owner = hostname === undefined ? UNKNOWN : addressOwner(hostname);
    const isKnown = this.#counts.has(owner) || this.#counts.size < MAX_REPORTED_ADDRESSES;
    const key = isKnown ? owner : OTHERS;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#timer ??= setTimeout(() => this.#report(), REPORT_INTERVAL_MS);
  }

  /** Reports what was counted since the last report, and counts no more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#report();
  }

  #report(): void {
    this.#timer = undefined;
    for (const [address, count] of this.#counts) {
      this.#log.log("info", "silent-connections", { address, count });
    }
    this.#counts.clear();
  }
}
