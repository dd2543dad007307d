/**
 * Draws a grid of text on a small canvas.
 *
 * @module
 */

import { type AnsiGrid, STYLE } from "./ansi_grid.ts";
import type { Size } from "./pointer.ts";

/** The cell of the font below. */
const CELL = { width: 6, height: 12 } as const;
/** How far small grids grow. */
const LARGEST = 2;
const FONT = "10px ui-monospace, 'Cascadia Mono', 'SF Mono', Menlo, Consolas, monospace";
const BASELINE = 9;

/**
 * Draws a grid as small as it is shown: letters that a browser scales down are broken.
 *
 * @param space The pixels of the screen that there are.
 */
export function drawText(canvas: HTMLCanvasElement, grid: AnsiGrid, space: Size): void {
  const { cols, rows } = grid;
  const context = canvas.getContext("2d", { alpha: false })!;
  const [width, height] = [cols * CELL.width, rows * CELL.height];
  const scale = Math.min(LARGEST, space.width / width, space.height / height);
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  context.scale(scale, scale);
  for (let at = 0; at < cols * rows; at++) {
    const x = at % cols * CELL.width;
    const y = Math.floor(at / cols) * CELL.height;
    context.fillStyle = css(grid.background[at]!);
    // A little more, or gaps shine through.
    context.fillRect(x, y, CELL.width + 1, CELL.height + 1);
  }
  for (let at = 0; at < cols * rows; at++) {
    const cell = grid.cells[at]!;
    if (cell === " ") continue;
    const style = grid.styles[at]!;
    context.font = `${(style & STYLE.italic) === 0 ? "" : "italic "}${
      (style & STYLE.bold) === 0 ? "" : "bold "
    }${FONT}`;
    context.fillStyle = css(grid.foreground[at]!);
    const x = at % cols * CELL.width;
    context.fillText(cell, x, Math.floor(at / cols) * CELL.height + BASELINE);
  }
  if (grid.cursor === undefined) return;
  context.fillStyle = "rgb(255 255 255 / 60%)";
  const { col, row } = grid.cursor;
  context.fillRect(col * CELL.width, row * CELL.height, CELL.width, CELL.height);
}

function css(color: number): string {
  return `#${color.toString(16).padStart(6, "0")}`;
}
