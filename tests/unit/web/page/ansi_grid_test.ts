import assert from "node:assert/strict";
import { CELL_ATTRIBUTE, TextGrid } from "../../../../lib/decoders/text_grid.ts";
import { GridPainter } from "../../../../lib/handlers/grid_painter.ts";
import { AnsiGrid, STYLE } from "../../../../lib/web/page/ansi_grid.ts";
import { pure } from "../../../support/pure.ts";
import { SeededRandom } from "../../../support/random.ts";

const LETTERS = [..." abcXYZ0äß€東語🎉"].map((each) => each.codePointAt(0)!);

/** Writes letters at random; a wide one takes two cells. */
function scribble(grid: TextGrid, random: SeededRandom, count: number): void {
  for (let step = 0; step < count; step++) {
    const cell = random.below(grid.codePoints.length);
    grid.codePoints[cell] = LETTERS[random.below(LETTERS.length)]!;
    grid.foreground[cell] = random.below(0x1000000);
    grid.background[cell] = random.below(0x1000000);
    grid.attributes[cell] = random.below(2) === 0 ? 0 : CELL_ATTRIBUTE.bold;
    if (!grid.isWide(cell)) continue;
    if (cell % grid.cols === grid.cols - 1) grid.codePoints[cell] = LETTERS[1]!;
    else grid.codePoints[cell + 1] = 0;
  }
}

pure("shows what the painter draws, change after change", () => {
  const random = new SeededRandom(7);
  const grid = new TextGrid(20, 6);
  grid.clear();
  const painter = new GridPainter();
  const shown = new AnsiGrid(20, 6);
  for (let frame = 0; frame < 200; frame++) {
    scribble(grid, random, 5);
    shown.write(painter.paint(grid));
    for (let cell = 0; cell < grid.codePoints.length; cell++) {
      const isRightHalf = cell > 0 && grid.hasRightHalf(cell - 1);
      if (isRightHalf || (grid.isWide(cell) && !grid.hasRightHalf(cell))) continue;
      const where = `frame ${frame}, cell ${cell}`;
      assert.equal(shown.cells[cell], grid.character(cell), where);
      assert.equal(shown.foreground[cell], grid.foreground[cell], where);
      assert.equal(shown.background[cell], grid.background[cell], where);
      const isBold = (grid.attributes[cell]! & CELL_ATTRIBUTE.bold) !== 0;
      assert.equal(shown.styles[cell], isBold ? STYLE.bold : 0, where);
    }
  }
});

pure("shows the cursor where it is, and none when it is hidden", () => {
  const grid = new TextGrid(4, 2);
  grid.clear();
  Object.assign(grid.cursor, { x: 2, y: 1, state: "active" });
  const painter = new GridPainter();
  const shown = new AnsiGrid(4, 2);
  shown.write(painter.paint(grid));
  assert.deepEqual(shown.cursor, { col: 2, row: 1 });
  Object.assign(grid.cursor, { state: "hidden" });
  shown.write(painter.paint(grid));
  assert.equal(shown.cursor, undefined);
});

pure("text outside of the grid is left out", () => {
  const shown = new AnsiGrid(2, 1);
  shown.write("\x1b[1;1Habc\x1b[9;9Hd");
  assert.deepEqual(shown.cells, ["a", "b"]);
});
