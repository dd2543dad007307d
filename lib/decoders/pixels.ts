/**
 * The loops that draw packed pixels of the wire as R, G, B, A words. `simd/pixels.ts` has the same
 * functions for large canvases.
 *
 * They read whole words, so the content must be aligned and the machine little-endian, as all
 * platforms of Deno are. Three words hold four RGB pixels: `R0 G0 B0 R1 | G1 B1 R2 G2 | B2 R3 G3 B3`.
 *
 * @module
 */

import type { Canvas, Region } from "./canvas.ts";

/**
 * Draws packed pixels onto a region.
 *
 * @param content The pixels of the region, row after row; borrowed for the call.
 * @param region Lies on the canvas.
 */
export type PixelLoop = (content: Uint8Array, canvas: Canvas, region: Region) => void;

const OPAQUE = 0xff000000 | 0;

/** Calls `draw` for each run of pixels that follow each other in the content and on the canvas. */
function eachRun(
  { width: canvasWidth }: Canvas,
  { x, y, width, height }: Region,
  draw: (from: number, at: number, count: number) => void,
): void {
  if (width === canvasWidth) return draw(0, y * width, width * height);
  for (let row = 0; row < height; row++) draw(row * width, (y + row) * canvasWidth + x, width);
}

/** Copies content that is not aligned to words. */
function aligned(content: Uint8Array): Uint8Array {
  return (content.byteOffset & 3) === 0 ? content : content.slice();
}

/** Writes RGB pixels as opaque RGBA. */
export const expandRgb: PixelLoop = (content, canvas, region) => {
  drawRgb(content, canvas, region, 0);
};

/** XORs RGB pixels onto RGBA and makes them opaque. */
export const xorRgb: PixelLoop = (content, canvas, region) => {
  drawRgb(content, canvas, region, -1);
};

/** @param kept The bits of the old pixels that the new ones are XORed onto: none or all. */
function drawRgb(content: Uint8Array, canvas: Canvas, region: Region, kept: 0 | -1): void {
  const bytes = aligned(content);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const target = canvas.words;
  eachRun(canvas, region, (first, at, count) => {
    const end = at + count;
    let from = first * 3;
    for (; (from & 3) !== 0 && at < end; at++, from += 3) {
      target[at] = ((target[at]! & kept) ^ rgbAt(bytes, from)) | OPAQUE;
    }
    let word = from >> 2;
    for (; at < end - 3; at += 4, word += 3) {
      const a = words[word]!;
      const b = words[word + 1]!;
      const c = words[word + 2]!;
      target[at] = ((target[at]! & kept) ^ a) | OPAQUE;
      target[at + 1] = ((target[at + 1]! & kept) ^ ((a >>> 24) | (b << 8))) | OPAQUE;
      target[at + 2] = ((target[at + 2]! & kept) ^ ((b >>> 16) | (c << 16))) | OPAQUE;
      target[at + 3] = ((target[at + 3]! & kept) ^ (c >>> 8)) | OPAQUE;
    }
    for (from = word << 2; at < end; at++, from += 3) {
      target[at] = ((target[at]! & kept) ^ rgbAt(bytes, from)) | OPAQUE;
    }
  });
}

function rgbAt(bytes: Uint8Array, from: number): number {
  return bytes[from]! | (bytes[from + 1]! << 8) | (bytes[from + 2]! << 16);
}

let rgb565Table: Int32Array | undefined;

/** All 16-bit pixels as words; a look-up is twice as fast as the arithmetic. */
function table565(): Int32Array {
  if (rgb565Table !== undefined) return rgb565Table;
  const table = new Int32Array(65_536);
  for (let pixel = 0; pixel < table.length; pixel++) {
    const red = Math.round((pixel >> 11) * 255 / 31);
    const green = Math.round(((pixel >> 5) & 63) * 255 / 63);
    const blue = Math.round((pixel & 31) * 255 / 31);
    table[pixel] = OPAQUE | (blue << 16) | (green << 8) | red;
  }
  return rgb565Table = table;
}

/** Writes RGB565 pixels, red in the high bits of a little-endian value, as opaque RGBA. */
export const expandRgb565: PixelLoop = (content, canvas, region) => {
  const bytes = aligned(content);
  const source = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  const target = canvas.words;
  const table = table565();
  eachRun(canvas, region, (from, at, count) => {
    const end = at + count;
    for (; at < end; at++, from++) target[at] = table[source[from]!]!;
  });
};
