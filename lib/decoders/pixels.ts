/**
 * The inner loops: packed pixels of the wire into R, G, B, A words. `simd/pixels.ts` has the same
 * functions for long runs.
 *
 * They read whole words, so the source must be aligned and the machine little-endian, as all
 * platforms of Deno are. Three words hold four RGB pixels: `R0 G0 B0 R1 | G1 B1 R2 G2 | B2 R3 G3 B3`.
 *
 * @module
 */

import { Buffer } from "node:buffer";

const OPAQUE = 0xff000000 | 0;
const RGB = 0xffffff;

/** Pixels of one native comparison with zeros; a call costs 0.1 µs besides the scan. */
export const BLOCK_PIXELS = 2_048;
const BLOCK_WORDS = BLOCK_PIXELS * 3 / 4;
/** One block without a change. */
export const ZEROS: Buffer = Buffer.alloc(BLOCK_PIXELS * 3);

/** Packed pixels as bytes and as the whole words of the same memory. */
export interface PackedPixels {
  /** Aligned to 4. */
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

/** @param bytes Packed pixels; copied when they are not aligned. */
export function packedPixels(bytes: Uint8Array): PackedPixels {
  const aligned = (bytes.byteOffset & 3) === 0 ? bytes : bytes.slice();
  return {
    bytes: aligned,
    words: new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2),
  };
}

/**
 * Writes RGB pixels as opaque RGBA.
 *
 * @param source The packed pixels.
 * @param from Offset of the first pixel in bytes.
 * @param target One word a pixel.
 * @param at Index of the first pixel to write.
 * @param count Number of pixels.
 */
export function expandRgb(
  source: PackedPixels,
  from: number,
  target: Int32Array,
  at: number,
  count: number,
): void {
  const { bytes, words } = source;
  const end = at + count;
  for (; (from & 3) !== 0 && at < end; at++, from += 3) target[at] = rgbAt(bytes, from) | OPAQUE;
  const wideEnd = end - 3;
  let word = from >> 2;
  for (; at < wideEnd; at += 4, word += 3) {
    const a = words[word]!;
    const b = words[word + 1]!;
    const c = words[word + 2]!;
    target[at] = a | OPAQUE;
    target[at + 1] = (a >>> 24) | (b << 8) | OPAQUE;
    target[at + 2] = (b >>> 16) | (c << 16) | OPAQUE;
    target[at + 3] = (c >>> 8) | OPAQUE;
  }
  for (from = word << 2; at < end; at++, from += 3) target[at] = rgbAt(bytes, from) | OPAQUE;
}

/**
 * XORs RGB pixels onto RGBA and makes them opaque.
 *
 * @param source The packed differences.
 * @param from Offset of the first pixel in bytes.
 * @param target One word a pixel.
 * @param at Index of the first pixel to change.
 * @param count Number of pixels.
 */
export function xorRgb(
  source: PackedPixels,
  from: number,
  target: Int32Array,
  at: number,
  count: number,
): void {
  const { bytes, words } = source;
  const end = at + count;
  for (; (from & 3) !== 0 && at < end; at++, from += 3) {
    target[at] = (target[at]! ^ rgbAt(bytes, from)) | OPAQUE;
  }
  let word = from >> 2;
  for (const wideEnd = end - 3; at < wideEnd; at += 4, word += 3) {
    const a = words[word]!;
    const b = words[word + 1]!;
    const c = words[word + 2]!;
    target[at] = (target[at]! ^ a) | OPAQUE;
    target[at + 1] = (target[at + 1]! ^ ((a >>> 24) | (b << 8))) | OPAQUE;
    target[at + 2] = (target[at + 2]! ^ ((b >>> 16) | (c << 16))) | OPAQUE;
    target[at + 3] = (target[at + 3]! ^ (c >>> 8)) | OPAQUE;
  }
  for (from = word << 2; at < end; at++, from += 3) {
    target[at] = (target[at]! ^ rgbAt(bytes, from)) | OPAQUE;
  }
}

/**
 * XORs RGB pixels onto RGBA that is opaque already, and skips runs without a change: a delta of a
 * whole desktop is mostly zeros.
 *
 * @param source The packed differences.
 * @param from Offset of the first pixel in bytes.
 * @param target One word a pixel, every alpha byte 255.
 * @param at Index of the first pixel to change.
 * @param count Number of pixels.
 */
export function xorRgbSparse(
  source: PackedPixels,
  from: number,
  target: Int32Array,
  at: number,
  count: number,
): void {
  const { bytes, words } = source;
  const end = at + count;
  for (; (from & 3) !== 0 && at < end; at++, from += 3) target[at]! ^= rgbAt(bytes, from);
  let word = from >> 2;
  if (end - at >= BLOCK_PIXELS) {
    const native = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (; end - at >= BLOCK_PIXELS; at += BLOCK_PIXELS, word += BLOCK_WORDS) {
      const start = word << 2;
      if (native.compare(ZEROS, 0, ZEROS.length, start, start + ZEROS.length) !== 0) {
        xorWords(words, word, target, at, at + BLOCK_PIXELS);
      }
    }
  }
  const tail = (end - at) & 3;
  xorWords(words, word, target, at, end - tail);
  word += (end - tail - at) / 4 * 3;
  at = end - tail;
  for (from = word << 2; at < end; at++, from += 3) target[at]! ^= rgbAt(bytes, from);
}

function xorWords(
  words: Int32Array,
  word: number,
  target: Int32Array,
  at: number,
  end: number,
): void {
  for (; at < end; at += 4, word += 3) {
    const a = words[word]!;
    const b = words[word + 1]!;
    const c = words[word + 2]!;
    target[at]! ^= a & RGB;
    target[at + 1]! ^= (a >>> 24) | ((b << 8) & RGB);
    target[at + 2]! ^= (b >>> 16) | ((c << 16) & RGB);
    target[at + 3]! ^= c >>> 8;
  }
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

/**
 * Writes RGB565 pixels as opaque RGBA.
 *
 * @param source One little-endian value a pixel, red in the high bits.
 * @param from Index of the first pixel to read.
 * @param target One word a pixel.
 * @param at Index of the first pixel to write.
 * @param count Number of pixels.
 */
export function expandRgb565(
  source: Uint16Array,
  from: number,
  target: Int32Array,
  at: number,
  count: number,
): void {
  const table = table565();
  const end = at + count;
  for (; at < end; at++, from++) target[at] = table[source[from]!]!;
}
