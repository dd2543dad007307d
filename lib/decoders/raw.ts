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
import type { Canvas, Region } from "./canvas.ts";
import { pixelDecoder } from "./pixel_decoder.ts";
import type { PixelLoop } from "./pixels.ts";
import { expandRgb, expandRgb565 } from "./simd/pixels.ts";
import type { FrameDecoder } from "./frame_decoder.ts";
import type { FrameHeader } from "./frame_header.ts";

function rawDecoder(
  bytesPerPixel: number,
  isOpaque: boolean,
  draw: PixelLoop,
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
      for (let at = 0; at < payload.length; at += pieceBytes) {
        yield payload.subarray(at, at + pieceBytes);
      }
    },
    draw,
  });
}

function copyRgba(content: Uint8Array, canvas: Canvas, { x, y, width, height }: Region): void {
  const rowBytes = width * 4;
  if (width === canvas.width) return canvas.bytes.set(content, y * rowBytes);
  for (let row = 0; row < height; row++) {
    const pixels = content.subarray(row * rowBytes, (row + 1) * rowBytes);
    canvas.bytes.set(pixels, ((y + row) * canvas.width + x) * 4);
  }
}

/** Format 0: R, G, B, A bytes; a frame of the whole surface needs no decoding. */
export const rgbaDecoder: FrameDecoder = {
  ...rawDecoder(4, false, copyRgba),
  isPicture: ({ width, height, surfaceWidth, surfaceHeight }) =>
    width === surfaceWidth && height === surfaceHeight,
};

/** Format 1: R, G, B bytes; every pixel is opaque. */
export const rgbDecoder: FrameDecoder = rawDecoder(3, true, expandRgb);

/** Format 2: 16-bit pixels; every pixel is opaque. */
export const rgb565Decoder: FrameDecoder = rawDecoder(2, true, expandRgb565);
