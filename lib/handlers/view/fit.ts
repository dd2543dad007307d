/**
 * Where a picture lies on the terminal.
 *
 * @module
 */

import { MAX_SURFACE_SIDE_PX, MAX_TERMINAL_SIDE } from "../../limits.ts";

/** What terminals have that do not say their size, such as serial lines. */
const DEFAULT_TERMINAL = { cols: 80, rows: 24 } as const;
/** A line for clients and one for the bar. */
const MIN_ROWS = 2;

/** Columns and rows. */
export interface CellSize {
  /** Columns. */
  readonly cols: number;
  /** Rows. */
  readonly rows: number;
}

/** A size in pixels. */
export interface PixelSize {
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
}

/**
 * The size of a terminal that can be worked with.
 *
 * @param cols Columns as the terminal says, 0 when it does not know.
 * @param rows Rows, likewise.
 */
export function usableTerminal(cols: number, rows: number): CellSize {
  return {
    cols: Math.min(cols || DEFAULT_TERMINAL.cols, MAX_TERMINAL_SIDE),
    rows: Math.min(Math.max(rows || DEFAULT_TERMINAL.rows, MIN_ROWS), MAX_TERMINAL_SIDE),
  };
}

/**
 * The size that a client needs to fill a terminal, in whole cells and within what a surface may have.
 *
 * @param room The cells that there are.
 * @param cell The cell of the client, at most as large as a surface.
 */
export function sizeOf(room: CellSize, cell: PixelSize): PixelSize {
  return { width: side(room.cols, cell.width), height: side(room.rows, cell.height) };
}

function side(cells: number, cellPx: number): number {
  return Math.min(cells, Math.floor(MAX_SURFACE_SIDE_PX / cellPx)) * cellPx;
}

/**
 * Scales a picture down to fit, never up, with its proportions.
 *
 * @param picture The picture.
 * @param room The cells that there are.
 * @param cell How many pixels one cell can show.
 * @returns The size in pixels, each side at least 1.
 */
export function fit(picture: PixelSize, room: CellSize, cell: PixelSize): PixelSize {
  const { width, height } = picture;
  const scale = Math.min(1, (room.cols * cell.width) / width, (room.rows * cell.height) / height);
  return {
    width: Math.max(1, Math.floor(width * scale)),
    height: Math.max(1, Math.floor(height * scale)),
  };
}

/**
 * The pixel of a picture that a cell shows the middle of.
 *
 * @param picture The picture.
 * @param room The cells that there are.
 * @param cell How many pixels one cell can show.
 * @param col The column from 0.
 * @param row The row from 0.
 * @returns Pixels from the left and from the top; `undefined` beside the picture.
 */
export function pixelAt(
  picture: PixelSize,
  room: CellSize,
  cell: PixelSize,
  col: number,
  row: number,
): { readonly x: number; readonly y: number } | undefined {
  const shown = fit(picture, room, cell);
  const x = Math.floor(((col + 0.5) * cell.width * picture.width) / shown.width);
  const y = Math.floor(((row + 0.5) * cell.height * picture.height) / shown.height);
  return x < picture.width && y < picture.height ? { x, y } : undefined;
}
