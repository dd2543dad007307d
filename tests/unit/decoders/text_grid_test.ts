import assert from "node:assert/strict";
import { CELL_ATTRIBUTE, TextGrid } from "../../../lib/decoders/text_grid.ts";

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

function gridOf(cols: number, codePoints: number[]): TextGrid {
  const grid = new TextGrid(cols, codePoints.length / cols);
  grid.codePoints.set(codePoints);
  return grid;
}

test("text has a line a row, blanks kept or cut off", () => {
  const grid = gridOf(3, [97, 0, 0, 0, 0, 0, 32, 98, 0]);
  assert.equal(grid.text(), "a  \n   \n b ");
  assert.equal(grid.text({ trimEnd: true }), "a\n\n b");
  assert.equal(grid.text({ trimEnd: false }), grid.text());
});

test("text is safe to print and holds characters alone", () => {
  const grid = gridOf(8, [0x1b, 0x0a, 0x7f, 0x9b, 0xd800, 0x110000, 0xffffffff, 0x1f600]);
  assert.equal(grid.text(), "    \ufffd\ufffd\ufffd\u{1f600}");
});

test("glyph numbers are no characters", () => {
  const grid = gridOf(3, [65, 66, 67]);
  grid.attributes[0] = CELL_ATTRIBUTE.glyphIndex;
  grid.attributes[2] = CELL_ATTRIBUTE.glyphIndexAlternate | CELL_ATTRIBUTE.bold;
  assert.equal(grid.text(), "\ufffdB\ufffd");
});

test("a clone shares nothing", () => {
  const grid = gridOf(2, [65, 66]);
  grid.cursor.x = 1;
  grid.backgroundColor = 7;
  const clone = grid.clone();
  assert.deepEqual(clone, grid);
  clone.clear();
  clone.cursor.y = 5;
  assert.equal(grid.text(), "AB");
  assert.equal(clone.text(), "  ");
  assert.deepEqual([...clone.background], [7, 7]);
  assert.deepEqual([grid.cursor.x, grid.cursor.y], [1, -1]);
});
