/**
 * What goes to a client: control commands at once, events in order, transfers when there is room.
 *
 * @module
 */

import { READ_PAUSE_OUTPUT_BYTES } from "../limits.ts";
import type { EventPacket } from "../session/event_packet.ts";
import type { Session } from "../session/session.ts";
import type { ControlInput } from "../wire/control.ts";
import type { EventInput } from "../wire/event/types.ts";
import type { Pacing } from "./outbox.ts";
import { Outbox } from "./outbox.ts";
import type { Outcome } from "./outcome.ts";
import { NOTHING } from "./outcome.ts";
import type { FedContent } from "./fed_content.ts";
import type { OutgoingTransfer } from "./outgoing_transfer.ts";
import type { Sent } from "./sent.ts";
import type { BinaryType, TransferOptions } from "./transfer_types.ts";
import { TransfersOut } from "./transfers_out.ts";

/** The part of a session that is needed. */
export type SessionPort = Pick<
  Session,
  "send" | "sendEvent" | "sendData" | "outputBytes" | "isOver"
>;

/** The way to one client; closed for good when the connection ends. */
export class Output {
  readonly #session: SessionPort;
  readonly #pacing: Pacing | undefined;
  readonly #outbox: Outbox;
  readonly #transfers: TransfersOut;
  #isClosed = false;

  /**
   * @param session A session whose peer is authenticated.
   * @param pacing Time and promises; events are not spread in time when absent.
   */
  constructor(session: SessionPort, pacing: Pacing | undefined) {
    this.#session = session;
    this.#pacing = pacing;
    this.#outbox = new Outbox(session, pacing);
    this.#transfers = new TransfersOut(session);
  }

  /** When to {@linkcode fill} again although nothing was read or written; `Infinity` for never. */
  get wakeAtMs(): number {
    return this.#outbox.wakeAtMs;
  }

  sendControl(control: ControlInput): void {
    if (this.#isOpen) this.#session.send(control);
  }

  /**
   * Sends events of a verb, as fast as the client takes them.
   *
   * @param units What they count for while they wait, in UTF-16 units or events.
   * @returns Whether they were sent; `false` once the connection has ended.
   * @throws {ApiMisuseError} `queue-full`.
   */
  sendEvents(channel: number, events: Iterable<EventInput>, units: number): Sent {
    return this.#isOpen && this.#outbox.send({ channel, events, units });
  }

  /** Sends events that answer the client, in their turn. */
  reply(channel: number, events: Iterable<EventInput>): void {
    if (this.#isOpen) void this.#outbox.send({ channel, events });
  }

  /** Sends an event at once, ahead of all that waits. */
  sendFirst(channel: number, event: EventInput): void {
    if (this.#isOpen) this.#session.sendEvent(channel, event);
  }

  /**
   * Puts a transfer to the client at the end of the queue.
   *
   * @param content At least 1 byte; not copied.
   * @returns The transfer, or `undefined` once the connection has ended.
   * @throws {ApiMisuseError} `bad-argument`; `queue-full`.
   */
  transfer(
    type: BinaryType,
    content: Uint8Array | FedContent,
    options: TransferOptions,
    before?: EventInput,
  ): OutgoingTransfer | undefined {
    if (!this.#isOpen) return undefined;
    const transfer = this.#transfers.add(type, content, options);
    if (before !== undefined) {
      transfer.isReady = false;
      this.reply(0, announcing(before, transfer));
    }
    return transfer;
  }

  /** Gives a transfer up; nothing comes of it when that is not possible. */
  cancelTransfer(transfer: OutgoingTransfer): readonly Outcome[] {
    return this.#transfers.cancel(transfer);
  }

  transferAcknowledged(identifier: number): readonly Outcome[] {
    return this.#transfers.acknowledge(identifier);
  }

  transferRefused(stream: number): readonly Outcome[] {
    return this.#transfers.refused(stream);
  }

  /** Puts what waits for its turn into the output of the session, when little is left in it. */
  fill(): readonly Outcome[] {
    if (!this.#isOpen) return NOTHING;
    this.#outbox.fill();
    return this.#transfers.fill(READ_PAUSE_OUTPUT_BYTES);
  }

  /** Takes a sign that the client is alive, such as a frame. */
  alive(): void {
    if (this.#pacing !== undefined) this.#outbox.window.alive(this.#pacing.takenMs());
  }

  /**
   * Takes an event of the client.
   *
   * @returns Whether it concerns the pacing alone and goes no further.
   */
  observe(event: EventPacket): boolean {
    if (this.#pacing === undefined) return false;
    if (event.channel === 0) {
      switch (event.kind) {
        case "segreq":
        case "labelhint":
        case "inputmask":
          return this.#outbox.window.observe(event.decode(), this.#pacing.takenMs());
      }
    }
    // All others show no more than that.
    this.alive();
    return false;
  }

  /** Whether nothing is read from the client for now, so that it can show nothing. */
  set isReadingPaused(isReadingPaused: boolean) {
    this.#outbox.window.isReadingPaused = isReadingPaused;
  }

  /** Drops what waits for its turn. */
  clear(): readonly Outcome[] {
    this.#outbox.clear();
    return this.#transfers.end();
  }

  /** Sends nothing from now on. */
  close(): readonly Outcome[] {
    this.#isClosed = true;
    return this.clear();
  }

  /** The session may end before the end of the connection is seen here. */
  get #isOpen(): boolean {
    return !this.#isClosed && !this.#session.isOver;
  }
}

/** The announcement of a transfer; what comes behind it runs when it was sent. */
function* announcing(event: EventInput, transfer: OutgoingTransfer): Generator<EventInput> {
  yield event;
  transfer.isReady = true;
}
