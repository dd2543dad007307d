// The grid that keeps its cells as they came shows what a plain grid of objects shows, whenever it is read.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { TextGrid } from "../../lib/decoders/text_grid.ts";
import { VideoStream } from "../../lib/decoders/video_stream.ts";
import { type Line, show, type Tpack, tpackFrame } from "../unit/decoders/frames.ts";

const COLS = 9;
const ROWS = 5;
const DELTA = 2;
const CURSOR = 0x20;
const SKIP = 0x80;
const KEPT = 0x3f_5f;

const byte = fc.nat(255);
const color = fc.tuple(byte, byte, byte);
const cell = fc.record({
  fg: color,
  bg: color,
  attr: fc.oneof(fc.constantFrom(0, CURSOR, SKIP), byte),
  attrExt: fc.oneof(fc.constant(0), byte),
  codePoint: fc.oneof(fc.constant(0x41), fc.nat(0xffff_ffff)),
});
/** Lines reach beyond the grid at the right and below it. */
const line: fc.Arbitrary<Line> = fc.record({
  row: fc.nat(ROWS),
  column: fc.nat(COLS + 1),
  cells: fc.oneof(
    fc.array(cell, { minLength: 1, maxLength: 1 }),
    fc.array(cell, { maxLength: COLS }),
  ),
});
const frame = fc.record({
  isDelta: fc.boolean(),
  lines: fc.array(line, { maxLength: 6 }),
  background: fc.oneof(fc.constant([0, 0, 0, 255]), fc.tuple(byte, byte, byte, byte)),
  cursorState: byte,
  cursorColor: color,
  commit: fc.constantFrom(true, true, true, false),
  isRead: fc.boolean(),
});

/** A full frame starts with lines of this size, so that the size of its grid is known. */
const EDGES: Line[] = [
  { row: 0, column: COLS - 1, cells: [{ codePoint: 0x7a }] },
  { row: ROWS - 1, cells: [{ codePoint: 0x61 }] },
];

interface PlainCell {
  codePoint: number;
  foreground: number;
  background: number;
  attributes: number;
}

const rgb = ([r, g, b]: readonly number[]) => (r! << 16) | (g! << 8) | b!;

/** What a surface must show, made from the fields of the frames. */
class PlainText {
  cells: PlainCell[][] = [];
  cursor = { x: -1, y: -1 };
  look = { state: "hidden", style: "block", color: 0xffffff };
  background = { backgroundColor: 0, backgroundAlpha: 255 };

  draw({ flags, lines, background, cursorState, cursorColor }: Required<TextFrame>): void {
    const [r, g, b, backgroundAlpha] = background;
    const backgroundColor = rgb([r!, g!, b!]);
    if (flags !== DELTA || lines.length > 0) {
      this.background = { backgroundColor, backgroundAlpha: backgroundAlpha! };
    }
    if (flags !== DELTA) {
      const empty = { codePoint: 0, foreground: 0, background: backgroundColor, attributes: 0 };
      this.cells = Array.from({ length: ROWS }, () => Array(COLS).fill(empty));
      this.cursor = { x: -1, y: -1 };
    }
    if (lines.length > 0) this.#setLook(cursorState, cursorColor);
    for (const { row, column = 0, cells } of lines) {
      (cells as Exclude<Line["cells"], string>).forEach((cell, i) => {
        const { fg = [229, 229, 229], bg = [0, 0, 0], attr = 0, attrExt = 0, codePoint } = cell;
        const x = column + i;
        if (row >= ROWS || x >= COLS || (attr & SKIP) !== 0) return;
        this.cells[row]![x] = {
          codePoint: codePoint!,
          foreground: rgb(fg),
          background: rgb(bg),
          attributes: (attr | attrExt << 8) & KEPT,
        };
        if ((attr & CURSOR) !== 0) this.cursor = { x, y: row };
        else if (this.cursor.x === x && this.cursor.y === row) this.cursor = { x: -1, y: -1 };
      });
    }
  }

  #setLook(state: number, color: readonly number[]): void {
    const focus = (state & 2) !== 0 ? "active" : (state & 1) !== 0 ? "inactive" : "hidden";
    const bits = [[32, "bar"], [64, "underline"], [128, "hollow"]] as const;
    const style = bits.find(([bit]) => (state & bit) !== 0)?.[1] ?? "block";
    const shown = (state & 8) !== 0 ? rgb(color) : this.look.color;
    this.look = { state: focus, style, color: shown };
  }

  /** What {@linkcode read} gives for the grid that is shown now. */
  get shown() {
    return {
      cells: structuredClone(this.cells.flat()),
      cursor: { ...this.cursor, ...this.look },
      ...this.background,
    };
  }
}

type TextFrame = Pick<Tpack, "flags" | "background" | "cursorState" | "cursorColor" | "lines">;

function read(grid: TextGrid) {
  const { codePoints, foreground, background, attributes, cursor } = grid;
  const cells: PlainCell[] = Array.from(codePoints, (codePoint, i) => ({
    codePoint,
    foreground: foreground[i]!,
    background: background[i]!,
    attributes: attributes[i]!,
  }));
  const { backgroundColor, backgroundAlpha } = grid;
  return { cells, cursor: { ...cursor }, backgroundColor, backgroundAlpha };
}

Deno.test("a text grid shows what a plain one shows, whenever it is read", {
  permissions: "none",
}, () => {
  const first = { isDelta: false, commit: true, isRead: false, lines: [], cursorState: 0 };
  const look = { background: [1, 2, 3, 4], cursorColor: [5, 6, 7] };
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
      const stream = new VideoStream();
      const plain = new PlainText();
      let shown = plain.shown;
      for (const each of [{ ...first, ...look }, ...frames, { ...first, ...look, isDelta: true }]) {
        const { isDelta, lines, commit, isRead, ...fields } = each;
        const buffer = {
          ...fields,
          flags: isDelta ? DELTA : 1,
          lines: isDelta ? lines : [...EDGES, ...lines.filter(isInside)],
        };
        const { header, payload } = tpackFrame(buffer, { commit });
        show(stream, header, payload);
        plain.draw(buffer);
        if (commit) shown = plain.shown;
        if (isRead) assert.deepEqual(read(stream.surface.grid!), shown);
      }
      assert.deepEqual(read(stream.surface.grid!), shown);
    }),
    { numRuns: 400 },
  );
});

/** Whether a line leaves the size of a full frame's grid as it is. */
function isInside({ row, column = 0, cells }: Line): boolean {
  return row < ROWS && column + cells.length <= COLS;
}
