/**
 * The uncompressed formats: RGBA, RGB and RGB565.
 *
 * DEVIATION: the reference shortens the first row of a region that does not start at the left edge
 * and paints the rest askew (arcan `a12_decode.c`, `a12int_unpack_vbuffer`). Pinned by "rgba:
 * every frame gives the picture" and its siblings.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { packedPixels } from "./pixels.ts";
import { expandRgb, expandRgb565 } from "./simd/pixels.ts";
import type { Canvas, Surface } from "./surface.ts";
import type { FrameDecoder, FrameHeader } from "./types.ts";
import { checkPixelLength, checkRegion } from "./validate.ts";

/** Draws `count` pixels that begin at pixel `from` of the payload to pixel `at` of the canvas. */
type Run = (from: number, at: number, count: number) => void;

function rawDecoder(
  bytesPerPixel: number,
  opaque: boolean,
  runs: (payload: Uint8Array, canvas: Canvas) => Run,
): FrameDecoder {
  return {
    validate(header: FrameHeader): void {
      checkRegion(header);
      checkPixelLength(header, bytesPerPixel);
      if (header.length !== header.expandedLength) {
        throw new StreamError(
          "bad-length",
          `raw pixels take ${header.expandedLength} bytes, the header says ${header.length}`,
        );
      }
    },
    decode(header: FrameHeader, payload: Uint8Array, surface: Surface): void {
      const canvas = surface.beginPixels(header);
      const run = runs(payload, canvas);
      const { x, y, width, height } = header;
      if (width === canvas.width) {
        run(0, y * width, width * height);
        if (height === canvas.height) canvas.opaque = opaque;
      } else {
        for (let row = 0; row < height; row++) {
          run(row * width, (y + row) * canvas.width + x, width);
        }
      }
      canvas.opaque &&= opaque;
      surface.endPixels(header);
    },
  };
}

/** Format 0: R, G, B, A bytes. */
export const rgbaDecoder: FrameDecoder = rawDecoder(4, false, (payload, canvas) => {
  return (from, at, count) => {
    canvas.bytes.set(payload.subarray(from * 4, (from + count) * 4), at * 4);
  };
});

/** Format 1: R, G, B bytes; every pixel is opaque. */
export const rgbDecoder: FrameDecoder = rawDecoder(3, true, (payload, canvas) => {
  const source = packedPixels(payload);
  return (from, at, count) => expandRgb(source, from * 3, canvas.words, at, count);
});

/** Format 2: 16-bit pixels; every pixel is opaque. */
export const rgb565Decoder: FrameDecoder = rawDecoder(2, true, (payload, canvas) => {
  const { bytes } = packedPixels(payload);
  const source = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  return (from, at, count) => expandRgb565(source, from, canvas.words, at, count);
});
