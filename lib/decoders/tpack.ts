/**
 * TPACK: the screen of a text client in one zstd frame (arcan `tui_raster.c`, `screen/tpack.c`).
 *
 * A frame is checked from end to end first and applied after, so that a refused one changes nothing.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { withInflated } from "./inflate.ts";
import type { Surface } from "./surface.ts";
import { CELL_ATTRIBUTE, type CursorStyle, type TextCursor, type TextGrid } from "./text_grid.ts";
import type { FrameDecoder, FrameHeader } from "./types.ts";
import { checkCompressedLength, checkRegion } from "./validate.ts";

const HEAD_BYTES = 16;
const CURSOR_COLOR_BYTES = 3;
const LINE_HEAD_BYTES = 9;
const CELL_BYTES = 12;
const MAX_BYTES_PER_PIXEL = 4;

/** A full frame covers its grid and counts its cells in 16 bits: no larger grid can be meant. */
const MAX_GRID_CELLS = 65_535;

/** Lines and cells are both counted in 16 bits: no buffer holds more (1.4 MB). */
const MAX_CONTENT_BYTES = HEAD_BYTES + CURSOR_COLOR_BYTES + 65_535 * LINE_HEAD_BYTES +
  MAX_GRID_CELLS * CELL_BYTES;

const FLAG_DELTA = 2;

const ATTRIBUTE_CURSOR = 0x20;
const ATTRIBUTE_SKIP = 0x80;
const KEPT_ATTRIBUTES = Object.values(CELL_ATTRIBUTE).reduce((all, bit) => all | bit, 0);

const CURSOR_INACTIVE = 1;
const CURSOR_ACTIVE = 2;
const CURSOR_HAS_COLOR = 8;
const CURSOR_BAR = 32;
const CURSOR_UNDERLINE = 64;
const CURSOR_HOLLOW = 128;

/** What the head and the line heads of a frame say. */
interface Outline {
  readonly lines: number;
  readonly delta: boolean;
  readonly cursorState: number;
  /** Offset of the first line. */
  readonly linesAt: number;
  /** The size of the grid that the lines span. */
  readonly cols: number;
  readonly rows: number;
}

/** Format 7: one zstd frame with a TPACK buffer; the region of the header says nothing about it. */
export const tpackDecoder: FrameDecoder = {
  validate(header: FrameHeader): void {
    checkRegion(header);
    const most = Math.min(header.width * header.height * MAX_BYTES_PER_PIXEL, MAX_CONTENT_BYTES);
    if (header.expandedLength < HEAD_BYTES || header.expandedLength > most) {
      throw new StreamError(
        "bad-expanded-length",
        `a TPACK buffer of ${header.expandedLength} bytes is outside ${HEAD_BYTES} to ${most}`,
      );
    }
    checkCompressedLength(header);
  },

  decode(header: FrameHeader, payload: Uint8Array, surface: Surface): void {
    withInflated(payload, header.expandedLength, (content) => {
      const view = new DataView(content.buffer, content.byteOffset, content.length);
      drawContent(header, view, surface);
    });
  },
};

function drawContent(header: FrameHeader, view: DataView, surface: Surface): void {
  const outline = readOutline(view);
  let grid: TextGrid;
  if (outline.delta) {
    const base = surface.baseGrid;
    if (base === undefined) {
      throw new StreamError("no-base-frame", "a TPACK delta without a full frame before it");
    }
    if (outline.cols > base.cols || outline.rows > base.rows) {
      throw outside(outline, `the grid of ${base.cols}x${base.rows}`);
    }
    surface.beginDeltaText(header);
    grid = base;
    if (outline.lines > 0) readBackground(view, grid);
  } else {
    checkGridSize(outline, header);
    grid = surface.beginFullText(header, outline.cols, outline.rows);
    readBackground(view, grid);
    grid.clear();
  }
  if (outline.lines > 0) readCursorLook(view, outline.cursorState, grid.cursor);
  applyLines(view, outline, grid);
  surface.endText(header);
}

function readOutline(view: DataView): Outline {
  const sizeBytes = view.getUint32(0, true);
  const lines = view.getUint16(4, true);
  const cells = view.getUint16(6, true);
  const delta = (view.getUint16(9, true) & FLAG_DELTA) !== 0;
  const cursorState = view.getUint8(15);
  const linesAt = HEAD_BYTES + ((cursorState & CURSOR_HAS_COLOR) === 0 ? 0 : CURSOR_COLOR_BYTES);
  const expected = linesAt + LINE_HEAD_BYTES * lines + CELL_BYTES * cells;
  if (sizeBytes !== view.byteLength || sizeBytes !== expected) {
    throw new StreamError(
      "bad-tpack",
      `${lines} lines and ${cells} cells take ${expected} bytes, the buffer says ${sizeBytes} ` +
        `and has ${view.byteLength}`,
    );
  }
  let at = linesAt;
  let cellsLeft = cells;
  let cols = 0;
  let rows = 0;
  for (let line = 0; line < lines; line++) {
    // The sizes add up, so a line head is inside the buffer as long as the cells before it were.
    const lineCells = view.getUint16(at + 2, true);
    cellsLeft -= lineCells;
    if (cellsLeft < 0) break;
    rows = Math.max(rows, view.getUint16(at, true) + 1);
    cols = Math.max(cols, view.getUint16(at + 4, true) + lineCells);
    at += LINE_HEAD_BYTES + CELL_BYTES * lineCells;
  }
  if (cellsLeft !== 0) {
    throw new StreamError(
      "bad-tpack",
      `the lines hold ${cells - cellsLeft} cells or more, the head says ${cells}`,
    );
  }
  return { lines, delta, cursorState, linesAt, cols, rows };
}

/** A full frame makes the grid: it must have a cell and fit what a surface can show. */
function checkGridSize(outline: Outline, header: FrameHeader): void {
  const { cols, rows } = outline;
  if (cols === 0 || rows === 0) throw new StreamError("bad-tpack", "a full frame without cells");
  if (cols > header.surfaceWidth || rows > header.surfaceHeight || cols * rows > MAX_GRID_CELLS) {
    throw outside(outline, `${header.surfaceWidth}x${header.surfaceHeight} pixels`);
  }
}

function outside(outline: Outline, place: string): StreamError {
  return new StreamError(
    "tpack-outside-grid",
    `lines that reach to ${outline.cols}x${outline.rows} cells are outside ${place}`,
  );
}

function readBackground(view: DataView, grid: TextGrid): void {
  grid.backgroundColor = rgbAt(view, 11);
  grid.backgroundAlpha = view.getUint8(14);
}

function readCursorLook(view: DataView, state: number, cursor: TextCursor): void {
  cursor.state = (state & CURSOR_ACTIVE) !== 0
    ? "active"
    : (state & CURSOR_INACTIVE) !== 0
    ? "inactive"
    : "hidden";
  cursor.style = cursorStyle(state);
  if ((state & CURSOR_HAS_COLOR) !== 0) cursor.color = rgbAt(view, HEAD_BYTES);
}

function cursorStyle(state: number): CursorStyle {
  if ((state & CURSOR_BAR) !== 0) return "bar";
  if ((state & CURSOR_UNDERLINE) !== 0) return "underline";
  if ((state & CURSOR_HOLLOW) !== 0) return "hollow";
  return "block";
}

function rgbAt(view: DataView, at: number): number {
  return (view.getUint8(at) << 16) | (view.getUint8(at + 1) << 8) | view.getUint8(at + 2);
}

function applyLines(view: DataView, outline: Outline, grid: TextGrid): void {
  const { codePoints, foreground, background, attributes, cursor, cols } = grid;
  let cursorCell = cursor.x < 0 ? -1 : cursor.y * cols + cursor.x;
  let at = outline.linesAt;
  for (let line = 0; line < outline.lines; line++) {
    let cell = view.getUint16(at, true) * cols + view.getUint16(at + 4, true);
    const end = cell + view.getUint16(at + 2, true);
    at += LINE_HEAD_BYTES;
    for (; cell < end; cell++, at += CELL_BYTES) {
      // fr fg fb br | bg bb attr attr_ext | code point, in little-endian words
      const second = view.getInt32(at + 4, true);
      const attribute = second >>> 16;
      if ((attribute & ATTRIBUTE_SKIP) !== 0) continue;
      const first = view.getInt32(at, true);
      foreground[cell] = ((first & 0xff) << 16) | (first & 0xff00) | ((first >> 16) & 0xff);
      background[cell] = ((first >>> 24) << 16) | ((second & 0xff) << 8) | ((second >> 8) & 0xff);
      codePoints[cell] = view.getUint32(at + 8, true);
      attributes[cell] = attribute & KEPT_ATTRIBUTES;
      if ((attribute & ATTRIBUTE_CURSOR) !== 0) cursorCell = cell;
      else if (cell === cursorCell) cursorCell = -1;
    }
  }
  cursor.x = cursorCell < 0 ? -1 : cursorCell % cols;
  cursor.y = cursorCell < 0 ? -1 : (cursorCell - cursor.x) / cols;
}
