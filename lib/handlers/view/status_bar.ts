/**
 * The viewer's own text in cells, and its status bar.
 *
 * @module
 */

import { isWide } from "../../decoders/character.ts";
import { CELL_ATTRIBUTE, type TextGrid } from "../../decoders/text_grid.ts";

export const LOOK = {
  page: { foreground: 0xd0d0d0, background: 0x000000, attributes: 0 },
  bar: { foreground: 0x101010, background: 0xb0b8c0, attributes: 0 },
  alert: { foreground: 0xffffff, background: 0x903030, attributes: CELL_ATTRIBUTE.bold },
} as const;

/** Colours are 0xRRGGBB. */
interface Look {
  readonly foreground: number;
  readonly background: number;
  /** A set of `CELL_ATTRIBUTE`. */
  readonly attributes: number;
}

/**
 * Writes text into one row, cut off at the last column.
 *
 * @returns The column after the text.
 */
export function putText(
  grid: TextGrid,
  row: number,
  col: number,
  text: string,
  look: Look,
): number {
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    const width = isWide(codePoint) ? 2 : 1;
    if (col + width > grid.cols) break;
    putCell(grid, row * grid.cols + col, codePoint, look);
    if (width === 2) putCell(grid, row * grid.cols + col + 1, 0, look);
    col += width;
  }
  return col;
}

/**
 * Draws the status bar into the last row of a grid.
 *
 * @param left The text at the left end.
 * @param right Texts at the right end; without enough space they are left out, the first one first.
 */
export function drawBar(
  grid: TextGrid,
  left: string,
  right: readonly string[],
  look: Look,
): void {
  const row = grid.rows - 1;
  for (let col = 0; col < grid.cols; col++) putCell(grid, row * grid.cols + col, 0x20, look);
  const end = putText(grid, row, 0, ` ${left}`, look);
  for (let first = 0; first < right.length; first++) {
    const text = right.slice(first).join("  ");
    const start = grid.cols - text.length - 1;
    if (start <= end) continue;
    putText(grid, row, start, text, look);
    return;
  }
}

function putCell(grid: TextGrid, cell: number, codePoint: number, look: Look): void {
  grid.codePoints[cell] = codePoint;
  grid.foreground[cell] = look.foreground;
  grid.background[cell] = look.background;
  grid.attributes[cell] = look.attributes;
}
