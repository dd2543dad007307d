/**
 * One transfer from a client: what has arrived and was not read.
 *
 * @module
 */

import type { ContentHash } from "../decoders/binary.ts";
import type { StreamError } from "../errors.ts";
import type { KnownControl } from "../wire/control.ts";

/** What a piece takes besides its content: transfers of one byte each must not cost nothing. */
const PIECE_BYTES = 512;

/** Where a transfer from a client stands. */
export type IncomingState =
  /** The handler is being asked. */
  | "offered"
  /** The handler has accepted it. */
  | "accepted"
  /** All of it is there. */
  | "complete"
  /** It was refused, cancelled, or is damaged. */
  | "failed";

/** The owner of a transfer, as the transfer sees it. */
export interface IncomingOwner {
  /**
   * The handler took a piece out.
   *
   * @param transfer The transfer.
   * @param memoryBytes What it took in memory.
   */
  read(transfer: IncomingTransfer, memoryBytes: number): void;
  /** The handler wants no more of it. @param transfer The transfer. */
  cancel(transfer: IncomingTransfer): void;
}

/** One transfer from a client. */
export class IncomingTransfer {
  /** Its announcement. */
  readonly header: KnownControl<"binarystream">;
  /** Checks the content; `undefined` when there is no checksum. */
  readonly hash: ContentHash | undefined;
  readonly #owner: IncomingOwner;
  readonly #queue: Uint8Array<ArrayBuffer>[] = [];
  /** Where it stands. */
  state: IncomingState = "offered";
  /** Why it failed; `undefined` when the handler did not want it. */
  error: StreamError | undefined;
  /** Bytes of content that have arrived. */
  receivedBytes = 0;
  /** Bytes of content that wait to be read. */
  queuedBytes = 0;
  /** Is told when there is something to read, and when it is over. */
  onChange: (() => void) | undefined;

  /**
   * @param header Its announcement.
   * @param hash Checks the content.
   * @param owner What it belongs to.
   */
  constructor(
    header: KnownControl<"binarystream">,
    hash: ContentHash | undefined,
    owner: IncomingOwner,
  ) {
    this.header = header;
    this.hash = hash;
    this.#owner = owner;
  }

  /** The announced size in bytes, or `undefined` when it is not known. */
  get size(): number | undefined {
    return this.header.size === 0n ? undefined : Number(this.header.size);
  }

  /** Takes the next piece out, if there is one. @returns A piece, the caller's own. */
  read(): Uint8Array<ArrayBuffer> | undefined {
    const piece = this.#queue.shift();
    if (piece === undefined) return undefined;
    this.queuedBytes -= piece.length;
    this.#owner.read(this, piece.length + PIECE_BYTES);
    return piece;
  }

  /** Gives it up on behalf of the handler. */
  cancel(): void {
    this.#owner.cancel(this);
  }

  /**
   * Appends a piece, for the owner alone.
   *
   * @param piece Not copied.
   * @returns What it takes in memory.
   */
  append(piece: Uint8Array<ArrayBuffer>): number {
    this.receivedBytes += piece.length;
    if (piece.length === 0) return 0;
    this.queuedBytes += piece.length;
    this.#queue.push(piece);
    return piece.length + PIECE_BYTES;
  }

  /** Throws away what waits, for the owner alone. @returns What it took in memory. */
  discard(): number {
    const memoryBytes = this.queuedBytes + this.#queue.length * PIECE_BYTES;
    this.#queue.length = 0;
    this.queuedBytes = 0;
    return memoryBytes;
  }
}
