/**
 * TPACK: a grid of text in one zstd frame; first all cells, then those that have changed (arcan
 * `screen/tpack.c`).
 *
 * @module
 */

import { compress } from "../decoders/compress.ts";
import type { TextCursor, TextGrid } from "../decoders/text_grid.ts";
import { VIDEO_CHUNK_BYTES, VIDEO_FORMAT } from "../wire/constants.ts";
import { requireInteger } from "../wire/layout.ts";
import { COMPRESSION_LEVEL, type VideoFrame } from "./frame.ts";

const HEAD_BYTES = 16;
const CURSOR_COLOR_BYTES = 3;
const LINES_AT = HEAD_BYTES + CURSOR_COLOR_BYTES;
const LINE_HEAD_BYTES = 9;
const CELL_BYTES = 12;

const FLAG_FULL = 1;
const FLAG_DELTA = 2;
const ATTRIBUTE_CURSOR = 0x20;

const CURSOR_HAS_COLOR = 8;
const CURSOR_STATE = { hidden: 0, inactive: 1, active: 2 } as const;
const CURSOR_STYLE = { block: 16, bar: 32, underline: 64, hollow: 128 } as const;

/** The most cells of a grid: a frame has their number in 16 bits. */
export const MAX_TPACK_CELLS = 65_535;

/** Encodes the grids of one channel; keeps the grid that the receiver has. */
export class TpackEncoder {
  #sent: TextGrid | undefined;
  #surfaceWidth = 0;
  #surfaceHeight = 0;
  #buffer = new Uint8Array(0);
  #view = new DataView(this.#buffer.buffer);
  #at = 0;

  /**
   * Encodes what has changed since the last call.
   *
   * @param grid At most {@linkcode MAX_TPACK_CELLS}; copied.
   * @param surfaceWidth Width of the window in pixels.
   * @param surfaceHeight Height of the window in pixels.
   * @returns `undefined` when nothing has changed.
   * @throws {ApiMisuseError} `bad-argument` for a grid with more cells.
   */
  encode(grid: TextGrid, surfaceWidth: number, surfaceHeight: number): VideoFrame | undefined {
    requireInteger("cells", grid.cols * grid.rows, 1, MAX_TPACK_CELLS);
    const sent = this.#sent;
    const isFull = sent === undefined || sent.cols !== grid.cols || sent.rows !== grid.rows ||
      this.#surfaceWidth !== surfaceWidth || this.#surfaceHeight !== surfaceHeight ||
      sent.backgroundColor !== grid.backgroundColor ||
      sent.backgroundAlpha !== grid.backgroundAlpha;
    if (isFull) this.#reserve(grid);
    const lines = this.#writeLines(grid, isFull ? undefined : sent);
    if (lines === 0) return undefined;
    this.#writeHead(grid, lines, isFull ? FLAG_FULL : FLAG_DELTA);
    this.#sent = grid.clone();
    this.#surfaceWidth = surfaceWidth;
    this.#surfaceHeight = surfaceHeight;
    const payload = compress(this.#buffer.subarray(0, this.#at), COMPRESSION_LEVEL);
    return {
      format: VIDEO_FORMAT.tpack,
      surfaceWidth,
      surfaceHeight,
      x: 0,
      y: 0,
      width: surfaceWidth,
      height: surfaceHeight,
      flags: 0,
      expandedLength: this.#at,
      payload,
      chunkBytes: VIDEO_CHUNK_BYTES,
    };
  }

  #reserve({ cols, rows }: TextGrid): void {
    const size = LINES_AT + rows * (LINE_HEAD_BYTES + cols * CELL_BYTES);
    if (size <= this.#buffer.length) return;
    this.#buffer = new Uint8Array(size);
    this.#view = new DataView(this.#buffer.buffer);
  }

  /** Writes the lines that differ from the sent grid. @returns How many. */
  #writeLines(grid: TextGrid, sent: TextGrid | undefined): number {
    const { cols, rows } = grid;
    const cursorCell = cellOf(grid);
    // A changed cursor changes two cells: the one that it leaves and the one that it enters.
    const isMoved = sent !== undefined && !sameCursor(grid.cursor, sent.cursor);
    const staleCursor = isMoved ? cellOf(sent) : -1;
    const freshCursor = isMoved ? cursorCell : -1;
    this.#at = LINES_AT;
    let lines = 0;
    for (let row = 0; row < rows; row++) {
      const start = row * cols;
      let first = start;
      let last = start + cols - 1;
      if (sent !== undefined) {
        const same = (cell: number) =>
          cell !== staleCursor && cell !== freshCursor && sameCell(grid, sent, cell);
        while (first <= last && same(first)) first++;
        while (last > first && same(last)) last--;
      }
      if (first > last) continue;
      this.#writeLine(grid, row, first - start, last - first + 1, cursorCell);
      lines++;
    }
    return lines;
  }

  #writeLine(grid: TextGrid, row: number, column: number, count: number, cursor: number): void {
    const view = this.#view;
    let at = this.#at;
    view.setUint16(at, row, true);
    view.setUint16(at + 2, count, true);
    view.setUint16(at + 4, column, true);
    this.#buffer.fill(0, at + 6, at + LINE_HEAD_BYTES);
    at += LINE_HEAD_BYTES;
    const first = row * grid.cols + column;
    for (let cell = first; cell < first + count; cell++, at += CELL_BYTES) {
      this.#writeRgb(at, grid.foreground[cell]!);
      this.#writeRgb(at + 3, grid.background[cell]!);
      const attributes = grid.attributes[cell]!;
      view.setUint16(at + 6, cell === cursor ? attributes | ATTRIBUTE_CURSOR : attributes, true);
      view.setUint32(at + 8, grid.codePoints[cell]!, true);
    }
    this.#at = at;
  }

  #writeHead(grid: TextGrid, lines: number, flags: number): void {
    const view = this.#view;
    const cells = (this.#at - LINES_AT - lines * LINE_HEAD_BYTES) / CELL_BYTES;
    view.setUint32(0, this.#at, true);
    view.setUint16(4, lines, true);
    view.setUint16(6, cells, true);
    view.setUint8(8, 0);
    view.setUint16(9, flags, true);
    this.#writeRgb(11, grid.backgroundColor);
    view.setUint8(14, grid.backgroundAlpha);
    const { state, style, color } = grid.cursor;
    view.setUint8(15, CURSOR_HAS_COLOR | CURSOR_STATE[state] | CURSOR_STYLE[style]);
    this.#writeRgb(HEAD_BYTES, color);
  }

  #writeRgb(at: number, color: number): void {
    const bytes = this.#buffer;
    bytes[at] = color >> 16;
    bytes[at + 1] = color >> 8;
    bytes[at + 2] = color;
  }
}

/** The cell of the cursor; -1 without one. */
function cellOf({ cursor, cols }: TextGrid): number {
  return cursor.x < 0 || cursor.state === "hidden" ? -1 : cursor.y * cols + cursor.x;
}

function sameCursor(a: TextCursor, b: TextCursor): boolean {
  return a.x === b.x && a.y === b.y && a.state === b.state && a.style === b.style &&
    a.color === b.color;
}

function sameCell(a: TextGrid, b: TextGrid, cell: number): boolean {
  return a.codePoints[cell] === b.codePoints[cell] &&
    a.foreground[cell] === b.foreground[cell] && a.background[cell] === b.background[cell] &&
    a.attributes[cell] === b.attributes[cell];
}
