/**
 * The compressed formats of pixels: a region (9), and its difference to the frame before (8).
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { inflate } from "./inflate.ts";
import { inflatePieces } from "./inflate_pieces.ts";
import type { PixelFormat } from "./pixel_decoder.ts";
import { pixelDecoder } from "./pixel_decoder.ts";
import { expandRgb, xorRgb } from "./simd/pixels.ts";
import type { FrameDecoder } from "./frame_decoder.ts";
import type { FrameHeader } from "./frame_header.ts";
import { checkCompressedLength } from "./validate.ts";
import { readSizedPayload } from "./zstd_frame.ts";

const COMPRESSED: Omit<PixelFormat, "draw"> = {
  bytesPerPixel: 3,
  isOpaque: true,
  checkLength: checkCompressedLength,
  checkPayload: ({ expandedLength }, payload) => void readSizedPayload(payload, expandedLength),
  content: ({ expandedLength }, payload) => inflate(payload, expandedLength),
  pieces: ({ expandedLength }, payload, pieceBytes) =>
    inflatePieces(payload, expandedLength, pieceBytes),
};

/** Format 9: zstd with the R, G, B bytes of the region. */
export const zstdDecoder: FrameDecoder = pixelDecoder({ ...COMPRESSED, draw: expandRgb });

/**
 * Format 8: zstd with the R, G, B bytes of the region, XORed with the previous ones.
 *
 * DEVIATION: the reference XORs onto the uninitialised memory of a new surface. Pinned by "a delta
 * frame without a frame before it is refused".
 */
export const zstdDeltaDecoder: FrameDecoder = pixelDecoder({
  ...COMPRESSED,
  checkBase(header: FrameHeader, surface): void {
    if (surface.hasBase(header)) return;
    throw new StreamError(
      "no-base-frame",
      `a delta frame without a full one of ${header.surfaceWidth}x${header.surfaceHeight} before it`,
    );
  },
  draw: xorRgb,
});
