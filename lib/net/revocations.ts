/**
 * Ends clients whose key was removed together with its sessions.
 *
 * @module
 */

import { AuthError } from "../errors.ts";
import { REVOCATION_POLL_MS } from "../limits.ts";
import type { Admission } from "./admission.ts";
import type { Connection } from "./connection.ts";

interface Clients extends Iterable<Connection> {
  readonly size: number;
}

/** Looks for such clients when a removal is told, and twice a second, as not all keystores tell. */
export class Revocations {
  readonly #admission: Admission;
  readonly #clients: Clients;
  readonly #timer: ReturnType<typeof setInterval>;
  #isClosed = false;

  /** @param clients Those that have logged in, at any time. */
  constructor(admission: Admission, clients: Clients) {
    this.#admission = admission;
    this.#clients = clients;
    this.#timer = setInterval(() => void this.#end(), REVOCATION_POLL_MS);
    // A handler that hangs must not keep the process by this.
    Deno.unrefTimer(this.#timer);
    void this.#follow();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  async #follow(): Promise<void> {
    try {
      for (let next = this.#admission.revocation(); next !== undefined;) {
        await next;
        if (this.#isClosed) return;
        // Before the look, which then misses none.
        next = this.#admission.revocation();
        await this.#end();
      }
    } catch {
      // The main thread answers no more.
    }
  }

  async #end(): Promise<void> {
    if (this.#clients.size === 0) return;
    const keys = new Set(await this.#admission.revoked());
    if (keys.size === 0) return;
    for (const connection of this.#clients) {
      if (!keys.has(connection.peer!.publicKey)) continue;
      connection.end(
        new AuthError("key-removed", "the key was removed together with its sessions"),
      );
    }
  }
}
