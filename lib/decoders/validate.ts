/**
 * The checks of a frame header that formats share.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { MAX_SURFACE_SIDE_PX } from "../limits.ts";
import type { FrameHeader } from "./frame_header.ts";

/** How much longer than its content a compressed frame may be (arcan `a12_decode.c`). */
const COMPRESSED_SLACK_BYTES = 24;

/** zstd adds at most one byte to this many bytes that it cannot compress. */
const BYTES_PER_BYTE_OF_GROWTH = 256;

/** The shortest zstd frame: magic, descriptor, content size and the head of one block. */
const MIN_ZSTD_FRAME_BYTES = 9;

/**
 * Checks the size of the surface, and that the region lies inside it.
 *
 * DEVIATION: the reference checks the first pixel of the region only; its far corner may lie outside
 * the surface. Pinned by "a region that leaves the surface is refused".
 *
 * @throws {StreamError} `bad-surface-size` or `region-outside-surface`.
 */
export function checkRegion(header: FrameHeader): void {
  const { surfaceWidth, surfaceHeight, x, y, width, height } = header;
  if (
    surfaceWidth < 1 || surfaceHeight < 1 ||
    surfaceWidth > MAX_SURFACE_SIDE_PX || surfaceHeight > MAX_SURFACE_SIDE_PX
  ) {
    throw new StreamError(
      "bad-surface-size",
      `a surface of ${surfaceWidth}x${surfaceHeight} pixels; each side may have 1 to ${MAX_SURFACE_SIDE_PX}`,
    );
  }
  if (width < 1 || height < 1 || x + width > surfaceWidth || y + height > surfaceHeight) {
    throw new StreamError(
      "region-outside-surface",
      `the region ${width}x${height} at ${x},${y} does not lie in the surface of ${surfaceWidth}x${surfaceHeight}`,
    );
  }
}

/**
 * Checks the announced size of uncompressed pixels.
 *
 * @throws {StreamError} `bad-expanded-length`.
 */
export function checkPixelLength(header: FrameHeader, bytesPerPixel: number): void {
  const expected = header.width * header.height * bytesPerPixel;
  if (header.expandedLength !== expected) {
    throw new StreamError(
      "bad-expanded-length",
      `${header.width}x${header.height} pixels of ${bytesPerPixel} bytes take ${expected} bytes, ` +
        `the header says ${header.expandedLength}`,
    );
  }
}

/**
 * Checks the length of a compressed payload against its `expandedLength`, which must have been checked.
 *
 * DEVIATION: the reference allows 24 bytes more for any size, and loses large pictures of noise.
 * Pinned by "a picture of noise, which zstd makes longer, is drawn".
 *
 * @throws {StreamError} `bad-length`.
 */
export function checkCompressedLength(header: FrameHeader): void {
  const growth = Math.floor(header.expandedLength / BYTES_PER_BYTE_OF_GROWTH);
  const most = header.expandedLength + COMPRESSED_SLACK_BYTES + growth;
  if (header.length < MIN_ZSTD_FRAME_BYTES || header.length > most) {
    throw new StreamError(
      "bad-length",
      `${header.length} compressed bytes are outside ${MIN_ZSTD_FRAME_BYTES} to ${most}`,
    );
  }
}
