/**
 * Decides about connections when they are accepted, before anything is computed for them: whether their
 * network has connected too often in this minute, or has to wait after failed logins.
 *
 * Penalties slow down whoever tries keys and secrets, and keep the work and the log small. The first
 * failures of a network cost nothing, each further one doubles the time that it is closed out, up to a
 * maximum; a good login forgives them and protects the network for a while. All reasons to refuse a
 * login count the same, so that a penalty does not tell them apart.
 *
 * Gates of several hosts count together: each tells of its failed and good logins (`watch`), and takes
 * those of the others as its own.
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
import { type NetworkNumber, networkNumbers, SITE_BITS, withSite } from "./address.ts";
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

/** Learns of logins here that count for the networks they are from. */
export interface LoginWatch {
  failed(network: NetworkNumber): void;
  /** A network gets no penalty for a while. */
  trusted(network: NetworkNumber): void;
}

/** What a network that is to be slowed down is known for. */
export interface Penalty {
  readonly network: NetworkNumber;
  /** Failed logins in a row. */
  readonly failures: number;
  /** When its last penalty ends, in milliseconds from now; below 0 if it has ended. */
  readonly closedMs: number;
}

/** The gate of one port. */
export class Gate {
  watch: LoginWatch | undefined;
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
    const all = this.#countsOf(networkNumbers(hostname));
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
    if (this.#limits.all.maxPenaltyMs === 0 || this.isExempt(hostname)) return;
    const networks = networkNumbers(hostname);
    if (this.#fail(networks, 1)) this.watch?.failed(networks[0]!);
  }

  /**
   * Counts failed logins at another host.
   *
   * @param network An address of IPv4, or a /64 of IPv6.
   */
  failedElsewhere(network: NetworkNumber, times: number): void {
    if (this.#limits.all.maxPenaltyMs === 0) return;
    // The other host does not know that the network is trusted.
    if (!this.#fail(withSite(network), times)) this.watch?.trusted(network);
  }

  /** A client has logged in, or is there: its network gets no penalty for a while. */
  trust(hostname: string): void {
    const [network] = networkNumbers(hostname);
    if (network === undefined) return;
    const counts = this.#table.of(network, this.#now());
    const wasTrusted = counts.isTrusted;
    counts.trust(TRUSTED_NETWORK_MS);
    if (!wasTrusted) this.watch?.trusted(network);
  }

  /** Another host gives a network no penalty for a while. */
  trustedElsewhere(network: NetworkNumber, ms: number): void {
    const counts = this.#table.of(network, this.#now());
    if (ms > counts.trustedForMs) counts.trust(Math.min(ms, TRUSTED_NETWORK_MS));
  }

  /** How long a network still gets no penalty, in milliseconds. */
  trustedForMs(network: NetworkNumber): number {
    return this.#table.of(network, this.#now()).trustedForMs;
  }

  /** The networks and sites that have had penalties, the last ones first. @param most How many. */
  penalties(most: number): Penalty[] {
    const all: Penalty[] = [];
    for (const { network, failures, closedMs } of this.#table.all(this.#now())) {
      const hadPenalty = failures > PENALTY_FREE_FAILURES * factorOf(network);
      if (hadPenalty && closedMs > -PENALTY_FORGET_MS) all.push({ network, failures, closedMs });
    }
    return all.sort((a, b) => b.closedMs - a.closedMs).slice(0, most);
  }

  /** Takes over a penalty of another host. */
  penaltyElsewhere({ network, failures, closedMs }: Penalty): void {
    const { maxPenaltyMs } = this.#limits.all;
    if (maxPenaltyMs === 0) return;
    const counts = this.#table.of(network, this.#now());
    if (counts.isTrusted) this.watch?.trusted(network);
    else counts.raise(failures, Math.min(closedMs, maxPenaltyMs));
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

  /** @returns Whether the failures count: those of a network with a client do not. */
  #fail(networks: readonly NetworkNumber[], times: number): boolean {
    const all = this.#countsOf(networks);
    const [own] = all;
    if (own === undefined || own.counts.isTrusted) return false;
    for (const { counts, factor } of all) {
      counts.forgetFailures(PENALTY_FORGET_MS);
      const beyond = counts.failures + times - 1 - PENALTY_FREE_FAILURES * factor;
      const penaltyMs = Math.min(PENALTY_FIRST_MS * 2 ** beyond, this.#limits.all.maxPenaltyMs);
      counts.fail(times, beyond < 0 ? 0 : penaltyMs);
    }
    return true;
  }

  /** The network first, then its site. */
  #countsOf(networks: readonly NetworkNumber[]): Counted[] {
    const nowMs = this.#now();
    return networks.map((network) => ({
      counts: this.#table.of(network, nowMs),
      factor: factorOf(network),
    }));
  }
}

function factorOf({ bits }: NetworkNumber): number {
  return bits === SITE_BITS ? SITE_FACTOR : 1;
}

/** Milliseconds since 1970 that all threads of a process agree on, and that no change of the clock moves. */
function steadyTime(): number {
  return performance.timeOrigin + performance.now();
}
