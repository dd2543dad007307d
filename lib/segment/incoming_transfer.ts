/**
 * One transfer from a client: what has arrived and was not read.
 *
 * @module
 */

import type { ContentHash } from "../decoders/binary.ts";
import type { StreamError } from "../errors.ts";
import type { KnownControl } from "../wire/control.ts";
import type { Segment } from "./segment.ts";

/** What a piece counts for besides its content, so that pieces of one byte are bounded as well. */
const PIECE_BYTES = 512;

/** Where a transfer from a client stands. */
type IncomingState =
  /** The handler has not decided. */
  | "offered"
  | "accepted"
  /** All of it has arrived. */
  | "complete"
  /** It was refused or cancelled, or is damaged. */
  | "failed";

/** One transfer from a client; `TransfersIn` counts what it holds in memory. */
export class IncomingTransfer {
  readonly segment: Segment;
  readonly header: KnownControl<"binarystream">;
  /** Checks the content; `undefined` when the client gave no checksum. */
  readonly hash: ContentHash | undefined;
  readonly #queue: Uint8Array<ArrayBuffer>[] = [];
  state: IncomingState = "offered";
  /** Why it failed; `undefined` when the handler did not want it. */
  error: StreamError | undefined;
  /** Bytes of content that have arrived. */
  receivedBytes = 0;
  /** Bytes of content that wait to be read. */
  queuedBytes = 0;

  /** @param header The announcement; kept. */
  constructor(
    segment: Segment,
    header: KnownControl<"binarystream">,
    hash: ContentHash | undefined,
  ) {
    this.segment = segment;
    this.header = header;
    this.hash = hash;
  }

  /** The announced size in bytes, or `undefined` when the client does not know it. */
  get size(): number | undefined {
    return this.header.size === 0n ? undefined : Number(this.header.size);
  }

  /** The memory of what waits to be read. */
  get memoryBytes(): number {
    return this.queuedBytes + this.#queue.length * PIECE_BYTES;
  }

  /** Appends a piece; it is not copied. */
  append(piece: Uint8Array<ArrayBuffer>): void {
    this.receivedBytes += piece.length;
    if (piece.length === 0) return;
    this.queuedBytes += piece.length;
    this.#queue.push(piece);
  }

  /** Takes out the next piece, which is the caller's own then. */
  shift(): Uint8Array<ArrayBuffer> | undefined {
    const piece = this.#queue.shift();
    this.queuedBytes -= piece?.length ?? 0;
    return piece;
  }

  /** Discards what waits to be read. */
  discard(): void {
    this.#queue.length = 0;
    this.queuedBytes = 0;
  }
}
