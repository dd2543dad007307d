/**
 * Connections of a worker that have not logged in, as the main thread is told of them.
 *
 * @module
 */

import { TurnoverMap } from "../bytes/turnover.ts";
import { LimitError } from "../errors.ts";
import type { Waiting, WaitingWatch } from "../net/waiting_room.ts";
import type { Link } from "./link.ts";
import type { MainService, WorkerService } from "./services.ts";

/** Tells the main thread, which ends some when all workers have too many. */
export class RemoteWaiting implements WaitingWatch, Pick<WorkerService, "evict"> {
  readonly #main: Pick<Link<object, MainService>, "tell">;
  readonly #ids = new TurnoverMap<Waiting, number>();
  readonly #waiting = new TurnoverMap<number, Waiting>();
  #lastId = 0;

  constructor(main: Pick<Link<object, MainService>, "tell">) {
    this.#main = main;
  }

  entered(waiting: Waiting): void {
    const id = ++this.#lastId;
    this.#ids.set(waiting, id);
    this.#waiting.set(id, waiting);
    this.#tell(id, waiting);
  }

  left(waiting: Waiting): void {
    const id = this.#ids.get(waiting)!;
    this.#ids.delete(waiting);
    this.#waiting.delete(id);
    this.#main.tell("waitsNoMore", id);
  }

  evict(id: number, detail: string, hadVerified: boolean): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    if (waiting.hasVerified && !hadVerified) this.#tell(id, waiting);
    else waiting.end(new LimitError("too-many-unauthenticated", detail));
  }

  #tell(id: number, { hostname, isExempt, hasVerified }: Waiting): void {
    this.#main.tell("waits", id, hostname, isExempt, hasVerified);
  }
}
