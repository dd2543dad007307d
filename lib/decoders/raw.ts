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
import type { PixelFormat } from "./pixel_decoder.ts";
import { pixelDecoder } from "./pixel_decoder.ts";
import { packedPixels } from "./pixels.ts";
import { expandRgb, expandRgb565 } from "./simd/pixels.ts";
import type { FrameDecoder } from "./frame_decoder.ts";
import type { FrameHeader } from "./frame_header.ts";

function rawDecoder(
  bytesPerPixel: number,
  isOpaque: boolean,
  runOf: PixelFormat["runOf"],
): FrameDecoder {
  return pixelDecoder({
    bytesPerPixel,
    isOpaque,
    checkLength(header: FrameHeader): void {
      if (header.length === header.expandedLength) return;
      throw new StreamError(
        "bad-length",
        `raw pixels take ${header.expandedLength} bytes, the header says ${header.length}`,
      );
    },
    content: (_header, payload) => payload,
    *pieces(_header, payload, pieceBytes) {
      const step = pieceBytes - pieceBytes % bytesPerPixel;
      for (let at = 0; at < payload.length; at += step) yield payload.subarray(at, at + step);
    },
    runOf,
  });
}

/** Format 0: R, G, B, A bytes; a frame of the whole surface needs no decoding. */
export const rgbaDecoder: FrameDecoder = {
  ...rawDecoder(4, false, (payload, canvas) => (from, at, count) => {
    canvas.bytes.set(payload.subarray(from * 4, (from + count) * 4), at * 4);
  }),
  isPicture: ({ width, height, surfaceWidth, surfaceHeight }) =>
    width === surfaceWidth && height === surfaceHeight,
};

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
