/**
 * TPACK: the screen of a text client in one zstd frame (arcan `tui_raster.c`, `screen/tpack.c`).
 *
 * The whole frame is checked before any of it is applied, so that a refused one changes nothing.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { inflate } from "./inflate.ts";
import type { Surface } from "./surface.ts";
import { CELL_ATTRIBUTES_AT, CELL_BYTES, CELL_CURSOR, type PackedGrid } from "./packed_grid.ts";
import type { CursorStyle, TextCursor } from "./text_grid.ts";
import type { Decoded, FrameDecoder, FramePayload } from "./frame_decoder.ts";
import { DRAWN } from "./frame_decoder.ts";
import type { FrameHeader } from "./frame_header.ts";
import { checkCompressedLength, checkRegion } from "./validate.ts";

const HEAD_BYTES = 16;
const CURSOR_COLOR_BYTES = 3;
const LINE_HEAD_BYTES = 9;
const MAX_BYTES_PER_PIXEL = 4;

/** A full frame has all cells of the grid and counts them in 16 bits. */
const MAX_GRID_CELLS = 65_535;

/** Lines and cells are both counted in 16 bits: 1.4 MB. */
const MAX_CONTENT_BYTES = HEAD_BYTES + CURSOR_COLOR_BYTES + 65_535 * LINE_HEAD_BYTES +
  MAX_GRID_CELLS * CELL_BYTES;

const FLAG_DELTA = 2;

/** In the attributes: the cell of the grid stays as it is. */
const CELL_SKIP = 0x80;
const CELL_MARKS = CELL_SKIP | CELL_CURSOR;

const CURSOR_INACTIVE = 1;
const CURSOR_ACTIVE = 2;
const CURSOR_HAS_COLOR = 8;
const CURSOR_BAR = 32;
const CURSOR_UNDERLINE = 64;
const CURSOR_HOLLOW = 128;

/** The contents of the frame head and the line heads. */
interface Outline {
  readonly lines: number;
  readonly delta: boolean;
  readonly cursorState: number;
  /** Offset of the first line. */
  readonly linesAt: number;
  /** The end of the last line; the buffer may be longer. */
  readonly sizeBytes: number;
  /**
   * The size of the grid that the lines span. A line of one cell with the cursor does not count:
   * terminals also send it for a cursor outside the grid.
   */
  readonly cols: number;
  readonly rows: number;
}

/** Format 7: one zstd frame with a TPACK buffer. The region of the header has no meaning. */
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

  decode(header: FrameHeader, { bytes }: FramePayload, surface: Surface): Decoded {
    const content = inflate(bytes, header.expandedLength);
    drawContent(header, content, surface);
    return DRAWN;
  },
};

function drawContent(header: FrameHeader, content: Uint8Array, surface: Surface): void {
  const outline = readOutline(content);
  let grid: PackedGrid;
  if (outline.delta) {
    const base = surface.baseGrid;
    if (base === undefined) {
      throw new StreamError("no-base-frame", "a TPACK delta without a full frame before it");
    }
    grid = surface.beginDeltaText(header, base);
    if (outline.lines > 0) readBackground(content, grid);
  } else {
    const { cols, rows } = gridSize(outline, header);
    grid = surface.beginFullText(header, cols, rows);
    readBackground(content, grid);
    grid.clear();
  }
  if (outline.lines > 0) readCursorLook(content, outline.cursorState, grid.cursor);
  applyLines(content, outline, grid);
  surface.endText(header);
}

function readOutline(content: Uint8Array): Outline {
  const sizeBytes = uint32(content, 0);
  const lines = uint16(content, 4);
  const cells = uint16(content, 6);
  const delta = (uint16(content, 9) & FLAG_DELTA) !== 0;
  const cursorState = content[15]!;
  const linesAt = HEAD_BYTES + ((cursorState & CURSOR_HAS_COLOR) === 0 ? 0 : CURSOR_COLOR_BYTES);
  const expected = linesAt + LINE_HEAD_BYTES * lines + CELL_BYTES * cells;
  if (sizeBytes > content.length || sizeBytes !== expected) {
    throw new StreamError(
      "bad-tpack",
      `${lines} lines and ${cells} cells take ${expected} bytes, the buffer says ${sizeBytes} ` +
        `and has ${content.length}`,
    );
  }
  let cols = 0;
  let rows = 0;
  visitLines(content, linesAt, sizeBytes, lines, (row, column, cells, at) => {
    if (isCursorLine(content, cells, at)) return;
    rows = Math.max(rows, row + 1);
    cols = Math.max(cols, column + cells);
  });
  return { lines, delta, cursorState, linesAt, sizeBytes, cols, rows };
}

/**
 * Visits the lines with their position, the number of their cells and the offset of these. Cells beyond
 * the buffer are cut off, as in the reference: in a terminal of more than 65,535 cells the 16-bit count
 * overflows, and it sends the first part of its screen.
 */
function visitLines(
  content: Uint8Array,
  linesAt: number,
  end: number,
  lines: number,
  visit: (row: number, column: number, cells: number, at: number) => void,
): void {
  let at = linesAt;
  for (let line = 0; line < lines && at + LINE_HEAD_BYTES <= end; line++) {
    const row = uint16(content, at);
    const claimed = uint16(content, at + 2);
    const column = uint16(content, at + 4);
    at += LINE_HEAD_BYTES;
    const cells = Math.min(claimed, Math.floor((end - at) / CELL_BYTES));
    visit(row, column, cells, at);
    if (cells < claimed) return;
    at += CELL_BYTES * cells;
  }
}

function isCursorLine(content: Uint8Array, cells: number, at: number): boolean {
  return cells === 1 && (content[at + CELL_ATTRIBUTES_AT]! & CELL_CURSOR) !== 0;
}

/** The size of the grid of a full frame; cells outside it are left out. */
function gridSize(outline: Outline, header: FrameHeader): { cols: number; rows: number } {
  const cols = clamp(outline.cols, header.surfaceWidth);
  const rows = clamp(outline.rows, Math.min(header.surfaceHeight, MAX_GRID_CELLS / cols));
  return { cols, rows };
}

function clamp(count: number, most: number): number {
  return Math.max(1, Math.min(count, Math.floor(most)));
}

function readBackground(content: Uint8Array, grid: PackedGrid): void {
  grid.backgroundColor = rgbAt(content, 11);
  grid.backgroundAlpha = content[14]!;
}

function readCursorLook(content: Uint8Array, state: number, cursor: TextCursor): void {
  cursor.state = (state & CURSOR_ACTIVE) !== 0
    ? "active"
    : (state & CURSOR_INACTIVE) !== 0
    ? "inactive"
    : "hidden";
  cursor.style = cursorStyle(state);
  if ((state & CURSOR_HAS_COLOR) !== 0) cursor.color = rgbAt(content, HEAD_BYTES);
}

function cursorStyle(state: number): CursorStyle {
  if ((state & CURSOR_BAR) !== 0) return "bar";
  if ((state & CURSOR_UNDERLINE) !== 0) return "underline";
  if ((state & CURSOR_HOLLOW) !== 0) return "hollow";
  return "block";
}

// To make a `DataView` for each frame takes longer than to read the few numbers of a line.
function uint16(content: Uint8Array, at: number): number {
  return content[at]! | (content[at + 1]! << 8);
}

function uint32(content: Uint8Array, at: number): number {
  return uint16(content, at) + uint16(content, at + 2) * 0x1_0000;
}

function rgbAt(content: Uint8Array, at: number): number {
  return (content[at]! << 16) | (content[at + 1]! << 8) | content[at + 2]!;
}

/** Cells outside the grid are left out, as in the reference (`tui_tpack_unpack`). */
function applyLines(
  content: Uint8Array,
  outline: Outline,
  grid: PackedGrid,
): void {
  const { cursor, cols, rows } = grid;
  const { linesAt, sizeBytes, lines } = outline;
  let cursorCell = cursor.x < 0 ? -1 : cursor.y * cols + cursor.x;
  visitLines(content, linesAt, sizeBytes, lines, (row, column, cells, at) => {
    if (row >= rows) return;
    const first = row * cols + column;
    const count = Math.min(cells, cols - column);
    let from = 0;
    for (
      let index = nextMarked(content, at, 0, count);
      index < count;
      index = nextMarked(content, at, index + 1, count)
    ) {
      if ((content[at + index * CELL_BYTES + CELL_ATTRIBUTES_AT]! & CELL_SKIP) === 0) {
        cursorCell = first + index;
      } else {
        if (from < index) grid.put(first + from, content, at + from * CELL_BYTES, index - from);
        from = index + 1;
      }
    }
    if (from < count) grid.put(first + from, content, at + from * CELL_BYTES, count - from);
  });
  // A later line may have replaced the cell of the cursor.
  if (cursorCell >= 0 && !grid.hasCursor(cursorCell)) cursorCell = -1;
  cursor.x = cursorCell < 0 ? -1 : cursorCell % cols;
  cursor.y = cursorCell < 0 ? -1 : (cursorCell - cursor.x) / cols;
}

/**
 * Finds a cell that is skipped or has the cursor. Almost all cells of a screen are neither, so four are
 * tested at a time.
 *
 * @param at The offset of the first of `count` cells.
 * @param from The index of the cell to begin with.
 * @returns Its index, or `count`.
 */
function nextMarked(content: Uint8Array, at: number, from: number, count: number): number {
  let index = from;
  let byte = at + from * CELL_BYTES + CELL_ATTRIBUTES_AT;
  for (; index + 4 <= count; index += 4, byte += 4 * CELL_BYTES) {
    const four = content[byte]! | content[byte + CELL_BYTES]! | content[byte + 2 * CELL_BYTES]! |
      content[byte + 3 * CELL_BYTES]!;
    if ((four & CELL_MARKS) !== 0) break;
  }
  while (index < count && (content[byte]! & CELL_MARKS) === 0) {
    index++;
    byte += CELL_BYTES;
  }
  return index;
}
