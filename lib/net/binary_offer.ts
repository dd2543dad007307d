/**
 * Transfers of a client as handlers see them.
 *
 * @module
 */

import { decodeUtf8Lenient, untilNul } from "../bytes/text.ts";
import { ApiMisuseError, StreamError } from "../errors.ts";
import type { IncomingTransfer } from "../segment/incoming_transfer.ts";
import type { BinaryOffer, BinaryType } from "../segment/transfer_types.ts";
import { binaryTypeName } from "../segment/transfer_types.ts";

type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

/** What handlers do to transfers. */
interface TransferOwner {
  /** Takes out the next piece that has arrived. */
  readonly read: (transfer: IncomingTransfer) => Uint8Array<ArrayBuffer> | undefined;
  readonly cancel: (transfer: IncomingTransfer) => void;
}

/** The transfers of one client that handlers are offered and read. */
export class Offers {
  readonly #owner: TransferOwner;
  /** The streams whose readers wait for a piece or the end. */
  readonly #waiting = new Map<IncomingTransfer, Controller>();

  constructor(owner: TransferOwner) {
    this.#owner = owner;
  }

  /**
   * Offers a transfer to a handler.
   *
   * @param onLateFailure Called when the handler fails after it has decided.
   * @returns Settles once the transfer is accepted or refused, or the handler is done.
   */
  offer(
    transfer: IncomingTransfer,
    handler: (offer: BinaryOffer) => void | PromiseLike<void>,
    onLateFailure: (error: unknown) => void,
  ): void | Promise<void> {
    const offer = new Offer(transfer, this.#owner, () => this.#stream(transfer));
    const pending = handler(offer);
    if (!(pending instanceof Promise)) return;
    pending.catch((error) => {
      if (offer.isDecided) onLateFailure(error);
    });
    return Promise.race([offer.decision, pending]);
  }

  /** Gives waiting readers what has arrived, or the end, since the last call. */
  update(): void {
    if (this.#waiting.size === 0) return;
    for (const [transfer, controller] of this.#waiting) {
      if (this.#advance(transfer, controller)) this.#waiting.delete(transfer);
    }
  }

  /** The content of a transfer; nothing is taken out of it before it is read. */
  #stream(transfer: IncomingTransfer): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({
      pull: (controller) => {
        if (!this.#advance(transfer, controller)) this.#waiting.set(transfer, controller);
      },
      cancel: () => {
        this.#waiting.delete(transfer);
        this.#owner.cancel(transfer);
      },
    }, { highWaterMark: 0 });
  }

  /** Gives a reader the next piece or the end; `false` when there is neither. */
  #advance(transfer: IncomingTransfer, controller: Controller): boolean {
    if (transfer.state === "failed") {
      controller.error(transfer.error ?? new StreamError("cancelled", "the transfer was refused"));
      return true;
    }
    const piece = this.#owner.read(transfer);
    if (piece !== undefined) controller.enqueue(piece);
    const isEnd = transfer.state === "complete" && transfer.queuedBytes === 0;
    if (isEnd) controller.close();
    return isEnd || piece !== undefined;
  }
}

class Offer implements BinaryOffer {
  readonly #transfer: IncomingTransfer;
  readonly #owner: TransferOwner;
  readonly #open: () => ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #decision = Promise.withResolvers<void>();
  isDecided = false;

  constructor(
    transfer: IncomingTransfer,
    owner: TransferOwner,
    open: () => ReadableStream<Uint8Array<ArrayBuffer>>,
  ) {
    this.#transfer = transfer;
    this.#owner = owner;
    this.#open = open;
  }

  get decision(): Promise<void> {
    return this.#decision.promise;
  }

  get type(): BinaryType | "unknown" {
    return binaryTypeName(this.#transfer.header.type);
  }

  get identifier(): number {
    return this.#transfer.header.identifier;
  }

  get name(): string {
    return decodeUtf8Lenient(untilNul(this.#transfer.header.extId));
  }

  get size(): number | undefined {
    return this.#transfer.size;
  }

  get checksum(): string | undefined {
    return this.#transfer.hash && this.#transfer.header.checksum.toHex();
  }

  get receivedBytes(): number {
    return this.#transfer.receivedBytes;
  }

  accept(): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (this.#transfer.state !== "offered") {
      throw new ApiMisuseError("wrong-state", "the transfer was accepted or refused before");
    }
    this.#transfer.state = "accepted";
    this.#decide();
    return this.#open();
  }

  reject(): void {
    if (this.#transfer.state === "offered") this.#owner.cancel(this.#transfer);
    this.#decide();
  }

  #decide(): void {
    this.isDecided = true;
    this.#decision.resolve();
  }
}
