/**
 * The clients at the other hosts of a fleet, as each of them has told.
 *
 * @module
 */

import { FLEET_COUNTS_LEASE_MS, MAX_CLIENTS, MAX_COUNTED_HOSTS } from "../../limits.ts";
import type { CountsMessage } from "./message.ts";

interface Host {
  /** By key; none is 0. */
  readonly clients: Map<string, number>;
  /** When it was heard last. */
  lastMs: number;
}

/** Hosts that are heard, each with the clients of its keys. */
export class OtherHosts {
  readonly #hosts = new Map<string, Host>();

  /** How many there are. */
  get hosts(): number {
    return this.#hosts.size;
  }

  /** How many clients they have. */
  get count(): number {
    let sum = 0;
    for (const { clients } of this.#hosts.values()) {
      for (const count of clients.values()) sum += count;
    }
    return sum;
  }

  /** How many clients a key has. */
  held(owner: string): number {
    let sum = 0;
    for (const { clients } of this.#hosts.values()) sum += clients.get(owner) ?? 0;
    return sum;
  }

  /** The keys with clients; one of several hosts comes several times. */
  *owners(): Iterable<string> {
    for (const { clients } of this.#hosts.values()) yield* clients.keys();
  }

  /**
   * Takes what a host tells of its clients.
   *
   * @param nowMs The time by a clock that only goes on.
   * @returns Whether all clients of the host are known now.
   */
  take(id: string, { isAll, leaves, clients }: CountsMessage, nowMs: number): boolean {
    if (leaves) {
      this.#hosts.delete(id);
      return true;
    }
    const known = this.#hosts.get(id);
    if (known === undefined) {
      if (!isAll) return false;
      if (this.#hosts.size >= MAX_COUNTED_HOSTS) return true;
    }
    const host = known ?? { clients: new Map<string, number>(), lastMs: nowMs };
    this.#hosts.set(id, host);
    host.lastMs = nowMs;
    if (isAll) host.clients.clear();
    for (const [owner, count] of clients) {
      host.clients.delete(owner);
      if (count > 0 && host.clients.size < MAX_CLIENTS) host.clients.set(owner, count);
    }
    return true;
  }

  /** Forgets hosts that were silent for too long. */
  drop(nowMs: number): void {
    for (const [id, { lastMs }] of this.#hosts) {
      if (nowMs - lastMs >= FLEET_COUNTS_LEASE_MS) this.#hosts.delete(id);
    }
  }
}
