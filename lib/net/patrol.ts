/**
 * Looks after the connections of one listener: ends those whose time is up, and protects the networks of
 * clients from penalties.
 *
 * @module
 */

import { LIFETIME_CHECK_MS, TRUST_INTERVAL_MS } from "../limits.ts";
import type { ClientLimits } from "./client_limits.ts";
import type { Gate } from "./gate.ts";

/** The part of a connection that a patrol needs. */
interface Patrolled {
  readonly hostname: string;
  readonly limits: Pick<ClientLimits, "used">;
  check(nowMs: number): void;
}

export class Patrol {
  readonly #connections: Iterable<Patrolled>;
  readonly #clients: Iterable<Patrolled>;
  readonly #gate: Pick<Gate, "trust">;
  readonly #timer: ReturnType<typeof setInterval>;
  #trustedMs = performance.now();

  /**
   * @param connections Those that are there at any time.
   * @param clients Those of them that have logged in.
   */
  constructor(
    connections: Iterable<Patrolled>,
    clients: Iterable<Patrolled>,
    gate: Pick<Gate, "trust">,
  ) {
    this.#connections = connections;
    this.#clients = clients;
    this.#gate = gate;
    this.#timer = setInterval(() => this.#look(), LIFETIME_CHECK_MS);
    // A handler that hangs must not keep the process by this.
    Deno.unrefTimer(this.#timer);
  }

  /** What the client that uses most of a limit uses of it. */
  get used() {
    const most = { maxSegments: 0, maxSilenceMs: 0, maxIdleMs: 0, maxSessionMs: 0 };
    const nowMs = performance.now();
    for (const client of this.#clients) {
      const used = client.limits.used(nowMs);
      for (const name of Object.keys(most) as (keyof typeof most)[]) {
        most[name] = Math.max(most[name], used[name] ?? 0);
      }
    }
    return most;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const nowMs = performance.now();
    const trusts = nowMs - this.#trustedMs >= TRUST_INTERVAL_MS;
    if (trusts) this.#trustedMs = nowMs;
    for (const connection of this.#connections) connection.check(nowMs);
    if (!trusts) return;
    for (const { hostname } of this.#clients) this.#gate.trust(hostname);
  }
}
