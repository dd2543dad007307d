/**
 * What a listener and the worker that decodes for one of its clients say to each other.
 *
 * @module
 */

import type { CodedPicture } from "../coded_pictures.ts";
import type { StreamCode } from "../../../errors.ts";

/** A picture to decode; answered by one {@linkcode DecodeAnswer} before the next is sent. */
export interface DecodeRequest {
  readonly type: "decode";
  readonly channel: number;
  readonly picture: CodedPicture;
}

/** A channel that has ended. There is no answer. */
export interface ForgetRequest {
  readonly type: "forget";
  readonly channel: number;
}

/** What the worker is told. */
export type WorkerRequest = DecodeRequest | ForgetRequest;

/** The picture as R, G, B, A bytes, or why there is none; then the worker is not used again. */
export type DecodeAnswer =
  | { readonly rgba: Uint8Array<ArrayBuffer> }
  | { readonly code: StreamCode; readonly message: string };
