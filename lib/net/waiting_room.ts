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
import { addressOwner } from "./address.ts";

/** A connection that has not logged in. */
export interface Waiting {
  /** The address that it comes from. */
  readonly hostname: string;
  /** Whether it has sent a valid packet. */
  readonly hasVerified: boolean;
  end(reason: PeerError): void;
}

/** The connections of one listener that have not logged in. */
export class WaitingRoom {
  readonly #silent: Crowd;
  readonly #verified: Crowd;

  /**
   * @param limit How many of each sort may wait.
   * @param limitPerAddress How many of each sort may wait from one address.
   */
  constructor(limit: number, limitPerAddress: number) {
    this.#silent = new Crowd(limit, limitPerAddress);
    this.#verified = new Crowd(limit, limitPerAddress);
  }

  /** How many are waiting. */
  get size(): number {
    return this.#silent.size + this.#verified.size;
  }

  /** Adds a connection, and closes the oldest of a sort when there are too many. */
  enter(newcomer: Waiting): void {
    this.#sort();
    this.#silent.enter(newcomer);
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
  readonly #limit: number;
  readonly #limitPerAddress: number;
  /** Each with those of its address, in the order of arrival. */
  readonly #waiting = new Map<Waiting, Set<Waiting>>();
  readonly #byOwner = new Map<string, Set<Waiting>>();

  constructor(limit: number, limitPerAddress: number) {
    this.#limit = limit;
    this.#limitPerAddress = limitPerAddress;
  }

  get size(): number {
    return this.#waiting.size;
  }

  [Symbol.iterator](): Iterator<Waiting> {
    return this.#waiting.keys();
  }

  enter(newcomer: Waiting): void {
    const owner = addressOwner(newcomer.hostname);
    const sameOwner = this.#byOwner.get(owner) ?? new Set();
    if (sameOwner.size >= this.#limitPerAddress) {
      const detail = `more than ${this.#limitPerAddress} from this address have not logged in`;
      this.#evictFrom(sameOwner, detail);
    } else if (this.#waiting.size >= this.#limit) {
      this.evict(`more than ${this.#limit} connections have not logged in`);
    }
    this.#waiting.set(newcomer, sameOwner);
    sameOwner.add(newcomer);
    this.#byOwner.set(owner, sameOwner);
  }

  leave(leaving: Waiting): void {
    if (!this.#waiting.delete(leaving)) return;
    const owner = addressOwner(leaving.hostname);
    const sameOwner = this.#byOwner.get(owner);
    sameOwner?.delete(leaving);
    if (sameOwner?.size === 0) this.#byOwner.delete(owner);
  }

  /** Closes the oldest of the address that has the most, so that few addresses cannot displace others. */
  evict(detail: string): void {
    this.#evictFrom(this.#mostCrowded(), detail);
  }

  /** Of addresses with equally many it is the one whose connection has waited the longest. */
  #mostCrowded(): Set<Waiting> {
    let most = new Set<Waiting>();
    for (const sameOwner of this.#waiting.values()) {
      if (sameOwner.size > most.size) most = sameOwner;
    }
    return most;
  }

  #evictFrom(among: Set<Waiting>, detail: string): void {
    const [oldest] = among;
    if (oldest === undefined) return;
    this.leave(oldest);
    oldest.end(new LimitError("too-many-unauthenticated", detail));
  }
}
