/**
 * Transfers from a client: one on each channel at a time, bounded in size and in memory.
 *
 * Source: arcan `a12.c`, `command_binarystream` and `process_blob`.
 *
 * @module
 */

import { ContentHash, packetContent } from "../decoders/binary.ts";
import { equalConstantTime } from "../bytes/equal.ts";
import { StreamError } from "../errors.ts";
import {
  MAX_BINARY_QUEUE_BYTES,
  MAX_BINARY_STREAM_BYTES,
  MAX_CLIENT_BINARY_BYTES,
} from "../limits.ts";
import { CANCEL_REASON, CANCEL_STREAM_TYPE } from "../wire/constants.ts";
import type { KnownControl } from "../wire/control.ts";
import { IncomingTransfer } from "./incoming_transfer.ts";
import type { StreamsHost } from "./streams_host.ts";

/** What transfers need of their connection. */
export interface BinaryInHost extends StreamsHost {
  /** Is told when enough was read for the client to go on. */
  readonly onUnblocked: () => void;
}

/** The most that a client may send. */
export interface BinaryLimits {
  /** Bytes of one transfer. */
  readonly streamBytes: number;
  /** Bytes of all transfers together. */
  readonly totalBytes: number;
}

const LIMITS: BinaryLimits = {
  streamBytes: MAX_BINARY_STREAM_BYTES,
  totalBytes: MAX_CLIENT_BINARY_BYTES,
};

/** The transfers from one client. */
export class BinaryIn {
  readonly #host: BinaryInHost;
  readonly #limits: BinaryLimits;
  /** What is under way, by channel. */
  readonly #active = new Map<number, IncomingTransfer>();
  /** What the handler has not read to its end, complete or not. */
  readonly #unread = new Set<IncomingTransfer>();
  /** What they take in memory. */
  #queuedBytes = 0;
  #totalBytes = 0;

  /**
   * @param host The connection.
   * @param limits The most that the client may send.
   */
  constructor(host: BinaryInHost, limits: BinaryLimits = LIMITS) {
    this.#host = host;
    this.#limits = limits;
  }

  /** Whether so much waits to be read that nothing more is to be taken from the client. */
  get isBlocked(): boolean {
    return this.#queuedBytes > MAX_BINARY_QUEUE_BYTES;
  }

  /**
   * Takes an announcement and offers it to the handler, unless it must be refused.
   *
   * @param header The header.
   */
  announce(header: KnownControl<"binarystream">): void {
    const before = this.#active.get(header.channel);
    if (before !== undefined) {
      // As the reference has it: the first one is cancelled and the second one ignored.
      const text = "another transfer was announced before it was complete";
      return this.#fail(before, new StreamError("too-many-streams", text), CANCEL_REASON.unwanted);
    }
    const { streamBytes, totalBytes } = this.#limits;
    const size = Number(header.size);
    if (size > Math.min(streamBytes, totalBytes - this.#totalBytes)) {
      this.#cancel(header, CANCEL_REASON.unwanted);
      const text = `a transfer of ${size} bytes, the limit is ${streamBytes}, ` +
        `and ${totalBytes - this.#totalBytes} are left to the client`;
      return this.#report(header.channel, new StreamError("stream-too-long", text));
    }
    const hash = hasChecksum(header) ? new ContentHash() : undefined;
    const transfer = new IncomingTransfer(ownBytes(header), hash, {
      read: (one, bytes) => this.#release(one, bytes),
      cancel: (one) => this.refuse(one),
    });
    this.#active.set(header.channel, transfer);
    const source = this.#host.sourceOf(header.channel);
    if (source?.onBinary === undefined) this.refuse(transfer);
    else this.#host.notify({ type: "offer", source, transfer });
  }

  /**
   * Refuses or cancels a transfer; one that is complete is thrown away.
   *
   * @param transfer The transfer.
   */
  refuse(transfer: IncomingTransfer): void {
    this.#fail(transfer, undefined, CANCEL_REASON.unwanted);
  }

  /**
   * Takes a part of a transfer; parts of refused ones are thrown away.
   *
   * @param channel The channel.
   * @param stream The number of the transfer.
   * @param payload Borrowed for the call.
   */
  take(channel: number, stream: number, payload: Uint8Array): void {
    const transfer = this.#active.get(channel);
    if (transfer === undefined || transfer.header.stream !== stream) return;
    try {
      this.#append(transfer, payload);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.#fail(transfer, error, CANCEL_REASON.cannotDecode);
    }
  }

  /**
   * Takes the sign by which a sender ends a transfer of unknown size.
   *
   * @param channel The channel.
   * @param identifier The number that the transfer was announced with.
   * @param completion 1 for the end, below 0 for a failure of the sender.
   */
  takeStatus(channel: number, identifier: number, completion: number): void {
    const transfer = this.#active.get(channel);
    if (transfer === undefined || transfer.header.identifier !== identifier) return;
    if (completion < 0) {
      this.#lose(transfer, "the client gave the transfer up");
    } else if (completion >= 1 && transfer.size === undefined) {
      this.#complete(transfer);
    }
  }

  /** Cancels every transfer that the handler accepted and does not read. */
  cancelStalled(): void {
    for (const transfer of [...this.#unread]) {
      const text = `${transfer.queuedBytes} bytes of a transfer were not read`;
      this.#fail(transfer, new StreamError("reader-stalled", text), CANCEL_REASON.unwanted);
    }
  }

  /**
   * Ends what is under way on a channel that has ended.
   *
   * @param channel The channel.
   */
  endChannel(channel: number): void {
    const transfer = this.#active.get(channel);
    if (transfer !== undefined) {
      this.#lose(transfer, "the client left before the transfer was complete");
    }
  }

  #append(transfer: IncomingTransfer, payload: Uint8Array): void {
    const { streamBytes, totalBytes } = this.#limits;
    const most = (transfer.size ?? streamBytes) - transfer.receivedBytes;
    const isCompressed = transfer.header.compressed;
    const piece = packetContent(
      payload,
      isCompressed,
      Math.min(most, totalBytes - this.#totalBytes),
    );
    this.#totalBytes += piece.length;
    this.#queuedBytes += transfer.append(piece);
    if (transfer.queuedBytes > 0) this.#unread.add(transfer);
    transfer.hash?.update(piece);
    if (transfer.receivedBytes === transfer.size) this.#complete(transfer);
    else transfer.onChange?.();
  }

  #complete(transfer: IncomingTransfer): void {
    const { channel, identifier, checksum } = transfer.header;
    if (transfer.hash !== undefined && !equalConstantTime(transfer.hash.digest(), checksum)) {
      const error = new StreamError("bad-checksum", "the content is not what its checksum says");
      return this.#fail(transfer, error, CANCEL_REASON.cannotDecode);
    }
    this.#active.delete(channel);
    // Nobody waits for the acknowledgement of a transfer that the sender ends by itself.
    if (transfer.size !== undefined) {
      this.#host.sendControl({ command: "ping", channel, stream: identifier });
    }
    this.#close(transfer, "complete");
  }

  /** Ends a transfer from this side. */
  #fail(transfer: IncomingTransfer, error: StreamError | undefined, reason: number): void {
    const { header } = transfer;
    if (this.#active.get(header.channel) === transfer) this.#cancel(header, reason);
    this.#close(transfer, "failed", error);
    if (error !== undefined) this.#report(header.channel, error);
  }

  #report(channel: number, error: StreamError): void {
    const source = this.#host.sourceOf(channel);
    if (source !== undefined) this.#host.notify({ type: "fault", source, error });
  }

  /** Notes that the client has ended a transfer. */
  #lose(transfer: IncomingTransfer, text: string): void {
    this.#active.delete(transfer.header.channel);
    this.#close(transfer, "failed", new StreamError("cancelled", text));
  }

  #cancel({ channel, stream }: KnownControl<"binarystream">, reason: number): void {
    this.#active.delete(channel);
    this.#host.sendControl({
      command: "cancelstream",
      channel,
      stream,
      reason,
      streamType: CANCEL_STREAM_TYPE.binary,
    });
  }

  #close(transfer: IncomingTransfer, state: "complete" | "failed", error?: StreamError): void {
    transfer.state = state;
    transfer.error = error;
    // A damaged content is of no use to anybody; a complete one may be read at leisure.
    if (state === "failed") this.#release(transfer, transfer.discard());
    transfer.onChange?.();
  }

  #release(transfer: IncomingTransfer, bytes: number): void {
    const wasBlocked = this.isBlocked;
    this.#queuedBytes -= bytes;
    if (transfer.queuedBytes === 0) this.#unread.delete(transfer);
    if (wasBlocked && !this.isBlocked) this.#host.onUnblocked();
  }
}

/** Decoded bytes share blocks; one that is kept for a transfer would keep all of its block. */
function ownBytes(header: KnownControl<"binarystream">): KnownControl<"binarystream"> {
  return { ...header, checksum: header.checksum.slice(), extId: header.extId.slice() };
}

function hasChecksum({ checksum }: KnownControl<"binarystream">): boolean {
  return checksum.some((byte) => byte !== 0);
}
