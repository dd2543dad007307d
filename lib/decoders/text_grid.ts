/**
 * The screen of a text client: cells with a code point, two colours and attributes, and a cursor.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";
import { MAX_GRID_CELLS } from "../limits.ts";
import { characterOf, isWide } from "./character.ts";

/** The bits of `TextGrid.attributes`; the high byte is what the wire calls extended. */
export const CELL_ATTRIBUTE = {
  bold: 0x0001,
  underline: 0x0002,
  underwave: 0x0004,
  italic: 0x0008,
  strikethrough: 0x0010,
  shapeBreak: 0x0040,
  glyphIndex: 0x0100,
  glyphIndexAlternate: 0x0200,
  borderRight: 0x0400,
  borderDown: 0x0800,
  borderLeft: 0x1000,
  borderTop: 0x2000,
} as const;

/** The shape of a cursor. */
export type CursorStyle = "block" | "bar" | "underline" | "hollow";

/** The position and look of the cursor. */
export interface TextCursor {
  /** The column from 0; -1 when no cell has the cursor. */
  x: number;
  /** The row from 0; -1 when no cell has the cursor. */
  y: number;
  /** The shape. */
  style: CursorStyle;
  /** 0xRRGGBB. */
  color: number;
  /** `active` with the focus, `inactive` without it, `hidden` when the client shows no cursor. */
  state: "active" | "inactive" | "hidden";
}

/** How a grid becomes text. */
export interface TextOptions {
  /** Cuts off the blanks at the end of each line. */
  readonly trimEnd?: boolean;
}

const GLYPH_INDEX = CELL_ATTRIBUTE.glyphIndex | CELL_ATTRIBUTE.glyphIndexAlternate;

/** The memory of one cell. */
export const CELL_MEMORY_BYTES = 14;

/** A grid of cells; the cell of a column and row has the index `row * cols + column`. */
export class TextGrid {
  /** The number of columns. */
  readonly cols: number;
  /** The number of rows. */
  readonly rows: number;
  /**
   * The code point of each cell, 0 for an empty one. The right half of a wide character is a cell of
   * its own, with 0 or a blank (see {@linkcode hasRightHalf}). A combining mark is a cell too.
   */
  readonly codePoints: Uint32Array<ArrayBuffer>;
  /** The colour of each character as 0xRRGGBB. */
  readonly foreground: Uint32Array<ArrayBuffer>;
  /** The colour behind each cell as 0xRRGGBB. */
  readonly background: Uint32Array<ArrayBuffer>;
  /** A set of {@linkcode CELL_ATTRIBUTE} for each cell. */
  readonly attributes: Uint16Array<ArrayBuffer>;
  /** The cursor. */
  readonly cursor: TextCursor = { x: -1, y: -1, style: "block", color: 0xffffff, state: "hidden" };
  /** The colour of the padding outside the cells as 0xRRGGBB. */
  backgroundColor = 0;
  /** The opacity of every cell's background, 0 to 255. */
  backgroundAlpha = 255;

  /**
   * Makes a grid of empty cells.
   *
   * @param cols At least 1.
   * @param rows At least 1.
   * @throws {ApiMisuseError} `bad-argument` for other numbers, and for more than 1 Mi cells.
   */
  constructor(cols: number, rows: number) {
    const isGrid = [cols, rows].every((side) => Number.isInteger(side) && side >= 1);
    if (!isGrid || cols * rows > MAX_GRID_CELLS) {
      const text = `a grid of ${cols} by ${rows} cells, must have 1 to ${MAX_GRID_CELLS}`;
      throw new ApiMisuseError("bad-argument", text);
    }
    this.cols = cols;
    this.rows = rows;
    const cells = cols * rows;
    this.codePoints = new Uint32Array(cells);
    this.foreground = new Uint32Array(cells);
    this.background = new Uint32Array(cells);
    this.attributes = new Uint16Array(cells);
  }

  /** The memory of all cells in bytes. */
  get sizeBytes(): number {
    return this.cols * this.rows * CELL_MEMORY_BYTES;
  }

  /** Empties all cells and removes the cursor, which keeps its shape and colour. */
  clear(): void {
    this.codePoints.fill(0);
    this.foreground.fill(0);
    this.background.fill(this.backgroundColor);
    this.attributes.fill(0);
    this.cursor.x = -1;
    this.cursor.y = -1;
  }

  /** Makes an independent copy. */
  clone(): TextGrid {
    const copy = new TextGrid(this.cols, this.rows);
    copy.codePoints.set(this.codePoints);
    copy.foreground.set(this.foreground);
    copy.background.set(this.background);
    copy.attributes.set(this.attributes);
    Object.assign(copy.cursor, this.cursor);
    copy.backgroundColor = this.backgroundColor;
    copy.backgroundAlpha = this.backgroundAlpha;
    return copy;
  }

  /**
   * Whether a cell has a wide character with its right half in the next cell. Real terminals send a
   * blank as the right half, other clients 0.
   *
   * @param cell The index of the cell.
   */
  hasRightHalf(cell: number): boolean {
    if (!this.isWide(cell) || (cell + 1) % this.cols === 0) return false;
    const next = this.codePoints[cell + 1];
    return next === 0 || next === 0x20;
  }

  /**
   * Whether a cell has a character of two columns, also where the next cell is taken.
   *
   * @param cell The index of the cell.
   */
  isWide(cell: number): boolean {
    return isWide(this.codePoints[cell]!) && (this.attributes[cell]! & GLYPH_INDEX) === 0;
  }

  /**
   * The character of a cell, safe to print: a blank for empty cells and for control and other invisible
   * characters, U+FFFD for glyph indices and values that are no characters.
   *
   * @param cell The index of the cell.
   */
  character(cell: number): string {
    const codePoint = this.codePoints[cell]!;
    const isGlyphIndex = (this.attributes[cell]! & GLYPH_INDEX) !== 0;
    return isGlyphIndex && codePoint !== 0 ? "\ufffd" : characterOf(codePoint);
  }

  /**
   * The text of the grid. A wide character stands for both of its cells, so that the text lines up
   * where wide characters take two columns.
   *
   * @param options What to do with blanks at the end of lines.
   * @returns One line for each row, joined by line feeds.
   */
  text(options: TextOptions = {}): string {
    const lines: string[] = [];
    for (let row = 0; row < this.rows; row++) {
      let line = "";
      const end = (row + 1) * this.cols;
      for (let cell = row * this.cols; cell < end; cell++) {
        line += this.character(cell);
        if (this.hasRightHalf(cell)) cell++;
      }
      lines.push(options.trimEnd ? line.replace(/ +$/, "") : line);
    }
    return lines.join("\n");
  }
}
