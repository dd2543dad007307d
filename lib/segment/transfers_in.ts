/**
 * The transfers from one client: one on each channel at a time, bounded in size and in memory.
 *
 * Source: arcan `a12.c`, `command_binarystream` and `process_blob`.
 *
 * @module
 */

import { equalConstantTime } from "../bytes/equal.ts";
import { ContentHash, packetContent } from "../decoders/binary.ts";
import { StreamError } from "../errors.ts";
import {
  MAX_BINARY_QUEUE_BYTES,
  MAX_BINARY_STREAM_BYTES,
  MAX_CLIENT_BINARY_BYTES,
} from "../limits.ts";
import { CANCEL_REASON, CANCEL_STREAM_TYPE } from "../wire/constants.ts";
import type { KnownControl } from "../wire/control.ts";
import { ownBytes } from "../wire/layout.ts";
import { IncomingTransfer } from "./incoming_transfer.ts";
import type { Reply, StreamOutcome } from "./outcome.ts";
import { NOTHING } from "./outcome.ts";
import type { Segment } from "./segment.ts";

/** The most that a client may send. */
interface TransferLimits {
  readonly streamBytes: number;
  /** Bytes of all transfers together. */
  readonly totalBytes: number;
}

const LIMITS: TransferLimits = {
  streamBytes: MAX_BINARY_STREAM_BYTES,
  totalBytes: MAX_CLIENT_BINARY_BYTES,
};

export class TransfersIn {
  readonly #limits: TransferLimits;
  /** The transfer under way of each segment. */
  readonly #active = new Map<Segment, IncomingTransfer>();
  /** Transfers of which something waits to be read, complete ones too. */
  readonly #unread = new Set<IncomingTransfer>();
  /** What all of them hold in memory. */
  #queuedBytes = 0;
  #totalBytes = 0;

  constructor(limits: TransferLimits = LIMITS) {
    this.#limits = limits;
  }

  /** Whether so much waits to be read that nothing more should be read from the client. */
  get isBlocked(): boolean {
    return this.#queuedBytes > MAX_BINARY_QUEUE_BYTES;
  }

  /** Takes an announcement; what comes of it is an offer unless it must be refused. */
  announce(
    segment: Segment,
    header: KnownControl<"binarystream">,
  ): readonly StreamOutcome[] {
    const before = this.#active.get(segment);
    if (before !== undefined) {
      // As in the reference: the first one is cancelled and the second one ignored.
      const text = "another transfer was announced before it was complete";
      return this.#fail(before, CANCEL_REASON.unwanted, new StreamError("too-many-streams", text));
    }
    const { streamBytes, totalBytes } = this.#limits;
    const size = Number(header.size);
    if (size > Math.min(streamBytes, totalBytes - this.#totalBytes)) {
      const text = `a transfer of ${size} bytes, the limit is ${streamBytes}, ` +
        `and ${totalBytes - this.#totalBytes} are left to the client`;
      const error = new StreamError("stream-too-long", text);
      return [cancelTransfer(header), { type: "fault", segment, error }];
    }
    const hash = hasChecksum(header) ? new ContentHash() : undefined;
    const transfer = new IncomingTransfer(segment, ownBytes(header), hash);
    this.#active.set(segment, transfer);
    return [{ type: "offer", segment, transfer }];
  }

  /** Refuses or cancels a transfer on behalf of the handler; one that is complete is discarded. */
  refuse(transfer: IncomingTransfer): readonly StreamOutcome[] {
    return this.#fail(transfer, CANCEL_REASON.unwanted);
  }

  /** Takes a piece out of a transfer; it is the caller's own. */
  read(transfer: IncomingTransfer): Uint8Array<ArrayBuffer> | undefined {
    return this.#counted(transfer, () => transfer.shift());
  }

  /** Takes data; that of refused transfers is discarded. The payload is borrowed for the call. */
  take(segment: Segment, stream: number, payload: Uint8Array): readonly StreamOutcome[] {
    const transfer = this.#active.get(segment);
    if (transfer === undefined || transfer.header.stream !== stream) return NOTHING;
    try {
      return this.#append(transfer, payload);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      return this.#fail(transfer, CANCEL_REASON.cannotDecode, error);
    }
  }

  /**
   * Takes the event by which a sender ends a transfer of unknown size.
   *
   * @param completion 1 for the end, below 0 for a failure of the sender.
   */
  takeStatus(segment: Segment, identifier: number, completion: number): readonly StreamOutcome[] {
    const transfer = this.#active.get(segment);
    if (transfer === undefined || transfer.header.identifier !== identifier) return NOTHING;
    if (completion >= 1 && transfer.size === undefined) return this.#complete(transfer);
    if (completion < 0) this.#lose(transfer, "the client gave the transfer up");
    return NOTHING;
  }

  /** Cancels every transfer of which something waits to be read. */
  cancelStalled(): readonly StreamOutcome[] {
    return [...this.#unread].flatMap((transfer) => {
      const text = `${transfer.queuedBytes} bytes of a transfer were not read`;
      return this.#fail(transfer, CANCEL_REASON.unwanted, new StreamError("reader-stalled", text));
    });
  }

  /** Ends the transfer under way of a segment that has ended. */
  endSegment(segment: Segment): void {
    const transfer = this.#active.get(segment);
    if (transfer !== undefined) {
      this.#lose(transfer, "the client left before the transfer was complete");
    }
  }

  #append(transfer: IncomingTransfer, payload: Uint8Array): readonly StreamOutcome[] {
    const { streamBytes, totalBytes } = this.#limits;
    const mostBytes = Math.min(
      (transfer.size ?? streamBytes) - transfer.receivedBytes,
      totalBytes - this.#totalBytes,
    );
    const piece = packetContent(payload, transfer.header.compressed, mostBytes);
    this.#totalBytes += piece.length;
    this.#counted(transfer, () => transfer.append(piece));
    transfer.hash?.update(piece);
    return transfer.receivedBytes === transfer.size ? this.#complete(transfer) : NOTHING;
  }

  #complete(transfer: IncomingTransfer): readonly StreamOutcome[] {
    const { channel, identifier, checksum } = transfer.header;
    if (transfer.hash !== undefined && !equalConstantTime(transfer.hash.digest(), checksum)) {
      const error = new StreamError("bad-checksum", "the content is not what its checksum says");
      return this.#fail(transfer, CANCEL_REASON.cannotDecode, error);
    }
    this.#active.delete(transfer.segment);
    transfer.state = "complete";
    // A sender that ends a transfer by itself waits for no acknowledgement.
    if (transfer.size === undefined) return NOTHING;
    return [{ type: "reply", control: { command: "ping", channel, stream: identifier } }];
  }

  /** Ends a transfer from this side. */
  #fail(
    transfer: IncomingTransfer,
    reason: number,
    error?: StreamError,
  ): readonly StreamOutcome[] {
    const { segment, header } = transfer;
    const outcomes: StreamOutcome[] = [];
    if (this.#active.get(segment) === transfer) outcomes.push(cancelTransfer(header, reason));
    this.#drop(transfer, error);
    if (error !== undefined && segment.state !== "ended") {
      outcomes.push({ type: "fault", segment, error });
    }
    return outcomes;
  }

  /** Ends a transfer that the client has ended. */
  #lose(transfer: IncomingTransfer, text: string): void {
    this.#drop(transfer, new StreamError("cancelled", text));
  }

  #drop(transfer: IncomingTransfer, error: StreamError | undefined): void {
    const { segment } = transfer;
    if (this.#active.get(segment) === transfer) this.#active.delete(segment);
    transfer.state = "failed";
    transfer.error = error;
    this.#counted(transfer, () => transfer.discard());
  }

  /** Does something to a transfer and counts what that changes in memory. */
  #counted<T>(transfer: IncomingTransfer, change: () => T): T {
    const before = transfer.memoryBytes;
    const result = change();
    this.#queuedBytes += transfer.memoryBytes - before;
    if (transfer.queuedBytes > 0) this.#unread.add(transfer);
    else this.#unread.delete(transfer);
    return result;
  }
}

/** The command that refuses a transfer. */
export function cancelTransfer(
  { channel, stream }: KnownControl<"binarystream">,
  reason: number = CANCEL_REASON.unwanted,
): Reply {
  const streamType = CANCEL_STREAM_TYPE.binary;
  return {
    type: "reply",
    control: { command: "cancelstream", channel, stream, reason, streamType },
  };
}

function hasChecksum({ checksum }: KnownControl<"binarystream">): boolean {
  return checksum.some((byte) => byte !== 0);
}
