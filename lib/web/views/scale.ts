/**
 * Small pictures of large ones.
 *
 * @module
 */

import { meanColor } from "../../handlers/pictures/mean_color.ts";
import type { Pixels } from "./pack.ts";

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
      meanColor(picture, left, top, edge(x + 1, picture.width, width), bottom, rgba, to);
    }
  }
  return { width, height, rgba, bottomUp: false };
}
