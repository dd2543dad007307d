/**
 * Decides about connections when they are accepted, before anything is computed for them: whether their
 * network has connected too often in this minute, or has to wait after failed logins.
 *
 * Penalties slow down whoever tries keys and secrets, and keep the work and the log small. The first
 * failures of a network cost nothing, each further one doubles the time that it is closed out, up to a
 * maximum; a good login forgives them and protects the network for a while. All reasons to refuse a
 * login count the same, so that a penalty does not tell them apart.
 *
 * @module
 */

import {
  PENALTY_FIRST_MS,
  PENALTY_FORGET_MS,
  PENALTY_FREE_FAILURES,
  SITE_FACTOR,
  TRUSTED_NETWORK_MS,
} from "../limits.ts";
import { isInNetworks } from "../networks.ts";
import { networkNumbers } from "./address.ts";
import type { LimitLog } from "./limit_log.ts";
import { type CurrentLimits, LIMIT_ROWS } from "./listen_limits.ts";
import { type NetworkCounts, NetworkTable } from "./network_table.ts";

/** What a {@linkcode Gate} is made from. */
interface GateOptions {
  readonly limits: CurrentLimits;
  readonly log: Pick<LimitLog, "reached">;
  /** The counts that several threads share. */
  readonly buffer?: SharedArrayBuffer;
  /** Gives milliseconds since 1970, which do not jump. */
  readonly now?: () => number;
}

/** The counts of one network and how many networks they are of. */
interface Counted {
  readonly counts: NetworkCounts;
  /** 1, or {@linkcode SITE_FACTOR} for all networks of a site. */
  readonly factor: number;
}

/** The gate of one port. */
export class Gate {
  readonly #limits: CurrentLimits;
  readonly #log: Pick<LimitLog, "reached">;
  readonly #table: NetworkTable;
  readonly #now: () => number;

  constructor({ limits, log, buffer, now = steadyTime }: GateOptions) {
    this.#limits = limits;
    this.#log = log;
    this.#now = now;
    this.#table = new NetworkTable(buffer, now());
  }

  /** The counts, for the gates of other threads. */
  get buffer(): SharedArrayBuffer {
    return this.#table.buffer;
  }

  /** Whether the limits of one network do not hold for an address. */
  isExempt(hostname: string): boolean {
    const { exempt } = this.#limits;
    return exempt.length > 0 && isInNetworks(hostname, exempt);
  }

  /**
   * Counts a new connection.
   *
   * @returns Whether it may go on; otherwise it has to be closed at once.
   */
  admits(hostname: string): boolean {
    if (this.isExempt(hostname)) return true;
    const { maxConnectionsPerMinute: most, maxPenaltyMs } = this.#limits.all;
    const all = this.#countsOf(hostname);
    const isTrusted = all[0]?.counts.isTrusted;
    for (const { counts, factor } of all) {
      const { closedForMs, failures } = counts;
      if (closedForMs > 0 && maxPenaltyMs > 0 && !isTrusted) {
        const seconds = Math.ceil(closedForMs / 1_000);
        this.#log.reached("penalty", hostname, { seconds, failed_logins: failures });
        return false;
      }
      // Strangers beside a client must not close it out by connecting; a flood still has a bound.
      const bound = isTrusted ? most * SITE_FACTOR : most * factor;
      if (counts.connections >= bound) {
        const { name } = LIMIT_ROWS.maxConnectionsPerMinute;
        this.#log.reached(name, hostname, { value: bound });
        return false;
      }
    }
    for (const { counts } of all) counts.addConnection();
    return true;
  }

  /** Counts a failed login. */
  loginFailed(hostname: string): void {
    const { maxPenaltyMs } = this.#limits.all;
    if (maxPenaltyMs === 0 || this.isExempt(hostname)) return;
    const all = this.#countsOf(hostname);
    if (all[0]?.counts.isTrusted) return;
    for (const { counts, factor } of all) {
      counts.forgetFailures(PENALTY_FORGET_MS);
      const beyond = counts.failures - PENALTY_FREE_FAILURES * factor;
      counts.fail(beyond < 0 ? 0 : Math.min(PENALTY_FIRST_MS * 2 ** beyond, maxPenaltyMs));
    }
  }

  /** A client has logged in, or is there: its network gets no penalty for a while. */
  trust(hostname: string): void {
    const [own] = this.#countsOf(hostname);
    own?.counts.trust(TRUSTED_NETWORK_MS);
  }

  /** What the networks use of the limits that hold for each of them. */
  get used(): { readonly maxConnectionsPerMinute: number; readonly maxPenaltyMs: number } {
    const used = { maxConnectionsPerMinute: 0, maxPenaltyMs: 0 };
    for (const { connections, closedForMs, isTrusted } of this.#table.all(this.#now())) {
      used.maxConnectionsPerMinute = Math.max(used.maxConnectionsPerMinute, connections);
      if (!isTrusted) used.maxPenaltyMs = Math.max(used.maxPenaltyMs, closedForMs);
    }
    return used;
  }

  /** The network first, then its site. */
  #countsOf(hostname: string): Counted[] {
    const nowMs = this.#now();
    return networkNumbers(hostname).map((network, i) => ({
      counts: this.#table.of(network, nowMs),
      factor: i === 0 ? 1 : SITE_FACTOR,
    }));
  }
}

/** Milliseconds since 1970 that all threads of a process agree on, and that no change of the clock moves. */
function steadyTime(): number {
  return performance.timeOrigin + performance.now();
}
