/**
 * What the process and the worker that compresses pictures say to each other.
 *
 * A picture is begun, its rows are given, and it is ended. Each request is answered once, in order; a
 * picture that is begun takes the place of one that was not ended.
 *
 * @module
 */

import type { Channels } from "./png.ts";

/** A picture is begun. */
export interface BeginRequest {
  readonly type: "begin";
  /** What comes out: a file, or the rows compressed as they are. */
  readonly format: "png" | "zlib";
  readonly width: number;
  readonly height: number;
  /** What is stored of a pixel. */
  readonly channels: Channels;
}

/** The next rows of the picture, the upper one first: R, G, B, A for a file. */
export interface RowsRequest {
  readonly type: "rows";
  readonly rows: Uint8Array<ArrayBuffer>;
}

/** The picture has no more rows. */
export interface EndRequest {
  readonly type: "end";
}

/** What the worker is told. */
export type PictureRequest = BeginRequest | RowsRequest | EndRequest;

/** What the worker answers. */
export type PictureAnswer =
  | { readonly type: "begun" }
  /** The rows were taken; their memory comes back. */
  | { readonly type: "taken"; readonly rows: Uint8Array<ArrayBuffer> }
  /** The rows are transparent somewhere, and the file has no place for that: begin again. */
  | { readonly type: "transparent"; readonly rows: Uint8Array<ArrayBuffer> }
  | { readonly type: "done"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "failed"; readonly message: string };
