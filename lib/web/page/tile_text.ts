/**
 * Draws a grid of text on a small canvas.
 *
 * @module
 */

import { type AnsiGrid, STYLE } from "./ansi_grid.ts";

/** Drawn larger than shown, so that it stays sharp on dense screens. */
const CELL = { width: 6, height: 12 } as const;
const FONT = "10px ui-monospace, 'Cascadia Mono', 'SF Mono', Menlo, Consolas, monospace";
const BASELINE = 9;

export function drawText(canvas: HTMLCanvasElement, grid: AnsiGrid): void {
  const { cols, rows } = grid;
  const context = canvas.getContext("2d", { alpha: false })!;
  if (canvas.width !== cols * CELL.width || canvas.height !== rows * CELL.height) {
    canvas.width = cols * CELL.width;
    canvas.height = rows * CELL.height;
  }
  for (let at = 0; at < cols * rows; at++) {
    const x = at % cols * CELL.width;
    const y = Math.floor(at / cols) * CELL.height;
    context.fillStyle = css(grid.background[at]!);
    context.fillRect(x, y, CELL.width, CELL.height);
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
