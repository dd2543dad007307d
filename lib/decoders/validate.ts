/**
 * The checks of a frame header that all formats share.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { MAX_SURFACE_SIDE_PX } from "../limits.ts";
import type { FrameHeader } from "./frame_header.ts";

/** A compressed frame may be this much longer than its content (arcan `a12_decode.c`). */
const COMPRESSED_SLACK_BYTES = 24;

/** zstd adds at most one byte to so many of a content that it cannot compress. */
const BYTES_PER_BYTE_OF_GROWTH = 256;

/** Magic, descriptor, content size and the head of one block: no zstd frame is shorter. */
const MIN_ZSTD_FRAME_BYTES = 9;

/**
 * Checks that the surface has a size that a segment can have and that the region lies inside it.
 *
 * DEVIATION: the reference compares the first pixel of the region alone and lets its far corner
 * leave the surface. Pinned by "a region that leaves the surface is refused".
 *
 * @param header The announced frame.
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
      `a surface of ${surfaceWidth}x${surfaceHeight} is outside 1x1 to ${MAX_SURFACE_SIDE_PX}x${MAX_SURFACE_SIDE_PX}`,
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
 * @param header The announced frame.
 * @param bytesPerPixel Bytes of one pixel in the content.
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
 * Checks the length of a compressed payload against what it expands to.
 *
 * DEVIATION: the reference allows the same 24 bytes for every size and loses large pictures of noise.
 * Pinned by "a picture of noise, which zstd makes longer, is drawn".
 *
 * @param header The announced frame, its `expandedLength` checked before.
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
