/**
 * Bounds the connections that have not logged in, without letting them lock others out.
 *
 * Connections that have sent a valid packet and those that have not are bounded apart, so that silent
 * ones never displace a login that is under way. When there are too many of either sort, the oldest of
 * that sort is closed. A login takes three round trips, so an honest client is through long before
 * strangers have displaced it.
 *
 * @module
 */

import type { PeerError } from "../errors.ts";
import { LimitError } from "../errors.ts";
import { TurnoverMap, TurnoverSet } from "../bytes/turnover.ts";
import { addressOwner, neighbourhood } from "./address.ts";
import type { LimitLog } from "./limit_log.ts";
import { type CurrentLimits, LIMIT_ROWS } from "./listen_limits.ts";

/** A connection that has not logged in. */
export interface Waiting {
  /** The address that it comes from. */
  readonly hostname: string;
  /** Whether it has sent a valid packet. */
  readonly hasVerified: boolean;
  /** Whether its network may have any number of them. */
  readonly isExempt: boolean;
  end(reason: PeerError): void;
}

/** Learns which connections wait, where several listeners share the limits. */
export interface WaitingWatch {
  entered(waiting: Waiting): void;
  left(waiting: Waiting): void;
}

/** How many connections of one sort may wait. */
export interface RoomLimits {
  readonly all: number;
  /** Those of one network. */
  readonly perNetwork: number;
}

/** Gives the limits in force. */
export function roomLimits(limits: Pick<CurrentLimits, "all">): () => RoomLimits {
  return () => {
    const { maxUnauthenticated: all, maxUnauthenticatedPerNetwork: perNetwork } = limits.all;
    return { all, perNetwork };
  };
}

/** The connections of one listener, or of one port, that have not logged in. */
export class WaitingRoom {
  readonly #silent: Crowd;
  readonly #verified: Crowd;

  /**
   * @param limits Gives the limits in force.
   * @param log Learns when they are reached.
   * @param watch Learns of each connection of a sort that enters or leaves.
   */
  constructor(limits: () => RoomLimits, log: Pick<LimitLog, "reached">, watch?: WaitingWatch) {
    this.#silent = new Crowd(limits, log, watch);
    this.#verified = new Crowd(limits, log, watch);
  }

  /** How many of one sort are waiting, of all networks and of the one with most. */
  get used(): RoomLimits {
    const used = [this.#silent.used, this.#verified.used];
    return {
      all: Math.max(...used.map(({ all }) => all)),
      perNetwork: Math.max(...used.map(({ perNetwork }) => perNetwork)),
    };
  }

  /** How many are waiting. */
  get size(): number {
    return this.#silent.size + this.#verified.size;
  }

  /** Adds a connection, and closes the oldest of a sort when there are too many. */
  enter(newcomer: Waiting): void {
    this.#sort();
    (newcomer.hasVerified ? this.#verified : this.#silent).enter(newcomer);
  }

  leave(leaving: Waiting): void {
    this.#silent.leave(leaving);
    this.#verified.leave(leaving);
  }

  /** Closes half of those that have sent no valid packet; for when the process is at its limit. */
  makeRoom(): void {
    this.#sort();
    for (let count = Math.ceil(this.#silent.size / 2); count > 0; count--) {
      this.#silent.evict("the process can open no more connections");
    }
  }

  clear(reason: PeerError): void {
    for (const waiting of [...this.#silent, ...this.#verified]) waiting.end(reason);
  }

  /** Finds those that have sent a valid packet since the last look. */
  #sort(): void {
    for (const waiting of this.#silent) {
      if (!waiting.hasVerified) continue;
      this.#silent.leave(waiting);
      this.#verified.enter(waiting);
    }
  }
}

/** Connections of one sort. */
class Crowd implements Iterable<Waiting> {
  readonly #limits: () => RoomLimits;
  readonly #log: Pick<LimitLog, "reached">;
  readonly #watch: WaitingWatch | undefined;
  /** In the order of arrival, each with those of its network. */
  readonly #waiting = new TurnoverMap<Waiting, Network>();
  readonly #networks = new TurnoverMap<string, Network>();

  constructor(
    limits: () => RoomLimits,
    log: Pick<LimitLog, "reached">,
    watch: WaitingWatch | undefined,
  ) {
    this.#limits = limits;
    this.#log = log;
    this.#watch = watch;
  }

  get size(): number {
    return this.#waiting.size;
  }

  get used(): RoomLimits {
    const sizes = [...this.#networks.values()].map(({ waiting }) => waiting.size);
    return { all: this.size, perNetwork: Math.max(0, ...sizes) };
  }

  [Symbol.iterator](): Iterator<Waiting> {
    return this.#waiting.keys();
  }

  enter(newcomer: Waiting): void {
    const { all, perNetwork } = this.#limits();
    const owner = addressOwner(newcomer.hostname);
    const network = this.#networks.get(owner) ??
      { owner, waiting: new TurnoverSet(), neighbourhood: neighbourhood(newcomer.hostname) };
    while (!newcomer.isExempt && network.waiting.size >= perNetwork) {
      const { name } = LIMIT_ROWS.maxUnauthenticatedPerNetwork;
      this.#log.reached(name, newcomer.hostname, { value: perNetwork });
      const detail = `more than ${perNetwork} connections of this network have not logged in`;
      this.#evictFrom(network.waiting, detail);
    }
    while (this.#waiting.size >= all) {
      const { name } = LIMIT_ROWS.maxUnauthenticated;
      this.#log.reached(name, undefined, { value: all });
      this.evict(`more than ${all} connections have not logged in`);
    }
    this.#waiting.set(newcomer, network);
    network.waiting.add(newcomer);
    this.#networks.set(owner, network);
    this.#watch?.entered(newcomer);
  }

  leave(leaving: Waiting): void {
    const network = this.#waiting.get(leaving);
    if (network === undefined) return;
    this.#waiting.delete(leaving);
    network.waiting.delete(leaving);
    if (network.waiting.size === 0) this.#networks.delete(network.owner);
    this.#watch?.left(leaving);
  }

  /**
   * Closes the oldest of the network that has the most, in the neighbourhood that has the most: one
   * stranger may have a few networks of IPv4, or tens of thousands of IPv6, next to each other.
   */
  evict(detail: string): void {
    const sizes = new Map<string, number>();
    for (const { neighbourhood } of this.#waiting.values()) {
      sizes.set(neighbourhood, (sizes.get(neighbourhood) ?? 0) + 1);
    }
    // Of equals it is the one whose connection has waited the longest.
    let most: Network | undefined;
    for (const network of this.#waiting.values()) {
      if (most === undefined || isLarger(network, most, sizes)) most = network;
    }
    if (most !== undefined) this.#evictFrom(most.waiting, detail);
  }

  #evictFrom(among: TurnoverSet<Waiting>, detail: string): void {
    const [oldest] = among;
    if (oldest === undefined) return;
    this.leave(oldest);
    oldest.end(new LimitError("too-many-unauthenticated", detail));
  }
}

/** The connections of one network. */
interface Network {
  /** Its name, as {@linkcode addressOwner} gives it. */
  readonly owner: string;
  readonly waiting: TurnoverSet<Waiting>;
  /** What {@linkcode neighbourhood} gives for its addresses. */
  readonly neighbourhood: string;
}

function isLarger(one: Network, other: Network, sizes: ReadonlyMap<string, number>): boolean {
  const difference = sizes.get(one.neighbourhood)! - sizes.get(other.neighbourhood)!;
  return difference > 0 || difference === 0 && one.waiting.size > other.waiting.size;
}
