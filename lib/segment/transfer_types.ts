/**
 * Binary transfers as handlers see them: those that a client offers, and those to a client.
 *
 * @module
 */

import { BINARY_TYPE } from "../wire/constants.ts";

/** What a transfer carries. */
export type BinaryType = keyof typeof BINARY_TYPE;

const nameByNumber = new Map<number, BinaryType>(
  Object.entries(BINARY_TYPE).map(([name, number]) => [number, name as BinaryType]),
);

/**
 * Names what a transfer carries.
 *
 * @param number The number on the wire.
 * @returns The name, or `unknown`.
 */
export function binaryTypeName(number: number): BinaryType | "unknown" {
  return nameByNumber.get(number) ?? "unknown";
}

/**
 * A transfer that a client wants to make. Accept it before the handler returns, or before its
 * promise settles; it is refused otherwise.
 */
export interface BinaryOffer {
  /** What it carries. */
  readonly type: BinaryType | "unknown";
  /** The client's number for it. */
  readonly identifier: number;
  /** The client's name for it, at most 16 bytes; anything may stand in it. Often empty. */
  readonly name: string;
  /** Bytes, or `undefined` when the client does not know. */
  readonly size: number | undefined;
  /** BLAKE3 of the content, 16 bytes as 32 hexadecimal digits; `undefined` when the client gave none. */
  readonly checksum: string | undefined;
  /** Bytes that have arrived, read or not. */
  readonly receivedBytes: number;
  /**
   * Takes the transfer.
   *
   * The stream fails with a `StreamError` when the client leaves (`cancelled`), sends too much
   * (`stream-too-long`), damaged packets or another content than its checksum says (`bad-checksum`),
   * and when it is not read for half a minute while the client waits for that (`reader-stalled`).
   * Cancel it to stop the transfer.
   *
   * @returns The content in pieces of at most 1 MiB, each the reader's own.
   * @throws {ApiMisuseError} `wrong-state` when it was accepted or refused before.
   */
  accept(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Refuses the transfer. */
  reject(): void;
}

/** How a transfer to a client ended, or stands. */
export type TransferState =
  /** Others are before it. */
  | "waiting"
  /** It is being sent. */
  | "sending"
  /** All of it was sent; the client has not said that it has it. */
  | "sent"
  /** The client has it. */
  | "completed"
  /** The client does not want it, or has that font already; or this end cancelled it. */
  | "cancelled"
  /** The segment ended before, or the client has acknowledged none of the last 64. */
  | "ended";

/** What a handler wants to know of a transfer to a client. */
export interface TransferOptions {
  /** At most 15 bytes that the client may show; real ones do not. */
  readonly name?: string;
  /** Whether packets are compressed; they are unless `false`. */
  readonly compress?: boolean;
  /**
   * Called after each packet.
   *
   * @param sentBytes Bytes of content that were sent.
   * @param sizeBytes Bytes of content.
   */
  readonly onProgress?: (sentBytes: number, sizeBytes: number) => void | Promise<void>;
  /**
   * Called once, when the transfer has ended.
   *
   * @param state The last state.
   */
  readonly onEnd?: (state: "completed" | "cancelled" | "ended") => void | Promise<void>;
}

/** A transfer to a client. */
export interface BinaryTransfer {
  /** The number of the transfer, no other of the client has it. */
  readonly identifier: number;
  /** Bytes of content. */
  readonly size: number;
  /** Bytes of content that were sent. */
  readonly sentBytes: number;
  /** Where it stands. */
  readonly state: TransferState;
  /**
   * Gives the transfer up.
   *
   * @returns Whether it was; `false` once all is sent, and for one that is being sent without
   * compression or is a font, of which a real client would keep the first part in its cache.
   */
  cancel(): boolean;
}
