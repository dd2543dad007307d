/**
 * The presented content of one channel, as handlers read it.
 *
 * @module
 */

import type { TextGrid, TextOptions } from "./text_grid.ts";

/** The kind of content that a surface presents. */
export type SurfaceContent = "none" | "pixels" | "tpack";

/** The last committed picture or text of a segment. */
export interface SurfaceView {
  /** Width of the presented picture in pixels, 0 before the first one. */
  readonly width: number;
  /** Height of the presented picture in pixels, 0 before the first one. */
  readonly height: number;
  /** The kind of content of the last committed frame. */
  readonly content: SurfaceContent;
  /** Whether the presented rows are stored bottom up. */
  readonly origoLl: boolean;
  /** The number of frames presented so far. */
  readonly revision: number;
  /**
   * The presented pixels as R, G, B, A bytes in storage order (see {@linkcode origoLl}). Not a copy:
   * read only, valid until the next frame of the channel begins; its buffer may be longer and cannot be
   * transferred to a worker. `undefined` for text.
   */
  readonly pixels: Uint8Array<ArrayBuffer> | undefined;
  /**
   * The presented grid: read only, valid until the next frame begins. Reading this property brings it
   * up to date. `undefined` for pixels.
   */
  readonly grid: TextGrid | undefined;
  /**
   * Copies the presented pixels with the top row first.
   *
   * @returns `width * height * 4` bytes R, G, B, A, owned by the caller; `undefined` for text.
   */
  rgba(): Uint8Array<ArrayBuffer> | undefined;
  /**
   * The presented text.
   *
   * @param options Whether blanks at the end of lines are cut off.
   * @returns One line a row, joined by line feeds; empty unless text is presented.
   */
  gridText(options?: TextOptions): string;
}
