/**
 * How the pixels of a rectangle are compressed; README.md has the measurements behind it.
 *
 * @module
 */

import { deflateRawSync } from "node:zlib";
import { CODEC } from "./protocol.ts";

/** How fast the line of a viewer is. */
export type Line = "slow" | "fast" | "local";

export interface CompressTask {
  /** Rows of pixels; owned by the compressor from here on. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of one row. */
  readonly stride: number;
  /** One of {@linkcode CODEC}. */
  readonly codec: number;
}

export type Compressed = Pick<CompressTask, "bytes" | "codec">;

/** A tenth of a millisecond of work. */
const SAMPLE_BYTES = 32_768;
/** What compresses to less than this share of its size is compressed as it is. */
const EASY = 0.6;
/** What does not compress to less than this share is not compressed. */
const USELESS = 0.95;

/** Chooses by a sample what takes the least time from here to the screen of the viewer. */
export function codecFor(bytes: Uint8Array, stride: number, line: Line): number {
  if (line === "local") return CODEC.raw;
  if (bytes.length <= SAMPLE_BYTES) return CODEC.deflate;
  const sample = sampleOf(bytes, stride);
  if (shareOf(sample) < EASY) return CODEC.deflate;
  if (line === "fast" || shareOf(upFilter(sample, stride)) > USELESS) return CODEC.raw;
  return CODEC.deflateUp;
}

/** Compresses pixels, unless that makes them larger. */
export function compress({ bytes, stride, codec }: CompressTask): Compressed {
  if (codec === CODEC.raw) return { codec, bytes };
  const packed = deflate(codec === CODEC.deflateUp ? upFilter(bytes, stride) : bytes);
  return packed.length < bytes.length ? { codec, bytes: packed } : { codec: CODEC.raw, bytes };
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
