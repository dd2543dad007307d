/**
 * The connections of one worker that have not logged in, in the waiting room of all workers.
 *
 * @module
 */

import { TurnoverMap } from "../bytes/turnover.ts";
import type { PeerError } from "../errors.ts";
import type { Waiting, WaitingRoom } from "../net/waiting_room.ts";
import type { MainService, WorkerService } from "./services.ts";

export class WaitingDesk implements Pick<MainService, "waits" | "waitsNoMore"> {
  readonly #room: Pick<WaitingRoom, "enter" | "leave">;
  readonly #evict: WorkerService["evict"];
  readonly #guests = new TurnoverMap<number, Waiting>();

  /**
   * @param room That of all workers.
   * @param evict Tells the worker to end a connection.
   */
  constructor(room: Pick<WaitingRoom, "enter" | "leave">, evict: WorkerService["evict"]) {
    this.#room = room;
    this.#evict = evict;
  }

  waits(id: number, hostname: string, isExempt: boolean, hasVerified: boolean): void {
    this.waitsNoMore(id);
    const guest = {
      hostname,
      isExempt,
      hasVerified,
      end: ({ message }: PeerError) => this.#evict(id, message, hasVerified),
    };
    this.#guests.set(id, guest);
    this.#room.enter(guest);
  }

  waitsNoMore(id: number): void {
    const guest = this.#guests.get(id);
    if (guest === undefined) return;
    this.#guests.delete(id);
    this.#room.leave(guest);
  }

  /** The worker has ended, and its connections. */
  close(): void {
    for (const id of [...this.#guests.keys()]) this.waitsNoMore(id);
  }
}
