/**
 * The compressed pixel formats: a full region (9) and the difference to the previous one (8).
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { withInflated } from "./inflate.ts";
import { type PackedPixels, packedPixels, xorRgb } from "./pixels.ts";
import { expandRgb, xorRgbSparse } from "./simd/pixels.ts";
import type { Surface } from "./surface.ts";
import type { FrameDecoder, FrameHeader } from "./types.ts";
import { checkCompressedLength, checkPixelLength, checkRegion } from "./validate.ts";

const BYTES_PER_PIXEL = 3;

function validate(header: FrameHeader): void {
  checkRegion(header);
  checkPixelLength(header, BYTES_PER_PIXEL);
  checkCompressedLength(header);
}

function draw(
  header: FrameHeader,
  payload: Uint8Array,
  surface: Surface,
  loop: typeof expandRgb,
  sparseLoop: typeof expandRgb,
): void {
  withInflated(payload, header.expandedLength, (content) => {
    drawContent(header, packedPixels(content), surface, loop, sparseLoop);
  });
}

function drawContent(
  header: FrameHeader,
  source: PackedPixels,
  surface: Surface,
  loop: typeof expandRgb,
  sparseLoop: typeof expandRgb,
): void {
  const canvas = surface.beginPixels(header);
  const { x, y, width, height } = header;
  const run = canvas.opaque ? sparseLoop : loop;
  if (width === canvas.width) {
    // Rows of the full width lie one behind the other: they are one run.
    run(source, 0, canvas.words, y * width, width * height);
    canvas.opaque ||= height === canvas.height;
  } else {
    for (let row = 0; row < height; row++) {
      const at = (y + row) * canvas.width + x;
      run(source, row * width * BYTES_PER_PIXEL, canvas.words, at, width);
    }
  }
  surface.endPixels(header);
}

/** Format 9: one zstd frame with the R, G, B bytes of the region. */
export const zstdDecoder: FrameDecoder = {
  validate,
  decode(header: FrameHeader, payload: Uint8Array, surface: Surface): void {
    draw(header, payload, surface, expandRgb, expandRgb);
  },
};

/**
 * Format 8: one zstd frame with the R, G, B bytes of the region, XORed with what was there.
 *
 * DEVIATION: the reference XORs onto whatever memory a new surface has. Pinned by "a delta frame
 * without a frame before it is refused".
 */
export const zstdDeltaDecoder: FrameDecoder = {
  validate,
  decode(header: FrameHeader, payload: Uint8Array, surface: Surface): void {
    if (!surface.hasBase(header)) {
      throw new StreamError(
        "no-base-frame",
        `a delta frame without a full one of ${header.surfaceWidth}x${header.surfaceHeight} before it`,
      );
    }
    draw(header, payload, surface, xorRgb, xorRgbSparse);
  },
};
