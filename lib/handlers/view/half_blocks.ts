/**
 * Pixels as text: the half block character shows two pixels a cell, one above the other.
 *
 * @module
 */

import { TextGrid } from "../../decoders/text_grid.ts";
import type { PixelPicture } from "../pictures/picture.ts";
import type { CellSize } from "./fit.ts";
import { fit } from "./fit.ts";

const UPPER_HALF_BLOCK = 0x2580;
/** Samples in each direction for the mean colour of an area. */
const MAX_SAMPLES = 4;

export const HALF_BLOCK_CELL = { width: 1, height: 2 } as const;

/**
 * Scales a picture down to fit an area, never up.
 *
 * @param area At least one cell.
 * @returns A grid at most as large as the area.
 */
export function halfBlocks(picture: PixelPicture, area: CellSize): TextGrid {
  const { width, height } = picture;
  const { width: cols, height: lines } = fit(picture, area, HALF_BLOCK_CELL);
  const grid = new TextGrid(cols, Math.ceil(lines / 2));
  grid.codePoints.fill(UPPER_HALF_BLOCK);
  for (let line = 0; line < lines; line++) {
    const colors = line % 2 === 0 ? grid.foreground : grid.background;
    const to = (line >> 1) * cols;
    for (let col = 0; col < cols; col++) {
      colors[to + col] = meanColor(
        picture,
        Math.floor(col * width / cols),
        Math.floor(line * height / lines),
        Math.floor((col + 1) * width / cols),
        Math.floor((line + 1) * height / lines),
      );
    }
  }
  return grid;
}

/** The mean colour of at least one pixel, as 0xRRGGBB. */
function meanColor(
  { rgba, width, height, bottomUp }: PixelPicture,
  left: number,
  top: number,
  right: number,
  bottom: number,
): number {
  const stepX = Math.ceil((right - left) / MAX_SAMPLES);
  const stepY = Math.ceil((bottom - top) / MAX_SAMPLES);
  let red = 0, green = 0, blue = 0, count = 0;
  for (let y = top; y < bottom; y += stepY) {
    const row = (bottomUp ? height - 1 - y : y) * width;
    for (let x = left; x < right; x += stepX) {
      const at = (row + x) * 4;
      red += rgba[at]!;
      green += rgba[at + 1]!;
      blue += rgba[at + 2]!;
      count++;
    }
  }
  const mean = (sum: number) => Math.round(sum / count);
  return (mean(red) << 16) | (mean(green) << 8) | mean(blue);
}
