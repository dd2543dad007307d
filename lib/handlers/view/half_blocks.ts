/**
 * Pixels as text: the half block character shows two pixels a cell, one above the other.
 *
 * @module
 */

import { TextGrid } from "../../decoders/text_grid.ts";
import { meanColor } from "../pictures/mean_color.ts";
import type { PixelPicture } from "../pictures/picture.ts";
import type { CellSize } from "./fit.ts";
import { fit } from "./fit.ts";

const UPPER_HALF_BLOCK = 0x2580;

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
  const rgba = new Uint8Array(4);
  for (let line = 0; line < lines; line++) {
    const colors = line % 2 === 0 ? grid.foreground : grid.background;
    const to = (line >> 1) * cols;
    for (let col = 0; col < cols; col++) {
      meanColor(
        picture,
        Math.floor(col * width / cols),
        Math.floor(line * height / lines),
        Math.floor((col + 1) * width / cols),
        Math.floor((line + 1) * height / lines),
        rgba,
        0,
      );
      colors[to + col] = (rgba[0]! << 16) | (rgba[1]! << 8) | rgba[2]!;
    }
  }
  return grid;
}
