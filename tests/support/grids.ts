/** Grids of text, and their comparison with a terminal. */

import assert from "node:assert/strict";
import { isWide } from "../../lib/decoders/character.ts";
import { CELL_ATTRIBUTE, TextGrid } from "../../lib/decoders/text_grid.ts";
import type { AnsiScreen } from "./ansi_screen.ts";

const STYLES = [
  [CELL_ATTRIBUTE.bold, "1;"],
  [CELL_ATTRIBUTE.italic, "3;"],
  [CELL_ATTRIBUTE.underline | CELL_ATTRIBUTE.underwave, "4;"],
  [CELL_ATTRIBUTE.strikethrough, "9;"],
] as const;

/** Makes a grid from lines; an empty cell follows each wide character. */
export function gridOf(...lines: string[]): TextGrid {
  const cells = lines.map((line) =>
    [...line].flatMap((character) => {
      const codePoint = character.codePointAt(0)!;
      return isWide(codePoint) ? [codePoint, 0] : [codePoint];
    })
  );
  const grid = new TextGrid(Math.max(...cells.map(({ length }) => length)), lines.length);
  grid.foreground.fill(0xc0c0c0);
  cells.forEach((line, row) => grid.codePoints.set(line, row * grid.cols));
  return grid;
}

/** Compares all cells and the cursor. */
export function assertShows(screen: AnsiScreen, grid: TextGrid, message?: string): void {
  assert.deepEqual([screen.cols, screen.rows], [grid.cols, grid.rows], message);
  for (let cell = 0; cell < grid.codePoints.length; cell++) {
    const attributes = grid.attributes[cell]!;
    const shown = screen.cells[cell]!;
    const where = `${message ?? ""} cell ${cell % grid.cols},${Math.floor(cell / grid.cols)}`;
    // The right half of a wide character looks like the left one.
    if (shown.text === "" && cell > 0 && grid.hasRightHalf(cell - 1)) continue;
    // A combining mark in a cell of its own is drawn on a blank.
    assert.equal(shown.text.replace(/^ (?=\p{M})/u, ""), grid.character(cell), where);
    assert.deepEqual(
      [shown.foreground, shown.background],
      [grid.foreground[cell], grid.background[cell]],
      where,
    );
    const styles = STYLES.map(([bits, code]) => (attributes & bits) !== 0 ? code : "").join("");
    assert.equal(shown.styles, styles, where);
  }
  const { x, y, state } = grid.cursor;
  assert.equal(screen.cursor.isVisible, state !== "hidden" && x >= 0, message);
  if (screen.cursor.isVisible) {
    assert.deepEqual([screen.cursor.x, screen.cursor.y], [x, y], message);
  }
}
