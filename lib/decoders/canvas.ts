/**
 * Pixels that decoders write to.
 *
 * @module
 */

import { loopsOn, type VectorLoops } from "./simd/memory.ts";

/** A rectangle of a canvas, in pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest region that has both. */
export function joined(a: Region, b: Region): Region {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

/** A picture in the order of rows on the wire. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** R, G, B, A bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, one little-endian word a pixel. */
  readonly words: Int32Array<ArrayBuffer>;
  /** The vector loops that draw on it; `undefined` in ordinary memory. */
  readonly loops: VectorLoops | undefined;
  /** Whether a frame was drawn; delta frames need one before them. */
  hasBase = false;
  /** Whether every alpha byte is known to be 255. */
  opaque = false;

  /** @param bytes `width * height * 4` bytes at the start of their buffer; owned by the canvas from now on. */
  constructor(width: number, height: number, bytes: Uint8Array<ArrayBuffer>) {
    this.width = width;
    this.height = height;
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer, 0, width * height);
    this.loops = loopsOn(bytes);
  }
}
