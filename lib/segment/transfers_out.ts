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
import {
  MAX_CHECKSUM_BYTES,
  MAX_QUEUED_TRANSFERS,
  MAX_UNACKNOWLEDGED_TRANSFERS,
} from "../limits.ts";
import type { Session } from "../session/session.ts";
import { BINARY_TYPE } from "../wire/constants.ts";
import type { Outcome } from "./outcome.ts";
import { NOTHING } from "./outcome.ts";
import { FedContent } from "./fed_content.ts";
import { OutgoingTransfer } from "./outgoing_transfer.ts";
import type { BinaryType, TransferOptions } from "./transfer_types.ts";
import { refuse, textBytes } from "./verbs/check.ts";

/** Content of the first packet; the reference begins with little. */
const FIRST_PACKET_BYTES = 16_384;
/** Content of a later packet: compressed it fits one data packet, whatever it holds. */
const PACKET_BYTES = 64_096;
/** What surrounds the content of a packet: tag, heads, and the frame of zstd. */
const PACKET_OVERHEAD_BYTES = 64;
const NAME_FIELD_BYTES = 16;
const NO_ZSTD_FRAME = new Uint8Array(1);

/** The part of a session that transfers use. */
type TransferSession = Pick<Session, "send" | "sendData" | "outputBytes">;

/** The transfers to one client, all on the channel of its primary segment. */
export class TransfersOut {
  readonly #session: TransferSession;
  readonly #queue: OutgoingTransfer[] = [];
  /** Those that are all sent, by number. */
  readonly #sent = new Map<number, OutgoingTransfer>();
  #nextIdentifier = 1;

  constructor(session: TransferSession) {
    this.#session = session;
  }

  /**
   * Puts a transfer at the end of the queue.
   *
   * @param content At least 1 byte; not copied, so it must stay as it is until the transfer ends.
   * @throws {ApiMisuseError} `bad-argument`; `queue-full`.
   */
  add(
    type: BinaryType,
    content: Uint8Array | FedContent,
    options: TransferOptions,
  ): OutgoingTransfer {
    if (!(content instanceof Uint8Array || content instanceof FedContent)) {
      refuse("the content is not a Uint8Array");
    }
    // A size of 0 means one that is not known, which real clients take and never deliver.
    if (content.length === 0) refuse("the content is empty");
    textBytes("the name", options.name ?? "", NAME_FIELD_BYTES - 1);
    if (this.#queue.length >= MAX_QUEUED_TRANSFERS) {
      const text = `${this.#queue.length} transfers wait, the limit is ${MAX_QUEUED_TRANSFERS}`;
      throw new ApiMisuseError("queue-full", text);
    }
    const transfer = new OutgoingTransfer(this.#nextIdentifier++, type, content, options);
    this.#queue.push(transfer);
    return transfer;
  }

  /** Sends packets until `limitBytes` wait in the output. */
  fill(limitBytes: number): readonly Outcome[] {
    if (this.#queue.length === 0) return NOTHING;
    const outcomes: Outcome[] = [];
    for (let transfer = this.#queue[0]; transfer !== undefined; transfer = this.#queue[0]) {
      if (!transfer.isReady) break;
      const { sentBytes, content } = transfer;
      const most = sentBytes === 0 ? FIRST_PACKET_BYTES : PACKET_BYTES;
      const count = Math.min(most, content.length - sentBytes);
      if (this.#session.outputBytes + count + PACKET_OVERHEAD_BYTES > limitBytes) break;
      const piece = transfer.take(count);
      if (piece === undefined) break;
      if (transfer.state === "waiting") this.#begin(transfer);
      outcomes.push(...this.#sendPacket(transfer, piece));
    }
    return outcomes;
  }

  /** Takes the acknowledgement of a transfer; unknown identifiers are ignored. */
  acknowledge(identifier: number): readonly Outcome[] {
    const transfer = this.#sent.get(identifier);
    return transfer === undefined ? NOTHING : [this.#end(transfer, "completed")];
  }

  /** Takes the refusal of a transfer that the client does not want or has; unknown ones are ignored. */
  refused(stream: number): readonly Outcome[] {
    const first = this.#queue[0];
    const transfer = first?.identifier === stream && first.state === "sending"
      ? first
      : this.#sent.get(stream);
    return transfer === undefined ? NOTHING : [this.#end(transfer, "cancelled")];
  }

  /** Gives a transfer up; nothing comes of it when that is not possible. */
  cancel(transfer: OutgoingTransfer): readonly Outcome[] {
    const isFont = transfer.type === "font" || transfer.type === "fontSupplement";
    if (transfer.state === "sending" && transfer.isCompressed && !isFont) {
      // There is no command for it. A packet that cannot be decompressed makes the receiver drop the
      // transfer; one that has dropped it already does not look at the packet.
      this.#session.sendData("binary", 0, transfer.identifier, NO_ZSTD_FRAME);
    } else if (transfer.state !== "waiting") {
      return NOTHING;
    }
    return [this.#end(transfer, "cancelled")];
  }

  /** Ends all that is not complete. */
  end(): readonly Outcome[] {
    return [...this.#sent.values(), ...this.#queue].map((each) => this.#end(each, "ended"));
  }

  #begin(transfer: OutgoingTransfer): void {
    transfer.state = "sending";
    const { type, content, options, identifier } = transfer;
    const name = new Uint8Array(NAME_FIELD_BYTES);
    name.set(textBytes("the name", options.name ?? "", NAME_FIELD_BYTES - 1));
    this.#session.send({
      command: "binarystream",
      channel: 0,
      stream: identifier,
      size: content.length,
      type: BINARY_TYPE[type],
      identifier,
      checksum: checksumOf(content),
      compressed: transfer.isCompressed,
      extId: name,
    });
  }

  #sendPacket(transfer: OutgoingTransfer, piece: Uint8Array): readonly Outcome[] {
    const { content, identifier } = transfer;
    const payload = transfer.isCompressed ? compress(piece) : piece;
    this.#session.sendData("binary", 0, identifier, payload);
    transfer.sentBytes += piece.length;
    const progress = { type: "progress", transfer, sentBytes: transfer.sentBytes } as const;
    if (transfer.sentBytes < content.length) return [progress];
    transfer.state = "sent";
    this.#queue.shift();
    this.#sent.set(identifier, transfer);
    if (this.#sent.size <= MAX_UNACKNOWLEDGED_TRANSFERS) return [progress];
    const [oldest] = this.#sent.values();
    return [progress, this.#end(oldest!, "ended")];
  }

  #end(transfer: OutgoingTransfer, state: "completed" | "cancelled" | "ended"): Outcome {
    const at = this.#queue.indexOf(transfer);
    if (at >= 0) this.#queue.splice(at, 1);
    this.#sent.delete(transfer.identifier);
    transfer.state = state;
    if (transfer.content instanceof FedContent) transfer.content.clear();
    return { type: "transfer-ended", transfer, state };
  }
}

/** Lets a client find a font that it has; zero says that there is none. */
function checksumOf(content: Uint8Array | FedContent): Uint8Array {
  if (content instanceof FedContent || content.length > MAX_CHECKSUM_BYTES) {
    return new Uint8Array(CHECKSUM_BYTES);
  }
  const hash = new ContentHash();
  hash.update(content);
  return hash.digest();
}
