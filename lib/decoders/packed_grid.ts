/**
 * The screen of a text client with its cells as they came. Most clients are printed and not looked at,
 * so cells are taken apart only for readers.
 *
 * A cell has 12 bytes: foreground r, g, b | background r, g, b | attributes, 2 bytes | code point, u32.
 *
 * @module
 */

import { CELL_ATTRIBUTE, CELL_MEMORY_BYTES, type TextCursor, TextGrid } from "./text_grid.ts";

/** The size of a cell on the wire. */
export const CELL_BYTES = 12;
/** The attribute byte that {@linkcode CELL_CURSOR} is in. */
export const CELL_ATTRIBUTES_AT = 6;
/** In the attributes: the cursor is on the cell. */
export const CELL_CURSOR = 0x20;

/** The memory of a cell: as it came, and taken apart. Counted before there is a reader. */
export const PACKED_CELL_MEMORY_BYTES = CELL_BYTES + CELL_MEMORY_BYTES;

const FEW_CELLS = 4;
const CELL_WORDS = CELL_BYTES / 4;
const KEPT_ATTRIBUTES = Object.values(CELL_ATTRIBUTE).reduce((all, bit) => all | bit, 0);

/** A grid that decoders draw on; the cell of a column and row has the index `row * cols + column`. */
export class PackedGrid {
  readonly cols: number;
  readonly rows: number;
  readonly cursor: TextCursor = { x: -1, y: -1, style: "block", color: 0xffffff, state: "hidden" };
  /** 0xRRGGBB. */
  backgroundColor = 0;
  /** 0 to 255. */
  backgroundAlpha = 255;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, little-endian. */
  readonly #words: Uint32Array<ArrayBuffer>;
  /** What readers see, once there was one. */
  #opened: TextGrid | undefined;
  // The cells that have changed since it was brought up to date are among these.
  #staleFrom = 0;
  #staleTo: number;

  /**
   * @param cols At least 1.
   * @param rows At least 1.
   */
  constructor(cols: number, rows: number) {
    this.cols = cols;
    this.rows = rows;
    this.#bytes = new Uint8Array(cols * rows * CELL_BYTES);
    this.#words = new Uint32Array(this.#bytes.buffer);
    this.#staleTo = cols * rows;
  }

  /** The memory of all cells, also of those that are not taken apart yet. */
  get memoryBytes(): number {
    return this.cols * this.rows * PACKED_CELL_MEMORY_BYTES;
  }

  /** Empties all cells and removes the cursor, which keeps its shape and colour. */
  clear(): void {
    const bytes = this.#bytes.fill(0);
    const color = this.backgroundColor;
    if (color !== 0) {
      bytes.set([0, 0, 0, color >> 16, (color >> 8) & 0xff, color & 0xff]);
      for (let filled = CELL_BYTES; filled < bytes.length; filled *= 2) {
        bytes.copyWithin(filled, 0, filled);
      }
    }
    this.#touch(0, this.cols * this.rows);
    this.cursor.x = -1;
    this.cursor.y = -1;
  }

  /**
   * Replaces cells that stand side by side.
   *
   * @param cell The index of the first one.
   * @param content Holds `count` cells at `at`; copied.
   */
  put(cell: number, content: Uint8Array, at: number, count: number): void {
    const bytes = this.#bytes;
    const to = cell * CELL_BYTES;
    const sizeBytes = count * CELL_BYTES;
    // To make a view takes longer than to copy a few cells, such as that of the cursor.
    if (count > FEW_CELLS) bytes.set(content.subarray(at, at + sizeBytes), to);
    else for (let i = 0; i < sizeBytes; i++) bytes[to + i] = content[at + i]!;
    this.#touch(cell, cell + count);
  }

  /** Whether the cursor is on a cell. */
  hasCursor(cell: number): boolean {
    return (this.#bytes[cell * CELL_BYTES + CELL_ATTRIBUTES_AT]! & CELL_CURSOR) !== 0;
  }

  /** Makes an independent copy without readers. */
  clone(): PackedGrid {
    const copy = new PackedGrid(this.cols, this.rows);
    copy.#bytes.set(this.#bytes);
    Object.assign(copy.cursor, this.cursor);
    copy.backgroundColor = this.backgroundColor;
    copy.backgroundAlpha = this.backgroundAlpha;
    return copy;
  }

  /** The grid for readers: the same object each time, brought up to date by this call alone. */
  open(): TextGrid {
    const grid = this.#opened ??= new TextGrid(this.cols, this.rows);
    this.#takeApart(grid, this.#staleFrom, this.#staleTo);
    this.#staleFrom = this.#staleTo = 0;
    Object.assign(grid.cursor, this.cursor);
    grid.backgroundColor = this.backgroundColor;
    grid.backgroundAlpha = this.backgroundAlpha;
    return grid;
  }

  #touch(from: number, to: number): void {
    const isFresh = this.#staleFrom === this.#staleTo;
    if (isFresh || from < this.#staleFrom) this.#staleFrom = from;
    if (isFresh || to > this.#staleTo) this.#staleTo = to;
  }

  #takeApart(grid: TextGrid, from: number, to: number): void {
    const { codePoints, foreground, background, attributes } = grid;
    const words = this.#words;
    for (let cell = from, at = from * CELL_WORDS; cell < to; cell++, at += CELL_WORDS) {
      const first = words[at]!;
      const second = words[at + 1]!;
      foreground[cell] = ((first & 0xff) << 16) | (first & 0xff00) | ((first >> 16) & 0xff);
      background[cell] = ((first >>> 24) << 16) | ((second & 0xff) << 8) | ((second >> 8) & 0xff);
      attributes[cell] = (second >>> 16) & KEPT_ATTRIBUTES;
      codePoints[cell] = words[at + 2]!;
    }
  }
}
