/**
 * The request of one client that the listener's handler decides about.
 *
 * Each request has a source object of its own, so that an asynchronous handler cannot mix up two
 * clients that log in at the same time.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";
import type { Peer } from "../segment/peer.ts";
import type { ClientHandler, Source } from "../segment/source.ts";
import { readAccept } from "../segment/verbs/accept.ts";
import type { Connection } from "./connection.ts";
import type { ListenSource, ListenStatus } from "./listen_types.ts";

/** The record of the request; all but the kind is zero, as in the reference. */
export const HANDOVER_REQUEST: ListenStatus = {
  kind: "segment_request",
  frame: 0,
  segkind: "handover",
  width: 0,
  height: 0,
  reqid: 0,
  xofs: 0,
  yofs: 0,
  parent: 0,
};

/** The listener as the source of one client's request. */
export class HandoverSource implements ListenSource {
  readonly #listener: ListenSource;
  readonly #connection: Connection;
  #isOpen = true;

  readonly role = "listener" as const;

  constructor(listener: ListenSource, connection: Connection) {
    this.#listener = listener;
    this.#connection = connection;
  }

  get id(): number {
    return this.#listener.id;
  }

  get name(): string | undefined {
    return this.#listener.name;
  }

  get peer(): Peer | undefined {
    return this.#connection.peer;
  }

  acceptTarget(handler?: ClientHandler): Source;
  acceptTarget(width: number, height: number, handler?: ClientHandler): Source;
  acceptTarget(
    first?: ClientHandler | number,
    second?: number,
    third?: ClientHandler,
  ): Source {
    if (!this.#isOpen) {
      throw new ApiMisuseError("wrong-state", "acceptTarget: this client was answered before");
    }
    const { size, handler } = readAccept(first, second, third);
    this.#isOpen = false;
    const source = this.#connection.takeOver();
    if (size !== undefined) source.segment.size = size;
    source.targetUpdatehandler(handler);
    return source;
  }

  targetInput(secret: string): void {
    this.#listener.targetInput(secret);
  }

  deleteImage(): void {
    this.#listener.deleteImage();
  }

  shutdown(): void {
    this.#listener.shutdown();
  }

  /** Ends the request; the client cannot be taken any more. */
  close(): void {
    this.#isOpen = false;
  }
}
