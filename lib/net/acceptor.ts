/**
 * Accepts connections from the sockets of one listener.
 *
 * A failed accept has one of two causes. The waiting connection was reset: the next one is accepted at
 * once. Or the process or the system is out of file descriptors or memory: accepting pauses on all
 * sockets, and the listener is asked to make room.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { messageOf } from "../errors.ts";
import {
  ACCEPT_FAILURES_IN_A_ROW,
  ACCEPT_PAUSE_MS,
  ACCEPTS_PER_TURN,
  REPORT_INTERVAL_MS,
} from "../limits.ts";
import type { Logger } from "../log.ts";
import type { Accepted } from "./accepted.ts";
import type { BoundSocket } from "./bind.ts";
import { internalError } from "./faults.ts";

/** What a listener does with what comes in. */
interface AcceptorOwner {
  readonly log: Logger;
  take(connection: Accepted, from: BoundSocket): void;
  /** A connection was lost before it was accepted. @param error What accept failed with. */
  lost(error: unknown): void;
  /** The process can open no more connections: close some. */
  makeRoom(): void;
}

/** Error codes of the runtime for a process or system that is out of descriptors or memory. */
const EXHAUSTED: readonly unknown[] = ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"];

/** Accepts connections until it is closed. */
export class Acceptor {
  readonly #sockets: readonly BoundSocket[];
  readonly #owner: AcceptorOwner;
  /** Accepting goes on when it settles. */
  #pause: Promise<void> | undefined;
  #reportedAtMs = -Infinity;
  #isClosed = false;

  /** @param sockets Listening sockets; the acceptor closes them. */
  constructor(sockets: readonly BoundSocket[], owner: AcceptorOwner) {
    this.#sockets = sockets;
    this.#owner = owner;
  }

  /** Accepts connections; settles once the acceptor is closed, and does not reject. */
  async run(): Promise<void> {
    await Promise.all(this.#sockets.map((from) => this.#acceptFrom(from)));
  }

  /** Closes the sockets. Accepted connections stay. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { socket } of this.#sockets) socket.close();
  }

  async #acceptFrom(from: BoundSocket): Promise<void> {
    let accepts = 0;
    let failuresInARow = 0;
    while (!this.#isClosed) {
      await this.#pause;
      // A queue that never runs dry must not keep accepted connections from their turn.
      if (++accepts % ACCEPTS_PER_TURN === 0) await new Promise<void>((next) => setImmediate(next));
      if (this.#isClosed) return;
      try {
        const connection = await from.socket.accept();
        failuresInARow = 0;
        this.#take(connection, from);
      } catch (error) {
        if (this.#isClosed) return;
        if (EXHAUSTED.includes((error as { code?: unknown }).code)) {
          this.#pause ??= this.#waitForRoom(error);
          continue;
        }
        this.#owner.lost(error);
        if (++failuresInARow % ACCEPT_FAILURES_IN_A_ROW !== 0) continue;
        // The error may be one that repeats without end, and that must not take the processor.
        const pauseMs = failuresInARow / ACCEPT_FAILURES_IN_A_ROW;
        if (pauseMs > ACCEPT_PAUSE_MS) this.#report(error);
        await wait(Math.min(pauseMs, ACCEPT_PAUSE_MS));
      }
    }
  }

  #take(connection: Accepted, from: BoundSocket): void {
    // It was accepted while the acceptor was being closed.
    if (this.#isClosed) return connection.close();
    try {
      this.#owner.take(connection, from);
    } catch (error) {
      connection.close();
      const { message } = internalError(error);
      this.#owner.log.log("error", "internal-error", { detail: message });
    }
  }

  async #waitForRoom(error: unknown): Promise<void> {
    this.#report(error);
    this.#owner.makeRoom();
    await wait(ACCEPT_PAUSE_MS);
    this.#pause = undefined;
  }

  #report(error: unknown): void {
    const nowMs = performance.now();
    if (nowMs - this.#reportedAtMs < REPORT_INTERVAL_MS) return;
    this.#reportedAtMs = nowMs;
    this.#owner.log.log("warn", "accept-failed", { detail: messageOf(error) });
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
