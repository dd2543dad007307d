/**
 * The messages between a listener and the worker that decodes for one of its clients.
 *
 * @module
 */

import type { CodedPicture } from "../coded_pictures.ts";
import type { StreamCode } from "../../../errors.ts";

/** A picture to decode; has one {@linkcode DecodeAnswer} before the next is sent. */
export interface DecodeRequest {
  readonly type: "decode";
  readonly channel: number;
  readonly picture: CodedPicture;
}

/** A channel that has ended; has no answer. */
export interface ForgetRequest {
  readonly type: "forget";
  readonly channel: number;
}

export type WorkerRequest = DecodeRequest | ForgetRequest;

/** The picture as R, G, B, A bytes, or why there is none; the worker is not used again then. */
export type DecodeAnswer =
  | { readonly rgba: Uint8Array<ArrayBuffer> }
  | { readonly code: StreamCode; readonly message: string };
