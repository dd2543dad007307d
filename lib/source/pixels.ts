/**
 * Pixels of a picture in the order and depth of the wire.
 *
 * @module
 */

import type { Picture, Region } from "./frame.ts";

/**
 * Copies R, G, B, A bytes of a region.
 *
 * @param picture Where to read.
 * @param region What to read.
 * @param out Where to write 4 bytes a pixel, from its start.
 */
export function packRgba({ rgba, width }: Picture, region: Region, out: Uint8Array): void {
  const rowBytes = region.width * 4;
  for (let row = 0; row < region.height; row++) {
    const from = ((region.y + row) * width + region.x) * 4;
    out.set(rgba.subarray(from, from + rowBytes), row * rowBytes);
  }
}

/**
 * Packs R, G, B bytes of a region.
 *
 * @param picture Where to read.
 * @param region What to read.
 * @param out Where to write 3 bytes a pixel, from its start.
 */
export function packRgb({ rgba, width }: Picture, region: Region, out: Uint8Array): void {
  let to = 0;
  for (let row = 0; row < region.height; row++) {
    let from = ((region.y + row) * width + region.x) * 4;
    for (const end = from + region.width * 4; from < end; from += 4, to += 3) {
      out[to] = rgba[from]!;
      out[to + 1] = rgba[from + 1]!;
      out[to + 2] = rgba[from + 2]!;
    }
  }
}

/**
 * Packs 16-bit pixels of a region, R in the high bits, little-endian.
 *
 * @param picture Where to read.
 * @param region What to read.
 * @param out Where to write 2 bytes a pixel, from its start.
 */
export function packRgb565({ rgba, width }: Picture, region: Region, out: Uint8Array): void {
  let to = 0;
  for (let row = 0; row < region.height; row++) {
    let from = ((region.y + row) * width + region.x) * 4;
    for (const end = from + region.width * 4; from < end; from += 4, to += 2) {
      const green = rgba[from + 1]! >> 2;
      out[to] = (green << 5) | (rgba[from + 2]! >> 3);
      out[to + 1] = (rgba[from]! & 0xf8) | (green >> 3);
    }
  }
}
