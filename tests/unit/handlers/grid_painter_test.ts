import assert from "node:assert/strict";
import { isWide } from "../../../lib/decoders/character.ts";
import { CELL_ATTRIBUTE, TextGrid } from "../../../lib/decoders/text_grid.ts";
import { GridPainter } from "../../../lib/handlers/grid_painter.ts";
import { AnsiScreen } from "../../support/ansi_screen.ts";
import { assertShows, gridOf } from "../../support/grids.ts";
import { pure } from "../../support/pure.ts";
import { SeededRandom } from "../../support/random.ts";

pure("the first grid is drawn as a whole, with colours, styles and cursor", () => {
  const grid = gridOf("ab", "cd");
  grid.foreground.fill(0x102030);
  grid.background.fill(0x405060);
  grid.attributes[1] = CELL_ATTRIBUTE.bold | CELL_ATTRIBUTE.underwave;
  Object.assign(grid.cursor, { x: 1, y: 1, style: "bar", state: "active" });
  assert.equal(
    new GridPainter().paint(grid),
    "\x1b[?7l\x1b[0m\x1b[2J\x1b[?25l" +
      "\x1b[1;1H\x1b[0;38;2;16;32;48;48;2;64;80;96ma" +
      "\x1b[0;1;4;38;2;16;32;48;48;2;64;80;96mb" +
      "\x1b[2;1H\x1b[0;38;2;16;32;48;48;2;64;80;96mcd" +
      "\x1b[0m\x1b[2;2H\x1b[6 q\x1b[?25h",
  );
});

pure("unchanged cells are not drawn again", () => {
  const painter = new GridPainter();
  const grid = gridOf("abcdef");
  painter.paint(grid);
  assert.equal(painter.paint(grid), "");
  grid.codePoints[4] = 0x58;
  assert.equal(
    painter.paint(grid),
    "\x1b[?25l\x1b[1;5H\x1b[0;38;2;192;192;192;48;2;0;0;0mX\x1b[0m\x1b[?25l",
  );
  Object.assign(grid.cursor, { x: 2, y: 0, state: "active" });
  assert.equal(painter.paint(grid), "\x1b[1;3H\x1b[2 q\x1b[?25h");
  painter.forget();
  assert.match(painter.paint(grid), /abcdXf/);
});

pure("another size clears the screen", () => {
  const painter = new GridPainter();
  painter.paint(gridOf("abc"));
  assert(painter.paint(gridOf("ab")).startsWith("\x1b[?7l\x1b[0m\x1b[2J"));
});

const hostile: readonly [name: string, codePoint: number, attributes: number, text: string][] = [
  ["escape", 0x1b, 0, " "],
  ["C1 control", 0x9b, 0, " "],
  ["delete", 0x7f, 0, " "],
  ["soft hyphen", 0xad, 0, " "],
  ["right-to-left override", 0x202e, 0, " "],
  ["zero width joiner", 0x200d, 0, " "],
  ["line separator", 0x2028, 0, " "],
  ["tag", 0xe0041, 0, " "],
  ["combining mark", 0x308, 0, " \u0308"],
  ["surrogate", 0xd800, 0, "\ufffd"],
  ["beyond Unicode", 0x110000, 0, "\ufffd"],
  ["largest number", 0xffffffff, 0, "\ufffd"],
  ["glyph number", 0x41, CELL_ATTRIBUTE.glyphIndex, "\ufffd"],
  ["no glyph", 0, CELL_ATTRIBUTE.glyphIndexAlternate, " "],
];

for (const [name, codePoint, attributes, text] of hostile) {
  pure(`a cell cannot control the terminal: ${name}`, () => {
    const grid = gridOf("xyz");
    grid.codePoints[1] = codePoint;
    grid.attributes[1] = attributes;
    const screen = new AnsiScreen(3, 1);
    screen.write(new GridPainter().paint(grid));
    assert.deepEqual(screen.cells.map((cell) => cell.text), ["x", text, "z"]);
  });
}

pure("a wide character without room becomes U+FFFD", () => {
  const grid = gridOf("abc");
  grid.codePoints.set([0x4e2d, 0x62, 0x4e2d]);
  const screen = new AnsiScreen(3, 1);
  screen.write(new GridPainter().paint(grid));
  assert.equal(screen.line(0), "\ufffdb\ufffd");
});

pure("wide and narrow characters are distinguished", () => {
  for (const wide of ["中", "あ", "한", "Ａ", "😀", "⌚", "🀄"]) {
    assert.equal(isWide(wide.codePointAt(0)!), true, wide);
  }
  for (const narrow of ["a", "é", "Ж", "─", "█", "☺", "🇸", "ｱ"]) {
    assert.equal(isWide(narrow.codePointAt(0)!), false, narrow);
  }
});

pure("any grid is drawn correctly after any other", () => {
  const random = new SeededRandom(7);
  const letters = [0, 0x20, 0x41, 0x42, 0xe9, 0x2500, 0x4e2d, 0x1f600, 0x308, 0x1b];
  const attributes = [0, 0, 0, 1, 2, 8, 0x10, 0x1f];
  for (let round = 0; round < 60; round++) {
    const painter = new GridPainter();
    let [cols, rows] = [1 + random.below(9), 1 + random.below(4)];
    const screen = new AnsiScreen(cols, rows);
    let grid = new TextGrid(cols, rows);
    for (let step = 0; step < 12; step++) {
      if (random.below(8) === 0) {
        [cols, rows] = [1 + random.below(9), 1 + random.below(4)];
        grid = new TextGrid(cols, rows);
        screen.resize(cols, rows);
      }
      for (let cell = 0; cell < cols * rows; cell++) {
        if (step > 0 && random.below(3) > 0) continue;
        let codePoint = random.pick(letters);
        // Wide characters without room are drawn otherwise and tested apart.
        if (isWide(codePoint)) {
          if ((cell + 1) % cols === 0) codePoint = 0x43;
          else grid.codePoints[cell + 1] = 0;
        }
        grid.codePoints[cell] = codePoint;
        grid.foreground[cell] = random.below(3) * 0x010203;
        grid.background[cell] = random.below(2) * 0x102030;
        grid.attributes[cell] = random.pick(attributes);
        if (isWide(codePoint)) cell++;
      }
      // The right half of a wide character may be overwritten.
      for (let cell = 0; cell < cols * rows; cell++) {
        if (!isWide(grid.codePoints[cell]!)) continue;
        if ((cell + 1) % cols === 0) grid.codePoints[cell] = 0x44;
        else grid.codePoints[cell + 1] = 0;
      }
      Object.assign(grid.cursor, {
        x: random.below(cols),
        y: random.below(rows),
        state: random.pick(["active", "hidden"]),
      });
      screen.write(painter.paint(grid));
      assertShows(screen, grid, `round ${round} step ${step}`);
    }
  }
});
