import assert from "node:assert/strict";
import { Surface } from "../../../lib/decoders/surface.ts";
import { CELL_ATTRIBUTE } from "../../../lib/decoders/text_grid.ts";
import { tpackDecoder } from "../../../lib/decoders/tpack.ts";
import type { FrameHeader } from "../../../lib/decoders/frame_header.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { compressedFrame, draw as drawFrame, type Tpack, tpack, tpackFrame } from "./frames.ts";

const FULL = 1;
const DELTA = 2;
const CURSOR = 0x20;
const SKIP = 0x80;

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

function draw(surface: Surface, frame: Tpack, fields: Partial<FrameHeader> = {}): void {
  const { header, payload } = tpackFrame(frame, fields);
  drawFrame(surface, header, payload);
}

/** Draws a buffer that the builder cannot make. */
function drawContent(surface: Surface, content: Uint8Array): void {
  const { header, payload } = compressedFrame(content, {
    format: VIDEO_FORMAT.tpack,
    surfaceWidth: 320,
    surfaceHeight: 160,
  });
  drawFrame(surface, header, payload);
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

test("the size of the grid comes from the lines, not from the counts of the head", () => {
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

test("the cursor is at the last cell with its bit", () => {
  const surface = abcdef();
  const cursor = () => [surface.grid!.cursor.x, surface.grid!.cursor.y];
  assert.deepEqual(cursor(), [-1, -1]);
  const at = (row: number, column: number, attr: number) =>
    draw(surface, { flags: DELTA, lines: [{ row, column, cells: [{ attr, codePoint: 35 }] }] });
  at(1, 2, CURSOR);
  assert.deepEqual(cursor(), [2, 1]);
  at(0, 0, 0);
  assert.deepEqual(cursor(), [2, 1], "another cell leaves it");
  at(0, 1, CURSOR);
  assert.deepEqual(cursor(), [1, 0], "it moves");
  at(0, 1, SKIP | CURSOR);
  assert.deepEqual(cursor(), [1, 0], "a skipped cell is none");
  at(0, 1, 0);
  assert.deepEqual(cursor(), [-1, -1], "an ordinary cell in its place removes it");
  assert(surface.grid!.attributes.every((attribute) => (attribute & CURSOR) === 0));
});

test("a skipped cell and the cursor are found wherever they are in a line", () => {
  const text = "0123456789a";
  for (let marked = 0; marked < text.length; marked++) {
    for (let other = 0; other < text.length; other++) {
      const surface = new Surface();
      draw(surface, { lines: [{ row: 0, cells: text }] });
      const cells = Array.from(text, (_, column) => ({
        attr: column === marked ? SKIP : column === other ? CURSOR : 0,
        codePoint: 46,
      }));
      draw(surface, { flags: DELTA, lines: [{ row: 0, cells }] });
      const dots = Array.from(text, (kept, column) => column === marked ? kept : ".").join("");
      assert.equal(surface.gridText(), dots);
      assert.equal(surface.grid!.cursor.x, marked === other ? -1 : other);
    }
  }
});

test("a full frame without a cursor cell removes the cursor", () => {
  const surface = new Surface();
  draw(surface, { lines: [{ row: 0, cells: [{ attr: CURSOR, codePoint: 65 }] }] });
  assert.equal(surface.grid!.cursor.x, 0);
  draw(surface, { lines: [{ row: 0, cells: "b" }] });
  assert.equal(surface.grid!.cursor.x, -1);
});

test("shape, colour and focus of the cursor come with the frame", () => {
  const surface = abcdef();
  const look = (cursorState: number, cursorColor?: number[]) => {
    const frame = { flags: DELTA, cursorState, lines: [{ row: 0, cells: "x" }] };
    draw(surface, cursorColor === undefined ? frame : { ...frame, cursorColor });
    const { cursor } = surface.grid!;
    return [cursor.state, cursor.style, cursor.color];
  };
  assert.deepEqual(look(2 | 8 | 16, [1, 2, 3]), ["active", "block", 0x010203]);
  assert.deepEqual(look(1 | 8 | 32, [4, 5, 6]), ["inactive", "bar", 0x040506]);
  assert.deepEqual(look(8 | 64, [7, 8, 9]), ["hidden", "underline", 0x070809]);
  assert.deepEqual(look(2 | 128), ["active", "hollow", 0x070809], "no colour: it stays");
  assert.deepEqual(look(2), ["active", "block", 0x070809]);
});

test("the look of the cursor stays with a full frame of another size", () => {
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

test("full and delta frames without commit are not presented", () => {
  const surface = abcdef();
  const hidden = { commit: false };
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

test("a cursor cell outside the lines of a full frame does not enlarge the grid", () => {
  const cursor = (row: number, column: number) => ({
    row,
    column,
    cells: [{ attr: CURSOR, codePoint: 33 }],
  });
  for (const [row, column] of [[0, 3], [1, 3], [2, 0], [5, 1], [65_535, 65_535]] as const) {
    const surface = new Surface();
    const lines = [{ row: 0, cells: "abc" }, { row: 1, cells: "def" }, cursor(row, column)];
    draw(surface, { lines });
    assert.equal(surface.gridText(), "abc\ndef", `the cursor at ${column},${row}`);
    assert.deepEqual([surface.grid!.cursor.x, surface.grid!.cursor.y], [-1, -1]);
  }
});

test("a delta frame draws the cells inside the grid and ignores the others", () => {
  const x = { row: 0, cells: "x" };
  const cases: [string, ...Tpack["lines"]][] = [
    ["xbc\ndef", x, { row: 2, cells: "y" }],
    ["xbc\ndef", x, { row: 0, column: 3, cells: "y" }],
    ["xbc\ndey", x, { row: 1, column: 2, cells: "yz" }],
    ["xbc\ndef", { row: 65_535, cells: "y" }, x],
    ["xbc\ndef", { row: 1, column: 65_535, cells: "y" }, x],
    ["xbc\ndef", { row: 0, column: 65_535, cells: "" }, x],
    ["xyz\ndef", { row: 0, cells: "xyz123" }],
  ];
  for (const [text, ...lines] of cases) {
    const surface = abcdef();
    draw(surface, { flags: DELTA, lines });
    assert.equal(surface.gridText(), text, JSON.stringify(lines));
    assert.equal(surface.revision, 2);
  }
});

test("a cursor outside the grid is not shown until it comes back", () => {
  const surface = abcdef();
  const cursor = () => [surface.grid!.cursor.x, surface.grid!.cursor.y];
  const cell = (column: number, attr: number) => ({
    row: 0,
    column,
    cells: [{ attr, codePoint: 99 }],
  });
  draw(surface, { flags: DELTA, lines: [cell(2, CURSOR)] });
  assert.deepEqual(cursor(), [2, 0]);
  draw(surface, { flags: DELTA, lines: [cell(2, 0), cell(3, CURSOR)] });
  assert.deepEqual(cursor(), [-1, -1]);
  draw(surface, { flags: DELTA, lines: [cell(3, 0), cell(1, CURSOR)] });
  assert.deepEqual(cursor(), [1, 0]);
  assert.equal(surface.gridText(), "acc\ndef");
});

test("a full frame is cut to the size that the surface and the count of cells allow", () => {
  const small = { surfaceWidth: 20, surfaceHeight: 10 };
  const surface = new Surface();
  const long = "0123456789012345678901234";
  draw(surface, { lines: [{ row: 0, cells: long }, { row: 400, cells: "x" }] }, small);
  assert.deepEqual([surface.grid!.cols, surface.grid!.rows], [20, 10]);
  assert.equal(surface.gridText().slice(0, 20), long.slice(0, 20));

  const large = { surfaceWidth: 8_192, surfaceHeight: 8_192 };
  const corners = [{ row: 0, column: 4_095, cells: "x" }, { row: 4_095, cells: "x" }];
  draw(surface, { lines: corners }, large);
  assert.deepEqual([surface.grid!.cols, surface.grid!.rows], [4_096, 15]);
  draw(surface, { lines: [{ row: 14, column: 4_368, cells: "x" }] }, large);
  assert.deepEqual([surface.grid!.cols, surface.grid!.rows], [4_369, 15]);
});

test("a full frame without cells shows one empty cell, as for a window smaller than a cell", () => {
  for (const lines of [[], [{ row: 3, cells: "" }], [{ row: 0, column: 9, cells: "" }]]) {
    const surface = abcdef();
    draw(surface, { lines });
    assert.equal(surface.gridText().trim(), "");
    assert.equal(surface.revision, 2);
  }
});

test("lines are cut at the end of the buffer, as when the count of cells has overflowed", () => {
  const surface = new Surface();
  const content = tpack({
    lines: [{ row: 0, cells: "abcdef" }, { row: 1, cells: "ghijkl" }, { row: 2, cells: "" }],
  });
  const secondLine = 16 + 3 + 9 + 6 * 12;
  content[secondLine + 2] = 200;
  drawContent(surface, content);
  assert.deepEqual([surface.grid!.cols, surface.grid!.rows], [6, 2]);
  assert.equal(surface.gridText(), "abcdef\nghijkl");
});

test("a line with a wrong count of cells is read within the buffer", () => {
  const content = tpack({ lines: [{ row: 0, cells: "ab" }, { row: 1, cells: "cd" }] });
  const cellsOfFirstLine = 16 + 3 + 2;
  assert.equal(content[cellsOfFirstLine], 2);
  for (const claim of [0, 1, 3, 4, 5, 255]) {
    const surface = abcdef();
    drawContent(surface, content.with(cellsOfFirstLine, claim));
    assert.equal(surface.revision, 2);
    assert(surface.grid!.cols <= 320 && surface.grid!.rows <= 160);
  }
});

test("bytes behind the announced size of a buffer are not read", () => {
  const surface = new Surface();
  const content = tpack({ lines: [{ row: 0, cells: "ab" }] });
  drawContent(surface, new Uint8Array([...content, 1, 2, 3]));
  assert.equal(surface.gridText(), "ab");
});

test("every refused frame has its code and no effect", () => {
  const x = { row: 0, cells: "x" };
  const cases: [string, Tpack][] = [
    ["bad-tpack", { lines: [x], sizeBytes: 39 }],
    ["bad-tpack", { lines: [x], sizeBytes: 41 }],
    ["bad-tpack", { lines: [x], sizeBytes: 0xffff_ffff }],
    ["bad-tpack", { lines: [x], cellCount: 2 }],
    ["bad-tpack", { lines: [x], lineCount: 2 }],
    ["bad-tpack", { lines: [x], cellCount: 2, sizeBytes: 52 }],
    ["bad-tpack", { flags: DELTA, lines: [x], lineCount: 2, sizeBytes: 49 }],
  ];
  for (const [code, frame] of cases) {
    const surface = abcdef();
    const before = surface.grid!.clone();
    assert.throws(() => draw(surface, frame), { code }, JSON.stringify(frame));
    assert.deepEqual(surface.grid, before);
    assert.equal(surface.revision, 1);
  }
});

test("a delta frame without a grid is refused", () => {
  for (const lines of [[], [{ row: 0, cells: "x" }]]) {
    assert.throws(() => draw(new Surface(), { flags: DELTA, lines }), { code: "no-base-frame" });
  }
});

test("a buffer of an impossible size is refused before it is decompressed", () => {
  const most = 16 + 3 + 65_535 * 9 + 65_535 * 12;
  const huge = { surfaceWidth: 8_192, surfaceHeight: 8_192, width: 8_192, height: 8_192 };
  const { header } = tpackFrame({ lines: [{ row: 0, cells: "abc" }] }, huge);
  tpackDecoder.validate({ ...header, expandedLength: most });
  assert.throws(() => tpackDecoder.validate({ ...header, expandedLength: most + 1 }), {
    code: "bad-expanded-length",
  });
});
