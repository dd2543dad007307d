/**
 * What a source draws: a picture or a part of it, and the frame that it becomes on the wire.
 *
 * @module
 */

import { VIDEO_CHUNK_BYTES, VIDEO_FLAG } from "../wire/constants.ts";

/** Pixels to be sent. */
export interface Picture {
  /** Width in pixels, 1 to 8192. */
  readonly width: number;
  /** Height in pixels, 1 to 8192. */
  readonly height: number;
  /** `width * height * 4` bytes R, G, B, A, row after row. */
  readonly rgba: Uint8Array;
  /** Whether the rows are stored bottom up. */
  readonly origoLowerLeft?: boolean;
}

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

/** One frame ready to be sent, but for its channel and its number. */
export interface VideoFrame extends Region {
  /** A value of `VIDEO_FORMAT`. */
  readonly format: number;
  /** Width of the whole surface in pixels. */
  readonly surfaceWidth: number;
  /** Height of the whole surface in pixels. */
  readonly surfaceHeight: number;
  /** A set of `VIDEO_FLAG`. */
  readonly flags: number;
  /** Bytes after decompression; those of the payload for raw formats. */
  readonly expandedLength: number;
  /** The encoded content; valid until the encoder that made it makes the next. */
  readonly payload: Uint8Array;
  /** How many bytes of payload go into one packet. */
  readonly chunkBytes: number;
}

/** Turns the pictures of one channel into frames. */
export interface PictureEncoder {
  /**
   * Encodes what is to be shown next.
   *
   * @param picture The whole picture; read during the call, and until the frame is sent when the
   *   format is `raw`.
   * @param dirty The part that has changed; all of it when absent. The whole picture is sent in any
   *   case when a format needs that.
   */
  encode(picture: Picture, dirty?: Region): VideoFrame;
}

/** The packet size of compressed formats, in bytes of payload. */
export const COMPRESSED_CHUNK_BYTES: number = VIDEO_CHUNK_BYTES;

/**
 * The packet size of raw formats: whole pixels, as many as fit beside the packet's head.
 *
 * @param pixelBytes Bytes of one pixel.
 */
export function rawChunkBytes(pixelBytes: number): number {
  return Math.floor((VIDEO_CHUNK_BYTES - 7) / pixelBytes) * pixelBytes;
}

/**
 * The part of a picture to be sent.
 *
 * @param picture The picture.
 * @param dirty What has changed; one that leaves the picture stands for all of it, as with arcan.
 * @returns The region; the whole picture when `dirty` is absent.
 */
export function regionOf({ width, height }: Picture, dirty?: Region): Region {
  const isInside = dirty !== undefined && dirty.x >= 0 && dirty.y >= 0 && dirty.width > 0 &&
    dirty.height > 0 && dirty.x + dirty.width <= width && dirty.y + dirty.height <= height;
  return isInside ? dirty : { x: 0, y: 0, width, height };
}

/**
 * The flags of a frame with a picture.
 *
 * @param picture The picture.
 */
export function flagsOf(picture: Picture): number {
  return picture.origoLowerLeft ? VIDEO_FLAG.origoLowerLeft : 0;
}
