/**
 * Bounds the connections that have not logged in, without letting them lock anybody out.
 *
 * When there are too many, the oldest has to leave. A login takes three round trips, so an honest
 * client is through long before silent ones have pushed it out.
 *
 * @module
 */

import type { PeerError } from "../errors.ts";
import { LimitError } from "../errors.ts";
import { addressOwner } from "./address.ts";

/** A connection that has not logged in. */
export interface Waiting {
  /** Where it comes from. */
  readonly hostname: string;
  /** @param reason Why it has to leave. */
  end(reason: PeerError): void;
}

/** The connections of one listener that have not logged in. */
export class WaitingRoom {
  readonly #limit: number;
  readonly #limitPerAddress: number;
  /** Each with those of its address, in the order of arrival. */
  readonly #waiting = new Map<Waiting, Set<Waiting>>();
  readonly #byOwner = new Map<string, Set<Waiting>>();

  /**
   * @param limit How many may wait.
   * @param limitPerAddress How many may wait from one address.
   */
  constructor(limit: number, limitPerAddress: number) {
    this.#limit = limit;
    this.#limitPerAddress = limitPerAddress;
  }

  /** How many are waiting. */
  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Lets one more in, and the oldest out when there are too many.
   *
   * @param newcomer The connection.
   */
  enter(newcomer: Waiting): void {
    const owner = addressOwner(newcomer.hostname);
    const fellows = this.#byOwner.get(owner) ?? new Set();
    if (fellows.size >= this.#limitPerAddress) {
      this.#evict(
        fellows,
        `more than ${this.#limitPerAddress} from this address have not logged in`,
      );
    } else if (this.#waiting.size >= this.#limit) {
      this.#evict(this.#mostCrowded(), `more than ${this.#limit} connections have not logged in`);
    }
    this.#waiting.set(newcomer, fellows);
    fellows.add(newcomer);
    this.#byOwner.set(owner, fellows);
  }

  /** @param leaving The connection has logged in or gone. */
  leave(leaving: Waiting): void {
    this.#waiting.delete(leaving);
    const owner = addressOwner(leaving.hostname);
    const fellows = this.#byOwner.get(owner);
    fellows?.delete(leaving);
    if (fellows?.size === 0) this.#byOwner.delete(owner);
  }

  /** Lets half of them out, one by one as from a full room; for when the process can take no more. */
  halve(): void {
    for (let count = Math.ceil(this.size / 2); count > 0; count--) {
      this.#evict(this.#mostCrowded(), "the process can open no more connections");
    }
  }

  /** @param reason Why all have to leave. */
  clear(reason: PeerError): void {
    for (const waiting of [...this.#waiting.keys()]) waiting.end(reason);
  }

  /**
   * The connections of the address that has the most; so a few addresses cannot push others out. Of
   * addresses with equally many it is the one that has waited the longest.
   */
  #mostCrowded(): Set<Waiting> {
    let most = new Set<Waiting>();
    for (const fellows of this.#waiting.values()) if (fellows.size > most.size) most = fellows;
    return most;
  }

  #evict(among: Set<Waiting>, detail: string): void {
    const [oldest] = among;
    if (oldest === undefined) return;
    this.leave(oldest);
    oldest.end(new LimitError("too-many-unauthenticated", detail));
  }
}
