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

/**
 * Offers a transfer.
 *
 * @param transfer The transfer.
 * @param handler Accepts or refuses it, and may go on afterwards.
 * @param onLateFailure Is told when the handler fails after it has decided.
 * @returns Settles once the transfer is accepted or refused, or the handler is done.
 */
export function offerTransfer(
  transfer: IncomingTransfer,
  handler: (offer: BinaryOffer) => void | Promise<void>,
  onLateFailure: (error: unknown) => void,
): void | Promise<void> {
  const offer = new Offer(transfer);
  const pending = handler(offer);
  if (!(pending instanceof Promise)) return;
  pending.catch((error) => {
    if (offer.isDecided) onLateFailure(error);
  });
  return Promise.race([offer.decision, pending]);
}

class Offer implements BinaryOffer {
  readonly #transfer: IncomingTransfer;
  readonly #decision = Promise.withResolvers<void>();
  isDecided = false;

  constructor(transfer: IncomingTransfer) {
    this.#transfer = transfer;
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
    return streamOf(this.#transfer);
  }

  reject(): void {
    if (this.#transfer.state === "offered") this.#transfer.cancel();
    this.#decide();
  }

  #decide(): void {
    this.isDecided = true;
    this.#decision.resolve();
  }
}

/** The content of a transfer; nothing is taken out of it before it is read. */
function streamOf(transfer: IncomingTransfer): ReadableStream<Uint8Array<ArrayBuffer>> {
  let isWanted = false;
  const step = (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
    if (transfer.state === "failed") {
      transfer.onChange = undefined;
      controller.error(transfer.error ?? new StreamError("cancelled", "the transfer was refused"));
      return;
    }
    const piece = isWanted ? transfer.read() : undefined;
    if (piece !== undefined) {
      isWanted = false;
      controller.enqueue(piece);
    }
    if (transfer.state === "complete" && transfer.queuedBytes === 0) {
      transfer.onChange = undefined;
      controller.close();
    }
  };
  return new ReadableStream({
    start: (controller) => {
      transfer.onChange = () => step(controller);
    },
    pull: (controller) => {
      isWanted = true;
      step(controller);
    },
    cancel: () => {
      transfer.onChange = undefined;
      transfer.cancel();
    },
  }, { highWaterMark: 0 });
}
