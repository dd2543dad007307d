/**
 * Sizes: of the terminal, of clients that fill it, and of pictures on it.
 *
 * @module
 */

import { MAX_SURFACE_SIDE_PX, MAX_TERMINAL_SIDE } from "../../limits.ts";
import { DISPLAY_DEFAULTS } from "../../segment/preroll.ts";

/** For terminals that report no size, such as serial lines. */
const DEFAULT_TERMINAL = { cols: 80, rows: 24 } as const;
/** A row for clients and one for the status bar. */
const MIN_ROWS = 2;

/** A size in cells of text. */
export interface CellSize {
  /** Columns. */
  readonly cols: number;
  /** Rows. */
  readonly rows: number;
}

/** A size in pixels. */
export interface PixelSize {
  /** From left to right. */
  readonly width: number;
  /** From top to bottom. */
  readonly height: number;
}

/** Assumed for clients and terminals that have not said theirs. */
export const DEFAULT_CELL: PixelSize = {
  width: DISPLAY_DEFAULTS.cellWidth,
  height: DISPLAY_DEFAULTS.cellHeight,
};

/** A size that the viewer can work with, from what the terminal reports: 0 when it does not know. */
export function usableTerminal({ cols, rows }: CellSize): CellSize {
  return {
    cols: Math.min(cols || DEFAULT_TERMINAL.cols, MAX_TERMINAL_SIDE),
    rows: Math.min(Math.max(rows || DEFAULT_TERMINAL.rows, MIN_ROWS), MAX_TERMINAL_SIDE),
  };
}

/**
 * The size with which a client fills an area, in whole cells and at most that of a surface.
 *
 * @param cell The client's cell, at most as large as a surface.
 */
export function sizeOf(area: CellSize, cell: PixelSize): PixelSize {
  return { width: side(area.cols, cell.width), height: side(area.rows, cell.height) };
}

function side(cells: number, cellPx: number): number {
  return Math.min(cells, Math.floor(MAX_SURFACE_SIDE_PX / cellPx)) * cellPx;
}

/**
 * Scales a picture down to fit an area, never up, with its proportions.
 *
 * @param cell The pixels that one cell can show.
 * @returns The size in pixels, each side at least 1.
 */
export function fit(picture: PixelSize, area: CellSize, cell: PixelSize): PixelSize {
  const { width, height } = picture;
  return scaled(
    picture,
    Math.min(1, (area.cols * cell.width) / width, (area.rows * cell.height) / height),
  );
}

/** Multiplies both sides, each at least 1 afterwards. */
export function scaled({ width, height }: PixelSize, factor: number): PixelSize {
  return {
    width: Math.max(1, Math.floor(width * factor)),
    height: Math.max(1, Math.floor(height * factor)),
  };
}

/**
 * The pixel of a fitted picture in the middle of a cell.
 *
 * @param cell The pixels that one cell can show.
 * @param col From 0.
 * @param row From 0.
 * @returns `undefined` beside the picture.
 */
export function pixelAt(
  picture: PixelSize,
  area: CellSize,
  cell: PixelSize,
  col: number,
  row: number,
): { readonly x: number; readonly y: number } | undefined {
  const shown = fit(picture, area, cell);
  const x = Math.floor(((col + 0.5) * cell.width * picture.width) / shown.width);
  const y = Math.floor(((row + 0.5) * cell.height * picture.height) / shown.height);
  return x < picture.width && y < picture.height ? { x, y } : undefined;
}
