/**
 * One frame of video as a source sends it.
 *
 * @module
 */

/** Fast rather than small: frames are shown as soon as they are made. */
export const COMPRESSION_LEVEL = 1;

/** A part of a picture, in pixels; rows are counted in the order in which they are stored. */
export interface Region {
  /** The left edge. */
  readonly x: number;
  /** The first row. */
  readonly y: number;
  /** Columns, at least 1. */
  readonly width: number;
  /** Rows, at least 1. */
  readonly height: number;
}

/** An encoded frame, without its channel and its number. */
export interface VideoFrame extends Region {
  /** A value of `VIDEO_FORMAT`. */
  readonly format: number;
  /** Width of the whole surface in pixels. */
  readonly surfaceWidth: number;
  /** Height of the whole surface in pixels. */
  readonly surfaceHeight: number;
  /** A set of `VIDEO_FLAG`. */
  readonly flags: number;
  /** Bytes after decompression; the length of the payload for raw formats. */
  readonly expandedLength: number;
  /** The encoded content; valid until its encoder makes the next frame. */
  readonly payload: Uint8Array;
  /** Bytes of payload in one packet; whole pixels for raw formats. */
  readonly chunkBytes: number;
}
