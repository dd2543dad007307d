/**
 * One transfer from a client: what has arrived and was not read.
 *
 * @module
 */

import type { ContentHash } from "../decoders/binary.ts";
import type { StreamError } from "../errors.ts";
import type { KnownControl } from "../wire/control.ts";

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
  /** The handler took bytes out. @param transfer The transfer. */
  read(transfer: IncomingTransfer, bytes: number): void;
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
    this.#owner.read(this, piece.length);
    return piece;
  }

  /** Gives it up on behalf of the handler. */
  cancel(): void {
    this.#owner.cancel(this);
  }

  /** Appends a piece, for the owner alone. @param piece Not copied. */
  append(piece: Uint8Array<ArrayBuffer>): void {
    this.receivedBytes += piece.length;
    if (piece.length === 0) return;
    this.queuedBytes += piece.length;
    this.#queue.push(piece);
  }

  /** Throws away what waits, for the owner alone. @returns Its bytes. */
  discard(): number {
    const bytes = this.queuedBytes;
    this.#queue.length = 0;
    this.queuedBytes = 0;
    return bytes;
  }
}
