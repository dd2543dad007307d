/**
 * How the pixels of a rectangle are compressed; README.md has the measurements behind it.
 *
 * @module
 */

import { deflateRawSync } from "node:zlib";
import { CODEC } from "./protocol.ts";

export interface CompressTask {
  /** Rows of pixels; owned by the compressor from here on. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of one row. */
  readonly stride: number;
  /** Whether the line is so fast that bytes cost less than the time to compress a photo. */
  readonly isFast: boolean;
}

export interface Compressed {
  /** One of {@linkcode CODEC}. */
  readonly codec: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A tenth of a millisecond of work. */
const SAMPLE_BYTES = 32_768;
/** What compresses to less than this share of its size is compressed as it is. */
const EASY = 0.6;
/** What does not compress to less than this share is not compressed. */
const USELESS = 0.95;

/** Compresses pixels: desktops and text always, photos and films for slow lines, noise never. */
export function compress({ bytes, stride, isFast }: CompressTask): Compressed {
  if (bytes.length <= SAMPLE_BYTES || shareOf(sampleOf(bytes, stride)) < EASY) {
    return smaller(CODEC.deflate, deflate(bytes), bytes);
  }
  if (isFast || shareOf(upFilter(sampleOf(bytes, stride), stride)) > USELESS) {
    return { codec: CODEC.raw, bytes };
  }
  return smaller(CODEC.deflateUp, deflate(upFilter(bytes, stride)), bytes);
}

function smaller(codec: number, packed: Uint8Array<ArrayBuffer>, raw: Uint8Array<ArrayBuffer>) {
  return packed.length < raw.length ? { codec, bytes: packed } : { codec: CODEC.raw, bytes: raw };
}

/** Whole rows from the middle. */
function sampleOf(bytes: Uint8Array, stride: number): Uint8Array {
  const rows = bytes.length / stride;
  const count = Math.max(1, Math.floor(SAMPLE_BYTES / stride));
  const first = Math.max(0, Math.floor((rows - count) / 2));
  return bytes.subarray(first * stride, (first + count) * stride);
}

function shareOf(sample: Uint8Array): number {
  return deflate(sample).length / sample.length;
}

function deflate(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  // A level above takes nearly twice the time for a sixth less.
  const { buffer, byteOffset, length } = deflateRawSync(bytes, { level: 1 });
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

/** Replaces each row but the first by its difference to the row above. */
function upFilter(bytes: Uint8Array, stride: number): Uint8Array {
  const filtered = new Uint8Array(bytes.length);
  filtered.set(bytes.subarray(0, stride));
  for (let at = stride; at < bytes.length; at++) filtered[at] = bytes[at]! - bytes[at - stride]!;
  return filtered;
}
