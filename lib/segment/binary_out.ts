/**
 * Transfers to a client: one after the other, no faster than the client reads.
 *
 * The next one begins when the one before it is sent: packets arrive in order, so the client is done
 * with the former when it learns of the latter. Source: arcan `a12.c`, `a12_enqueue_bstream`.
 *
 * @module
 */

import { CHECKSUM_BYTES, ContentHash } from "../decoders/binary.ts";
import { compress } from "../decoders/compress.ts";
import { ApiMisuseError } from "../errors.ts";
import { MAX_CHECKSUM_BYTES, MAX_QUEUED_TRANSFERS } from "../limits.ts";
import { BINARY_TYPE } from "../wire/constants.ts";
import type { ControlInput } from "../wire/control.ts";
import type {
  BinaryTransfer,
  BinaryType,
  TransferOptions,
  TransferState,
} from "./transfer_types.ts";
import { refuse, textBytes } from "./verbs/check.ts";

/** Content of the first packet; the reference begins with little. */
const FIRST_PACKET_BYTES = 16_384;
/** Content of a later packet: compressed it fits one data packet, whatever it holds. */
const PACKET_BYTES = 64_096;
/** What surrounds the content of a packet: tag, heads, and the frame of zstd. */
const PACKET_OVERHEAD_BYTES = 64;
const NAME_FIELD_BYTES = 16;
const NO_ZSTD_FRAME = new Uint8Array(1);
/** Sent transfers that wait for their acknowledgement; so a client that makes none costs little. */
const MAX_UNACKNOWLEDGED = 64;

/** What transfers need of their connection; the part of a session that they use. */
export interface BinaryOutHost {
  /** Sends a control command. */
  readonly send: (control: ControlInput) => void;
  /** Sends a part of a transfer. */
  readonly sendData: (
    stream: "binary",
    channel: number,
    streamId: number,
    payload: Uint8Array,
  ) => void;
  /** Bytes that wait to be sent. */
  readonly outputBytes: number;
}

/** Calls a handler when it is its turn. */
export type Notify = (call: () => void | Promise<void>) => void;

/** One transfer to a client. */
export class OutgoingTransfer implements BinaryTransfer {
  readonly identifier: number;
  readonly type: BinaryType;
  readonly content: Uint8Array;
  readonly options: TransferOptions;
  readonly #queue: BinaryOut;
  state: TransferState = "waiting";
  sentBytes = 0;
  /** Whether the event that announces it, if any, was sent. */
  isReady = true;

  /**
   * @param queue What it belongs to.
   * @param identifier Its number.
   * @param type What it carries.
   * @param content Not copied.
   * @param options Name, compression, call-backs.
   */
  constructor(
    queue: BinaryOut,
    identifier: number,
    type: BinaryType,
    content: Uint8Array,
    options: TransferOptions,
  ) {
    this.#queue = queue;
    this.identifier = identifier;
    this.type = type;
    this.content = content;
    this.options = options;
  }

  get size(): number {
    return this.content.length;
  }

  cancel(): boolean {
    return this.#queue.cancel(this);
  }
}

/** The transfers to one client, all on the channel of its primary segment. */
export class BinaryOut {
  readonly #host: BinaryOutHost;
  readonly #notify: Notify;
  readonly #queue: OutgoingTransfer[] = [];
  /** Those that are all sent, by number. */
  readonly #sent = new Map<number, OutgoingTransfer>();
  #nextIdentifier = 1;

  /**
   * @param host The session.
   * @param notify Calls a handler when it is its turn.
   */
  constructor(host: BinaryOutHost, notify: Notify) {
    this.#host = host;
    this.#notify = notify;
  }

  /**
   * Puts a transfer at the end of the queue.
   *
   * @param type What it carries.
   * @param content At least 1 byte; not copied, so it must stay as it is until the transfer ends.
   * @param options Name, compression, call-backs.
   * @throws {ApiMisuseError} `bad-argument`; `queue-full`.
   */
  add(type: BinaryType, content: Uint8Array, options: TransferOptions): OutgoingTransfer {
    if (!(content instanceof Uint8Array)) refuse("the content is not a Uint8Array");
    // A size of 0 means one that is not known, which real clients take and never deliver.
    if (content.length === 0) refuse("the content is empty");
    textBytes("the name", options.name ?? "", NAME_FIELD_BYTES - 1);
    if (this.#queue.length >= MAX_QUEUED_TRANSFERS) {
      const text = `${this.#queue.length} transfers wait, the limit is ${MAX_QUEUED_TRANSFERS}`;
      throw new ApiMisuseError("queue-full", text);
    }
    const transfer = new OutgoingTransfer(this, this.#nextIdentifier++, type, content, options);
    this.#queue.push(transfer);
    return transfer;
  }

  /**
   * Sends packets until so much waits in the output.
   *
   * @param limitBytes How much may wait.
   */
  fill(limitBytes: number): void {
    for (let transfer = this.#queue[0]; transfer !== undefined; transfer = this.#queue[0]) {
      if (!transfer.isReady) return;
      const { sentBytes, size } = transfer;
      const most = sentBytes === 0 ? FIRST_PACKET_BYTES : PACKET_BYTES;
      const count = Math.min(most, size - sentBytes);
      if (this.#host.outputBytes + count + PACKET_OVERHEAD_BYTES > limitBytes) return;
      if (transfer.state === "waiting") this.#begin(transfer);
      this.#sendPacket(transfer, count);
    }
  }

  /**
   * Notes that the client has a transfer.
   *
   * @param identifier The number that it acknowledges; unknown ones mean nothing.
   */
  acknowledge(identifier: number): void {
    const transfer = this.#sent.get(identifier);
    if (transfer !== undefined) this.#end(transfer, "completed");
  }

  /**
   * Notes that the client does not want a transfer, or has it.
   *
   * @param stream The number of the transfer; unknown ones mean nothing.
   */
  refused(stream: number): void {
    const first = this.#queue[0];
    const transfer = first?.identifier === stream && first.state === "sending"
      ? first
      : this.#sent.get(stream);
    if (transfer !== undefined) this.#end(transfer, "cancelled");
  }

  /**
   * Gives a transfer up.
   *
   * @param transfer The transfer.
   * @returns Whether it was.
   */
  cancel(transfer: OutgoingTransfer): boolean {
    const isFont = transfer.type === "font" || transfer.type === "fontSupplement";
    if (transfer.state === "sending" && isCompressed(transfer) && !isFont) {
      // There is no command for it. A packet that cannot be decompressed makes the receiver drop the
      // transfer; one that has dropped it already does not look at the packet.
      this.#host.sendData("binary", 0, transfer.identifier, NO_ZSTD_FRAME);
    } else if (transfer.state !== "waiting") {
      return false;
    }
    this.#end(transfer, "cancelled");
    return true;
  }

  /** Ends all that is not complete. */
  end(): void {
    for (const transfer of [...this.#sent.values(), ...this.#queue]) this.#end(transfer, "ended");
  }

  #begin(transfer: OutgoingTransfer): void {
    transfer.state = "sending";
    const { type, size, content, options, identifier } = transfer;
    const name = new Uint8Array(NAME_FIELD_BYTES);
    name.set(textBytes("the name", options.name ?? "", NAME_FIELD_BYTES - 1));
    this.#host.send({
      command: "binarystream",
      channel: 0,
      stream: identifier,
      size,
      type: BINARY_TYPE[type],
      identifier,
      checksum: checksumOf(content),
      compressed: isCompressed(transfer),
      extId: name,
    });
  }

  #sendPacket(transfer: OutgoingTransfer, count: number): void {
    const { content, options, sentBytes, identifier } = transfer;
    const piece = content.subarray(sentBytes, sentBytes + count);
    const payload = isCompressed(transfer) ? compress(piece) : piece;
    this.#host.sendData("binary", 0, identifier, payload);
    transfer.sentBytes += count;
    const { onProgress } = options;
    if (onProgress !== undefined) {
      const sent = transfer.sentBytes;
      this.#notify(() => onProgress(sent, content.length));
    }
    if (transfer.sentBytes < content.length) return;
    transfer.state = "sent";
    this.#queue.shift();
    this.#sent.set(identifier, transfer);
    if (this.#sent.size <= MAX_UNACKNOWLEDGED) return;
    const [oldest] = this.#sent.values();
    this.#end(oldest!, "ended");
  }

  #end(transfer: OutgoingTransfer, state: "completed" | "cancelled" | "ended"): void {
    const at = this.#queue.indexOf(transfer);
    if (at >= 0) this.#queue.splice(at, 1);
    this.#sent.delete(transfer.identifier);
    transfer.state = state;
    const { onEnd } = transfer.options;
    if (onEnd !== undefined) this.#notify(() => onEnd(state));
  }
}

function isCompressed({ options }: OutgoingTransfer): boolean {
  return options.compress ?? true;
}

/** Lets a client find a font that it has; zero says that there is none. */
function checksumOf(content: Uint8Array): Uint8Array {
  if (content.length > MAX_CHECKSUM_BYTES) return new Uint8Array(CHECKSUM_BYTES);
  const hash = new ContentHash();
  hash.update(content);
  return hash.digest();
}
