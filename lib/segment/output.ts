/**
 * What goes to a client: control commands at once, events in order, transfers when there is room.
 *
 * @module
 */

import { READ_PAUSE_OUTPUT_BYTES } from "../limits.ts";
import type { Session } from "../session/session.ts";
import type { ControlInput } from "../wire/control.ts";
import type { EventInput, WireEvent } from "../wire/event/types.ts";
import type { Notify, OutgoingTransfer } from "./binary_out.ts";
import { BinaryOut } from "./binary_out.ts";
import { Outbox } from "./outbox.ts";
import type { Pacing } from "./pacing.ts";
import type { Sent } from "./sent.ts";
import type { BinaryTransfer, BinaryType, TransferOptions } from "./transfer_types.ts";

/** The part of a session that is needed. */
export type SessionPort = Pick<
  Session,
  "send" | "sendEvent" | "sendData" | "outputBytes" | "isOver"
>;

/** The way to one client; closed for good when the connection ends. */
export class Output {
  readonly #session: SessionPort;
  readonly #onOutput: () => void;
  readonly #pacing: Pacing | undefined;
  readonly #outbox: Outbox;
  /** The transfers to the client. */
  readonly transfers: BinaryOut;
  #isClosed = false;

  /**
   * @param session A session whose peer is authenticated.
   * @param onOutput Is told when something waits to be sent.
   * @param notify Calls a handler when it is its turn.
   * @param pacing Time and promises; events are not spread in time when absent.
   */
  constructor(
    session: SessionPort,
    onOutput: () => void,
    notify: Notify,
    pacing: Pacing | undefined,
  ) {
    this.#session = session;
    this.#onOutput = onOutput;
    this.#pacing = pacing;
    this.#outbox = new Outbox(session, pacing);
    this.transfers = new BinaryOut(session, notify);
  }

  /**
   * Sends a control command.
   *
   * @param control The command.
   * @returns Whether it was sent; `false` once the connection has ended.
   */
  sendControl(control: ControlInput): boolean {
    if (!this.#isOpen) return false;
    this.#session.send(control);
    this.#onOutput();
    return true;
  }

  /**
   * Sends events of a verb, as fast as the client takes them.
   *
   * @param channel The channel.
   * @param events Read when they are sent.
   * @param units What they count for while they wait, in UTF-16 units or events.
   * @returns Whether they were sent; `false` once the connection has ended.
   * @throws {ApiMisuseError} `queue-full`.
   */
  sendEvents(channel: number, events: Iterable<EventInput>, units: number): Sent {
    return this.#send(channel, events, units);
  }

  /**
   * Sends events that answer the client, in their turn.
   *
   * @param channel The channel.
   * @param events Read when they are sent.
   */
  reply(channel: number, events: Iterable<EventInput>): void {
    this.#send(channel, events);
  }

  /**
   * Sends an event at once, ahead of all that waits.
   *
   * @param channel The channel.
   * @param event The event.
   */
  sendFirst(channel: number, event: EventInput): void {
    if (!this.#isOpen) return;
    this.#session.sendEvent(channel, event);
    this.#onOutput();
  }

  #send(channel: number, events: Iterable<EventInput>, units?: number): Sent {
    if (!this.#isOpen) return false;
    const sent = this.#outbox.send({ channel, events, ...(units !== undefined && { units }) });
    this.#onOutput();
    return sent;
  }

  /**
   * Puts a transfer to the client at the end of the queue.
   *
   * @param type What it carries.
   * @param content At least 1 byte; not copied.
   * @param options Name, compression, call-backs.
   * @param before An event that announces it.
   * @returns The transfer, or `undefined` once the connection has ended.
   * @throws {ApiMisuseError} `bad-argument`; `queue-full`.
   */
  transfer(
    type: BinaryType,
    content: Uint8Array,
    options: TransferOptions,
    before?: EventInput,
  ): BinaryTransfer | undefined {
    if (!this.#isOpen) return undefined;
    const transfer = this.transfers.add(type, content, options);
    if (before !== undefined) {
      transfer.isReady = false;
      this.#send(0, announcing(before, transfer));
    }
    this.#onOutput();
    return transfer;
  }

  /** Puts what waits for its turn into the output of the session, when little is left in it. */
  fill(): void {
    if (!this.#isOpen) return;
    this.#outbox.fill();
    this.transfers.fill(READ_PAUSE_OUTPUT_BYTES);
  }

  /** Takes notice of a sign of life, such as a frame. */
  alive(): void {
    if (this.#pacing !== undefined) this.#outbox.window.alive(this.#pacing.nowMs());
  }

  /**
   * Takes notice of an event of the client.
   *
   * @param channel The channel.
   * @param event The event.
   * @returns Whether it concerns the pacing alone and goes no further.
   */
  hear(channel: number, event: WireEvent): boolean {
    this.alive();
    return channel === 0 && this.#outbox.window.hear(event);
  }

  /** Sends the next events of those that are spread in time. */
  tick(): void {
    if (!this.#isOpen) return;
    this.#outbox.tick();
    this.#onOutput();
  }

  /** Forgets what waits for its turn. */
  clear(): void {
    this.#outbox.clear();
    this.transfers.end();
  }

  /** Sends nothing from now on. */
  close(): void {
    this.#isClosed = true;
    this.clear();
  }

  /** The session may end before the endpoint learns of it. */
  get #isOpen(): boolean {
    return !this.#isClosed && !this.#session.isOver;
  }
}

/** The announcement of a transfer; what comes behind it runs when it was sent. */
function* announcing(event: EventInput, transfer: OutgoingTransfer): Generator<EventInput> {
  yield event;
  transfer.isReady = true;
}
