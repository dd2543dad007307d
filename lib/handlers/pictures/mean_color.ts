/**
 * The mean colour of a part of a picture, from a few samples.
 *
 * @module
 */

import type { PixelPicture } from "./picture.ts";

/** Samples in each direction. */
const MAX_SAMPLES = 4;

/**
 * Writes the mean colour of at least one pixel as R, G, B, A bytes.
 *
 * @param into Gets four bytes at `to`.
 */
export function meanColor(
  { rgba, width, height, bottomUp }: Omit<PixelPicture, "kind">,
  left: number,
  top: number,
  right: number,
  bottom: number,
  into: Uint8Array,
  to: number,
): void {
  const stepX = Math.ceil((right - left) / MAX_SAMPLES);
  const stepY = Math.ceil((bottom - top) / MAX_SAMPLES);
  let red = 0, green = 0, blue = 0, alpha = 0, count = 0;
  for (let y = top; y < bottom; y += stepY) {
    const row = (bottomUp ? height - 1 - y : y) * width;
    for (let x = left; x < right; x += stepX) {
      const at = (row + x) * 4;
      red += rgba[at]!;
      green += rgba[at + 1]!;
      blue += rgba[at + 2]!;
      alpha += rgba[at + 3]!;
      count++;
    }
  }
  into[to] = Math.round(red / count);
  into[to + 1] = Math.round(green / count);
  into[to + 2] = Math.round(blue / count);
  into[to + 3] = Math.round(alpha / count);
}
