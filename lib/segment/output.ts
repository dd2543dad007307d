/**
 * What goes to a client: control commands at once, events in order, transfers when there is room.
 *
 * @module
 */

import { READ_PAUSE_OUTPUT_BYTES } from "../limits.ts";
import type { Session } from "../session/session.ts";
import type { ControlInput } from "../wire/control.ts";
import type { EventInput } from "../wire/event/types.ts";
import type { Notify, OutgoingTransfer } from "./binary_out.ts";
import { BinaryOut } from "./binary_out.ts";
import { Outbox } from "./outbox.ts";
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
  readonly #outbox: Outbox;
  /** The transfers to the client. */
  readonly transfers: BinaryOut;
  #isClosed = false;

  /**
   * @param session A session whose peer is authenticated.
   * @param onOutput Is told when something waits to be sent.
   * @param notify Calls a handler when it is its turn.
   * @param onPace Asks for one {@linkcode tick} in `EVENT_PACE_MS`.
   */
  constructor(
    session: SessionPort,
    onOutput: () => void,
    notify: Notify,
    onPace: (() => void) | undefined,
  ) {
    this.#session = session;
    this.#onOutput = onOutput;
    this.#outbox = new Outbox(session, onPace);
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
   * Sends events, as fast as the client reads.
   *
   * @param channel The channel.
   * @param events Read when they are sent.
   * @returns Whether they were sent or wait to be; `false` once the connection has ended.
   */
  sendEvents(channel: number, events: Iterable<EventInput>): boolean {
    if (!this.#isOpen) return false;
    this.#outbox.send(channel, events, READ_PAUSE_OUTPUT_BYTES);
    this.#onOutput();
    return true;
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
      this.sendEvents(0, announcing(before, transfer));
    }
    this.#onOutput();
    return transfer;
  }

  /** Puts what waits for its turn into the output of the session, when little is left in it. */
  fill(): void {
    if (!this.#isOpen) return;
    this.#outbox.fill(READ_PAUSE_OUTPUT_BYTES);
    this.transfers.fill(READ_PAUSE_OUTPUT_BYTES);
  }

  /** Sends the next events of those that are spread in time. */
  tick(): void {
    if (!this.#isOpen) return;
    this.#outbox.tick(READ_PAUSE_OUTPUT_BYTES);
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
