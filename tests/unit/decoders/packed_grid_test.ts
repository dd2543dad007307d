import assert from "node:assert/strict";
import { CELL_BYTES, PackedGrid } from "../../../lib/decoders/packed_grid.ts";
import { cellsOf, tpack } from "./frames.ts";

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

/** The cells of a text as on the wire. */
function packed(text: string, attr = 0): Uint8Array {
  const cells = cellsOf(text, { attr });
  return tpack({ lines: [{ row: 0, cells }] }).slice(-cells.length * CELL_BYTES);
}

test("cells are taken apart when the grid is opened, not before", () => {
  const grid = new PackedGrid(4, 2);
  grid.put(0, packed("abcd"), 0, 4);
  const opened = grid.open();
  assert.equal(opened.text(), "abcd\n    ");
  grid.put(2, packed("xyz"), CELL_BYTES, 2);
  assert.equal(opened.text(), "abcd\n    ");
  assert.equal(grid.open(), opened);
  assert.equal(opened.text(), "abyz\n    ");
});

test("opening takes apart all cells that have changed since, wherever they are", () => {
  const grid = new PackedGrid(3, 3);
  grid.open();
  grid.put(8, packed("i"), 0, 1);
  grid.put(0, packed("a"), 0, 1);
  assert.equal(grid.open().text(), "a  \n   \n  i");
  grid.put(4, packed("e"), 0, 1);
  assert.equal(grid.open().text(), "a  \n e \n  i");
  grid.clear();
  assert.equal(grid.open().text({ trimEnd: true }), "\n\n");
});

test("empty cells have the colour of the background", () => {
  const grid = new PackedGrid(3, 5);
  grid.put(0, packed("a"), 0, 1);
  grid.backgroundColor = 0x123456;
  grid.clear();
  const { background, foreground, codePoints, attributes } = grid.open();
  assert.deepEqual([...background], Array(15).fill(0x123456));
  for (const field of [foreground, codePoints, attributes]) {
    assert.deepEqual([...field], Array(15).fill(0));
  }
});

test("a clone shares nothing", () => {
  const grid = new PackedGrid(2, 1);
  grid.put(0, packed("ab"), 0, 2);
  grid.cursor.x = 1;
  grid.backgroundColor = 7;
  const opened = grid.open();
  const clone = grid.clone();
  assert.deepEqual(clone.open(), opened);
  clone.put(0, packed("x"), 0, 1);
  clone.cursor.x = 0;
  assert.equal(grid.open().text(), "ab");
  assert.equal(clone.open().text(), "xb");
  assert.deepEqual([grid.cursor.x, clone.cursor.x], [1, 0]);
});

test("the bit of the cursor stays with its cell and is not shown", () => {
  const grid = new PackedGrid(2, 1);
  grid.put(0, packed("ab", 0x20), 0, 1);
  assert.deepEqual([grid.hasCursor(0), grid.hasCursor(1)], [true, false]);
  assert.deepEqual([...grid.open().attributes], [0, 0]);
});
