/**
 * One worker of `listen --workers`, as the main thread has it.
 *
 * @module
 */

import { RemoteThread } from "../../control/mod.ts";
import { TransportError } from "../../errors.ts";
import {
  type AdmissionDesk,
  giveBack,
  type Letters,
  Link,
  type MainService,
  makeTable,
  type PortSetup,
  WaitingDesk,
  type WaitingRoom,
  type WorkerService,
} from "../../workers/mod.ts";
import type { WorkerStart } from "./start.ts";

/** What a member needs of the group. */
export interface MemberHost {
  /** What the worker may call. */
  readonly service: (member: Member) => MainService;
  /** The worker has ended before it was asked to. */
  ended(member: Member, detail: string): void;
}

export class Member {
  readonly link: Link<MainService, WorkerService>;
  readonly desk: AdmissionDesk;
  /** Its connections that have not logged in. */
  readonly waiting: WaitingDesk;
  /** Its clients, for the control interface. */
  readonly clients = new RemoteThread(
    (method, args) => this.link.ask("control", method, args),
    {
      openView: (...args) => this.link.ask("openView", ...args),
      toView: (...args) => this.link.tell("toView", ...args),
      closeView: (view) => this.link.tell("closeView", view),
    },
  );
  isListening = false;
  /** The sources whose last record is to be printed. */
  readonly sources = new Set<number>();
  readonly startedMs = performance.now();
  readonly #worker: Worker;
  readonly #setup: PortSetup;
  #hasEnded = false;

  /** Starts a worker; the picture memory that it holds is counted for it. */
  constructor(
    start: Omit<WorkerStart, "setup"> & { readonly setup: Omit<PortSetup, "held"> },
    desk: AdmissionDesk,
    room: WaitingRoom,
    host: MemberHost,
  ) {
    const setup = this.#setup = { ...start.setup, held: makeTable() };
    this.desk = desk;
    this.waiting = new WaitingDesk(room, (...args) => this.link.tell("evict", ...args));
    const worker = this.#worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: "listen",
    });
    const link = this.link = new Link<MainService, WorkerService>(
      (letters) => worker.postMessage(letters),
      host.service(this),
    );
    worker.onmessage = ({ data }: MessageEvent<Letters>) => link.receive(data);
    worker.onerror = (event) => {
      // Without this the error ends the process as well.
      event.preventDefault();
      host.ended(this, event.message);
    };
    worker.postMessage({ ...start, setup } satisfies WorkerStart);
  }

  /** Ends the thread and gives back what its clients held. @returns Whether it had not ended before. */
  end(reason: string): boolean {
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    this.link.end(new TransportError("connection-lost", reason));
    this.#worker.terminate();
    this.clients.views.lost(reason);
    this.desk.close();
    this.waiting.close();
    giveBack(this.#setup.buffers, this.#setup.held);
    return true;
  }
}
