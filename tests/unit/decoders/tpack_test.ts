import assert from "node:assert/strict";
import type { StreamError } from "../../../lib/errors.ts";
import { Surface } from "../../../lib/decoders/surface.ts";
import { CELL_ATTRIBUTE } from "../../../lib/decoders/text_grid.ts";
import { tpackDecoder } from "../../../lib/decoders/tpack.ts";
import type { FrameHeader } from "../../../lib/decoders/types.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { compressedFrame, type Tpack, tpack, tpackFrame } from "./frames.ts";

const FULL = 1;
const DELTA = 2;
const CURSOR = 0x20;
const SKIP = 0x80;

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

function draw(surface: Surface, frame: Tpack, fields: Partial<FrameHeader> = {}): void {
  const { header, payload } = tpackFrame(frame, fields);
  tpackDecoder.validate(header);
  tpackDecoder.decode(header, payload, surface);
}

/** A surface that shows `abc`, `def`. */
function abcdef(): Surface {
  const surface = new Surface();
  draw(surface, { lines: [{ row: 0, cells: "abc" }, { row: 1, cells: "def" }] });
  return surface;
}

test("a full frame makes the grid, cell by cell", () => {
  const surface = new Surface();
  draw(surface, {
    background: [1, 2, 3, 4],
    lines: [{
      row: 0,
      cells: [
        { fg: [0x11, 0x22, 0x33], bg: [0xf4, 0xf5, 0xf6], attr: 1 | 8, codePoint: 0x10ffff },
        { fg: [255, 254, 253], bg: [128, 129, 130], attr: 0x44, attrExt: 0x3c, codePoint: 65 },
      ],
    }],
  });
  const grid = surface.grid!;
  assert.deepEqual([grid.cols, grid.rows], [2, 1]);
  assert.deepEqual([...grid.foreground], [0x112233, 0xfffefd]);
  assert.deepEqual([...grid.background], [0xf4f5f6, 0x808182]);
  assert.deepEqual([...grid.codePoints], [0x10ffff, 65]);
  const { bold, italic, underwave, shapeBreak } = CELL_ATTRIBUTE;
  assert.deepEqual([...grid.attributes], [bold | italic, underwave | shapeBreak | 0x3c00]);
  assert.deepEqual([grid.backgroundColor, grid.backgroundAlpha], [0x010203, 4]);
});

test("the lines make the size of the grid, not the counts of the head", () => {
  const surface = new Surface();
  draw(surface, {
    flags: FULL,
    lines: [
      { row: 0, cells: "ab" },
      { row: 2, column: 3, cells: "x" },
      { row: 0, column: 1, cells: [{ attr: CURSOR, codePoint: 66 }] },
    ],
  });
  assert.equal(surface.gridText(), "aB  \n    \n   x");
  assert.deepEqual([surface.grid!.cursor.x, surface.grid!.cursor.y], [1, 0]);
});

test("a full frame replaces everything, also in a grid of the same size", () => {
  const surface = abcdef();
  const before = surface.grid;
  draw(surface, { background: [9, 9, 9, 255], lines: [{ row: 1, column: 2, cells: "z" }] });
  assert.equal(surface.grid, before);
  assert.equal(surface.gridText(), "   \n  z");
  assert.deepEqual([...surface.grid!.background.subarray(0, 2)], [0x090909, 0x090909]);
  draw(surface, { lines: [{ row: 0, cells: "q" }] });
  assert.equal(surface.gridText(), "q");
});

test("a delta frame changes its cells, later lines win, skipped cells stay", () => {
  const surface = abcdef();
  draw(surface, {
    flags: DELTA,
    lines: [
      { row: 0, cells: [{ codePoint: 88 }, { attr: SKIP, codePoint: 89 }, { codePoint: 90 }] },
      { row: 1, column: 1, cells: "yy" },
      { row: 1, column: 2, cells: "!" },
    ],
  });
  assert.equal(surface.gridText(), "XbZ\ndy!");
});

test("the cursor is the last cell that carries its bit", () => {
  const surface = abcdef();
  const cursor = surface.grid!.cursor;
  assert.deepEqual([cursor.x, cursor.y], [-1, -1]);
  const at = (row: number, column: number, attr: number) =>
    draw(surface, { flags: DELTA, lines: [{ row, column, cells: [{ attr, codePoint: 35 }] }] });
  at(1, 2, CURSOR);
  assert.deepEqual([cursor.x, cursor.y], [2, 1]);
  at(0, 0, 0);
  assert.deepEqual([cursor.x, cursor.y], [2, 1], "another cell leaves it");
  at(0, 1, CURSOR);
  assert.deepEqual([cursor.x, cursor.y], [1, 0], "it moves");
  at(0, 1, SKIP | CURSOR);
  assert.deepEqual([cursor.x, cursor.y], [1, 0], "a skipped cell is none");
  at(0, 1, 0);
  assert.deepEqual([cursor.x, cursor.y], [-1, -1], "an ordinary cell in its place removes it");
  assert(surface.grid!.attributes.every((attribute) => (attribute & CURSOR) === 0));
});

test("a full frame takes the cursor away until a cell carries it", () => {
  const surface = new Surface();
  draw(surface, { lines: [{ row: 0, cells: [{ attr: CURSOR, codePoint: 65 }] }] });
  assert.equal(surface.grid!.cursor.x, 0);
  draw(surface, { lines: [{ row: 0, cells: "b" }] });
  assert.equal(surface.grid!.cursor.x, -1);
});

test("shape, colour and focus of the cursor come with the frame", () => {
  const surface = abcdef();
  const { cursor } = surface.grid!;
  const look = (cursorState: number, cursorColor?: number[]) => {
    const frame = { flags: DELTA, cursorState, lines: [{ row: 0, cells: "x" }] };
    draw(surface, cursorColor === undefined ? frame : { ...frame, cursorColor });
    return [cursor.state, cursor.style, cursor.color];
  };
  assert.deepEqual(look(2 | 8 | 16, [1, 2, 3]), ["active", "block", 0x010203]);
  assert.deepEqual(look(1 | 8 | 32, [4, 5, 6]), ["inactive", "bar", 0x040506]);
  assert.deepEqual(look(8 | 64, [7, 8, 9]), ["hidden", "underline", 0x070809]);
  assert.deepEqual(look(2 | 128), ["active", "hollow", 0x070809], "no colour: it stays");
  assert.deepEqual(look(2), ["active", "block", 0x070809]);
});

test("the look of the cursor outlives a full frame of another size", () => {
  const surface = abcdef();
  draw(surface, { cursorState: 2 | 32, lines: [{ row: 4, cells: "x" }] });
  assert.deepEqual({ ...surface.grid!.cursor }, {
    x: -1,
    y: -1,
    style: "bar",
    color: 0x00ff00,
    state: "active",
  });
});

test("a delta frame without lines changes nothing but is presented", () => {
  const surface = abcdef();
  draw(surface, {
    flags: DELTA,
    lines: [{ row: 1, column: 1, cells: [{ attr: CURSOR, codePoint: 69 }] }],
  });
  const before = surface.grid!.clone();
  draw(surface, { flags: DELTA, background: [5, 5, 5, 5], cursorState: 8 | 32, lines: [] });
  assert.deepEqual(surface.grid, before);
  assert.equal(surface.revision, 3);
});

test("wide characters take two cells, the second one empty", () => {
  const surface = new Surface();
  draw(surface, { lines: [{ row: 0, cells: "漢\0字\0!" }] });
  assert.equal(surface.gridText(), "漢字!");
});

test("frames without commit are kept back, full and delta", () => {
  const surface = abcdef();
  const hidden = { commit: 0 };
  draw(surface, { flags: DELTA, lines: [{ row: 0, cells: "x" }] }, hidden);
  assert.equal(surface.gridText(), "abc\ndef");
  draw(surface, { flags: DELTA, lines: [{ row: 0, column: 1, cells: "y" }] }, hidden);
  assert.equal(surface.gridText(), "abc\ndef");
  draw(surface, { flags: DELTA, lines: [] });
  assert.equal(surface.gridText(), "xyc\ndef");
  draw(surface, { lines: [{ row: 1, cells: "123" }] }, hidden);
  assert.equal(surface.gridText(), "xyc\ndef");
  draw(surface, { flags: DELTA, lines: [{ row: 0, cells: "0" }] });
  assert.equal(surface.gridText(), "0  \n123");
});

test("every refused frame has its code and applies nothing of itself", () => {
  const x = { row: 0, cells: "x" };
  const cases: [string, Tpack][] = [
    ["bad-tpack", { lines: [x], sizeBytes: 39 }],
    ["bad-tpack", { lines: [x], sizeBytes: 0xffff_ffff }],
    ["bad-tpack", { lines: [x], cellCount: 2 }],
    ["bad-tpack", { lines: [x], lineCount: 2 }],
    ["bad-tpack", { lines: [] }],
    ["bad-tpack", { lines: [{ row: 3, cells: "" }] }],
    ["tpack-outside-grid", { lines: [{ row: 160, cells: "x" }] }],
    ["tpack-outside-grid", { lines: [{ row: 0, column: 320, cells: "x" }] }],
    ["tpack-outside-grid", { flags: DELTA, lines: [x, { row: 2, cells: "x" }] }],
    ["tpack-outside-grid", { flags: DELTA, lines: [x, { row: 0, column: 3, cells: "x" }] }],
    ["tpack-outside-grid", { flags: DELTA, lines: [x, { row: 1, column: 2, cells: "xx" }] }],
    ["tpack-outside-grid", { flags: DELTA, lines: [x, { row: 65_535, cells: "x" }] }],
    ["tpack-outside-grid", { flags: DELTA, lines: [x, { row: 0, column: 65_535, cells: "" }] }],
  ];
  for (const [code, frame] of cases) {
    const surface = abcdef();
    const before = surface.grid!.clone();
    assert.throws(() => draw(surface, frame), { code }, JSON.stringify(frame));
    assert.deepEqual(surface.grid, before);
    assert.equal(surface.revision, 1);
  }
});

test("a line that claims the cells of the next one is refused", () => {
  const content = tpack({ lines: [{ row: 0, cells: "ab" }, { row: 1, cells: "cd" }] });
  const cellsOfFirstLine = 16 + 3 + 2;
  assert.equal(content[cellsOfFirstLine], 2);
  for (const claim of [0, 1, 3, 4, 5, 255]) {
    const surface = abcdef();
    const { header, payload } = compressedFrame(content.with(cellsOfFirstLine, claim), {
      format: VIDEO_FORMAT.tpack,
      surfaceWidth: 320,
      surfaceHeight: 160,
    });
    assert.throws(() => tpackDecoder.decode(header, payload, surface), (error: StreamError) => {
      return error.code === "bad-tpack" || error.code === "tpack-outside-grid";
    });
    assert.equal(surface.gridText(), "abc\ndef");
  }
});

test("a delta frame without a grid is refused", () => {
  for (const lines of [[], [{ row: 0, cells: "x" }]]) {
    assert.throws(() => draw(new Surface(), { flags: DELTA, lines }), { code: "no-base-frame" });
  }
});

test("two cells far apart do not make a huge grid", () => {
  const surface = new Surface();
  const size = { surfaceWidth: 8_192, surfaceHeight: 8_192 };
  const corners = [{ row: 0, column: 4_095, cells: "x" }, { row: 4_095, cells: "x" }];
  assert.throws(() => draw(surface, { lines: corners }, size), { code: "tpack-outside-grid" });
  draw(surface, { lines: [{ row: 14, column: 4_368, cells: "x" }] }, size);
  assert.deepEqual([surface.grid!.cols, surface.grid!.rows], [4_369, 15]);
});

test("a buffer that is larger than any that can be meant is refused before it is decompressed", () => {
  const most = 16 + 3 + 65_535 * 9 + 65_535 * 12;
  const huge = { surfaceWidth: 8_192, surfaceHeight: 8_192, width: 8_192, height: 8_192 };
  const { header } = tpackFrame({ lines: [{ row: 0, cells: "abc" }] }, huge);
  tpackDecoder.validate({ ...header, expandedLength: most });
  assert.throws(() => tpackDecoder.validate({ ...header, expandedLength: most + 1 }), {
    code: "bad-expanded-length",
  });
});
