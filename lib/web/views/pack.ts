/**
 * Regions of a surface as rows of R, G, B bytes, or R, G, B, A bytes where a pixel is transparent.
 *
 * @module
 */

import type { Region } from "../../decoders/canvas.ts";

/** The pixels that a surface presents. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** R, G, B, A bytes at the start of their buffer. */
  readonly rgba: Uint8Array<ArrayBuffer>;
  /** Whether the first row is the lowest one. */
  readonly bottomUp: boolean;
}

/** Rows from the top. */
export interface Packed {
  readonly channels: 3 | 4;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A width of whole groups of this many pixels is packed quickly. */
const GROUP = 4;
const OPAQUE = 0xff000000;

/** Makes a region a little wider, so that it is packed quickly. */
export function widened(region: Region, surfaceWidth: number): Region {
  const width = Math.min(Math.ceil(region.width / GROUP) * GROUP, surfaceWidth);
  return { ...region, x: Math.min(region.x, surfaceWidth - width), width };
}

/** @param region Its rows from the top. */
export function pack(pixels: Pixels, region: Region): Packed {
  const rgb = region.width % GROUP === 0 ? packGroups(pixels, region) : packBytes(pixels, region);
  return rgb === undefined
    ? { channels: 4, bytes: packAll(pixels, region) }
    : { channels: 3, bytes: rgb };
}

/** @returns `undefined` when a pixel is transparent. */
function packGroups(
  { rgba, ...pixels }: Pixels,
  { x, y, width, height }: Region,
): Uint8Array<ArrayBuffer> | undefined {
  const from = new Int32Array(rgba.buffer, rgba.byteOffset, rgba.length >> 2);
  const words = new Int32Array(width * height * 3 >> 2);
  let alpha = OPAQUE;
  let to = 0;
  for (let row = y; row < y + height; row++) {
    const start = rowOf(pixels, row) * pixels.width + x;
    for (let at = start; at < start + width; at += GROUP) {
      const a = from[at]!, b = from[at + 1]!, c = from[at + 2]!, d = from[at + 3]!;
      alpha &= a & b & c & d;
      words[to++] = (a & 0xffffff) | (b << 24);
      words[to++] = ((b >>> 8) & 0xffff) | (c << 16);
      words[to++] = ((c >>> 16) & 0xff) | (d << 8);
    }
  }
  return alpha === (OPAQUE | 0) ? new Uint8Array(words.buffer) : undefined;
}

/** @returns `undefined` when a pixel is transparent. */
function packBytes(
  { rgba, ...pixels }: Pixels,
  { x, y, width, height }: Region,
): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(width * height * 3);
  let to = 0;
  for (let row = y; row < y + height; row++) {
    const start = (rowOf(pixels, row) * pixels.width + x) * 4;
    for (let at = start; at < start + width * 4; at += 4) {
      if (rgba[at + 3] !== 0xff) return undefined;
      bytes[to++] = rgba[at]!;
      bytes[to++] = rgba[at + 1]!;
      bytes[to++] = rgba[at + 2]!;
    }
  }
  return bytes;
}

function packAll({ rgba, ...pixels }: Pixels, { x, y, width, height }: Region) {
  const bytes = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row++) {
    const start = (rowOf(pixels, y + row) * pixels.width + x) * 4;
    bytes.set(rgba.subarray(start, start + width * 4), row * width * 4);
  }
  return bytes;
}

/** Where a row, counted from the top, is stored. */
function rowOf({ height, bottomUp }: Omit<Pixels, "rgba">, row: number): number {
  return bottomUp ? height - 1 - row : row;
}
