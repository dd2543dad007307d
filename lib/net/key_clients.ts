/**
 * How many clients each key has, which is limited for all keys together and for each of them.
 *
 * @module
 */

import { FairShare } from "../bytes/fair_share.ts";

/** The clients that keys have at other hosts of a fleet, which learn of those here. */
export interface ClientsElsewhere {
  /** How many other hosts are heard. */
  readonly hosts: number;
  /** How many clients they have. */
  readonly count: number;
  /** How many clients a key has there. */
  held(owner: string): number;
  /** The keys that have clients there. */
  owners(): Iterable<string>;
  /** The number of clients of a key here has changed. */
  changed(owner: string): void;
}

/** The clients of one port; keys are in base64. */
export class KeyClients {
  /** Those of other hosts, if they count for the keys. */
  elsewhere: ClientsElsewhere | undefined;
  readonly #here = new FairShare(0);

  /** How many clients each key has here. */
  get here(): ReadonlyMap<string, number> {
    return this.#here.amounts;
  }

  /** How many clients there are here. */
  get count(): number {
    return this.#here.used;
  }

  /** How many clients a key has, here and elsewhere. */
  of(owner: string): number {
    return this.#here.held(owner) + (this.elsewhere?.held(owner) ?? 0);
  }

  /** What {@linkcode of} is for the key that has most. */
  get most(): number {
    let most = 0;
    for (const owner of this.here.keys()) most = Math.max(most, this.of(owner));
    for (const owner of this.elsewhere?.owners() ?? []) most = Math.max(most, this.of(owner));
    return most;
  }

  /**
   * Takes a place for a client.
   *
   * @param limit How many clients there may be here.
   * @returns Whether there was one: no key gets more places here than are left for all others.
   */
  enter(owner: string, limit: number): boolean {
    this.#here.limit = limit;
    if (!this.#here.take(owner, 1)) return false;
    this.elsewhere?.changed(owner);
    return true;
  }

  /** Gives the place of a client back. */
  leave(owner: string): void {
    this.#here.give(owner, 1);
    this.elsewhere?.changed(owner);
  }
}
