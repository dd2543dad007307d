/**
 * One transfer to a client: its content and how far it is.
 *
 * @module
 */

import type { FedContent } from "./fed_content.ts";
import type { BinaryType, TransferOptions, TransferState } from "./transfer_types.ts";

/** One transfer to a client; `TransfersOut` sends it. */
export class OutgoingTransfer {
  readonly identifier: number;
  readonly type: BinaryType;
  readonly content: Uint8Array | FedContent;
  readonly options: TransferOptions;
  state: TransferState = "waiting";
  /** Bytes of content that were sent. */
  sentBytes = 0;
  /** Whether the event that announces it, if any, was sent. */
  isReady = true;

  /** @param content Not copied. */
  constructor(
    identifier: number,
    type: BinaryType,
    content: Uint8Array | FedContent,
    options: TransferOptions,
  ) {
    this.identifier = identifier;
    this.type = type;
    this.content = content;
    this.options = options;
  }

  /** Takes the bytes behind those that were sent; `undefined` while they are not there. */
  take(count: number): Uint8Array | undefined {
    const { content, sentBytes } = this;
    return content instanceof Uint8Array
      ? content.subarray(sentBytes, sentBytes + count)
      : content.take(count);
  }

  get isCompressed(): boolean {
    return this.options.compress ?? true;
  }
}
