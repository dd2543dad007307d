/**
 * Small pictures of large ones.
 *
 * @module
 */

import type { Pixels } from "./pack.ts";

/** Samples in each direction for the mean colour of an area. */
const MAX_SAMPLES = 4;

/**
 * Scales a picture down to fit a size, never up.
 *
 * @returns With its first row at the top.
 */
export function scaledDown(picture: Pixels, maxWidth: number, maxHeight: number): Pixels {
  const factor = Math.min(1, maxWidth / picture.width, maxHeight / picture.height);
  const width = Math.max(1, Math.floor(picture.width * factor));
  const height = Math.max(1, Math.floor(picture.height * factor));
  const rgba = new Uint8Array(width * height * 4);
  const edge = (at: number, all: number, steps: number) => Math.floor(at * all / steps);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const top = edge(y, picture.height, height);
    const bottom = edge(y + 1, picture.height, height);
    for (let x = 0; x < width; x++, to += 4) {
      const left = edge(x, picture.width, width);
      mean(picture, left, top, edge(x + 1, picture.width, width), bottom, rgba, to);
    }
  }
  return { width, height, rgba, bottomUp: false };
}

/** The mean colour of at least one pixel. */
function mean(
  { rgba, width, height, bottomUp }: Pixels,
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
