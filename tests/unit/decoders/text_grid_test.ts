import assert from "node:assert/strict";
import { CELL_ATTRIBUTE, TextGrid } from "../../../lib/decoders/text_grid.ts";
import { MAX_GRID_CELLS } from "../../../lib/limits.ts";

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

function gridOf(cols: number, codePoints: number[]): TextGrid {
  const grid = new TextGrid(cols, codePoints.length / cols);
  grid.codePoints.set(codePoints);
  return grid;
}

test("text has one line for each row, with blanks or without", () => {
  const grid = gridOf(3, [97, 0, 0, 0, 0, 0, 32, 98, 0]);
  assert.equal(grid.text(), "a  \n   \n b ");
  assert.equal(grid.text({ trimEnd: true }), "a\n\n b");
  assert.equal(grid.text({ trimEnd: false }), grid.text());
});

test("text is safe to print and has only characters", () => {
  const grid = gridOf(8, [0x1b, 0x0a, 0x7f, 0x9b, 0xd800, 0x110000, 0xffffffff, 0x1f600]);
  assert.equal(grid.text(), "    \ufffd\ufffd\ufffd\u{1f600}");
});

test("a wide character stands for both of its cells, with 0 or a blank in the second", () => {
  const wide = 0x6f22;
  // With a blank as real terminals send it, with 0 as others do, before a blank, and without room.
  const grid = gridOf(6, [
    ...[97, wide, 0x20, wide, 0, 98],
    ...[wide, 0x20, 0x20, 98, 0, wide],
    ...[wide, 98, 0x1f600, 0, 0, 0],
  ]);
  assert.equal(grid.text(), "a漢漢b\n漢 b 漢\n漢b\u{1f600}  ");
  assert.deepEqual([0, 1, 3, 5, 11, 12].map((cell) => grid.hasRightHalf(cell)), [
    false,
    true,
    true,
    false,
    false,
    false,
  ]);
  grid.attributes[1] = CELL_ATTRIBUTE.glyphIndex;
  assert.equal(grid.text().split("\n")[0], "a\ufffd 漢b");
});

test("characters that are invisible, end lines or change their direction are blanks", () => {
  const grid = gridOf(7, [0x61, 0x200d, 0x202e, 0x2028, 0x61c, 0xad, 0x62]);
  assert.equal(grid.text(), "a     b");
});

test("glyph indices are no characters", () => {
  const grid = gridOf(3, [65, 66, 67]);
  grid.attributes[0] = CELL_ATTRIBUTE.glyphIndex;
  grid.attributes[2] = CELL_ATTRIBUTE.glyphIndexAlternate | CELL_ATTRIBUTE.bold;
  assert.equal(grid.text(), "\ufffdB\ufffd");
});

test("a grid needs at least one cell and has at most MAX_GRID_CELLS", () => {
  const row = new TextGrid(MAX_GRID_CELLS, 1);
  assert.equal(row.codePoints.length, MAX_GRID_CELLS);
  const sizes = [[0, 1], [1, -1], [1.5, 2], [NaN, 1], [MAX_GRID_CELLS, 2], [1, Infinity]] as const;
  for (const [cols, rows] of sizes) {
    assert.throws(() => new TextGrid(cols, rows), { code: "bad-argument" }, `${cols} x ${rows}`);
  }
});

test("a cell outside the grid has no character", () => {
  const grid = gridOf(2, [65, 66]);
  for (const cell of [-1, 2, NaN]) {
    assert.equal(grid.character(cell), "\ufffd");
    assert.equal(grid.isWide(cell), false);
  }
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
