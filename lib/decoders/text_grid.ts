/**
 * The screen of a text client: cells with a code point, two colours and attributes, and a cursor.
 *
 * @module
 */

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

/** The shape that the cursor is drawn in. */
export type CursorStyle = "block" | "bar" | "underline" | "hollow";

/** Where the cursor is and how it looks. */
export interface TextCursor {
  /** The column from 0, or -1 when no cell carries the cursor. */
  x: number;
  /** The row from 0, or -1 when no cell carries the cursor. */
  y: number;
  /** The shape. */
  style: CursorStyle;
  /** The colour as 0xRRGGBB. */
  color: number;
  /** Whether the window has the focus, lacks it, or the client shows no cursor. */
  state: "active" | "inactive" | "hidden";
}

/** How a grid becomes text. */
export interface TextOptions {
  /** Cuts off the blanks at the end of every line; they are kept unless set. */
  readonly trimEnd?: boolean;
}

const IS_GLYPH_NUMBER = CELL_ATTRIBUTE.glyphIndex | CELL_ATTRIBUTE.glyphIndexAlternate;

/** What one cell takes in memory. */
export const CELL_MEMORY_BYTES = 14;

/** A grid of cells, row after row; the cell of a column and row is at `row * cols + column`. */
export class TextGrid {
  /** Columns. */
  readonly cols: number;
  /** Rows. */
  readonly rows: number;
  /**
   * The code point of each cell; 0 is an empty one. The right half of a wide character is a cell of
   * its own, 0 or a blank (see {@linkcode hasRightHalf}); so is a combining mark, as the wire has it.
   */
  readonly codePoints: Uint32Array<ArrayBuffer>;
  /** The colour of each cell's character as 0xRRGGBB. */
  readonly foreground: Uint32Array<ArrayBuffer>;
  /** The colour behind each cell as 0xRRGGBB. */
  readonly background: Uint32Array<ArrayBuffer>;
  /** A set of {@linkcode CELL_ATTRIBUTE} for each cell. */
  readonly attributes: Uint16Array<ArrayBuffer>;
  /** The cursor; the one place that says where it is. */
  readonly cursor: TextCursor = { x: -1, y: -1, style: "block", color: 0xffffff, state: "hidden" };
  /** The colour of the padding outside the cells as 0xRRGGBB. */
  backgroundColor = 0;
  /** The opacity of every cell's background, 0 to 255. */
  backgroundAlpha = 255;

  /**
   * Makes a grid of empty cells.
   *
   * @param cols Columns, at least 1.
   * @param rows Rows, at least 1.
   */
  constructor(cols: number, rows: number) {
    this.cols = cols;
    this.rows = rows;
    const cells = cols * rows;
    this.codePoints = new Uint32Array(cells);
    this.foreground = new Uint32Array(cells);
    this.background = new Uint32Array(cells);
    this.attributes = new Uint16Array(cells);
  }

  /** What the cells take in memory. */
  get sizeBytes(): number {
    return this.cols * this.rows * CELL_MEMORY_BYTES;
  }

  /** Empties every cell and takes the cursor away; shape and colour of it stay. */
  clear(): void {
    this.codePoints.fill(0);
    this.foreground.fill(0);
    this.background.fill(this.backgroundColor);
    this.attributes.fill(0);
    this.cursor.x = -1;
    this.cursor.y = -1;
  }

  /**
   * Copies the grid.
   *
   * @returns An independent copy.
   */
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
   * Whether a cell holds a wide character, whose right half is the next cell. Real terminals leave a
   * blank there, others nothing.
   *
   * @param cell The number of the cell.
   */
  hasRightHalf(cell: number): boolean {
    if (!this.isWide(cell) || (cell + 1) % this.cols === 0) return false;
    const next = this.codePoints[cell + 1];
    return next === 0 || next === 0x20;
  }

  /**
   * Whether a cell holds a character that takes two columns, be there room for it or not.
   *
   * @param cell The number of the cell.
   */
  isWide(cell: number): boolean {
    return isWide(this.codePoints[cell]!) && (this.attributes[cell]! & IS_GLYPH_NUMBER) === 0;
  }

  /**
   * The character in a cell, harmless to print: a blank for empty cells, control characters and
   * others that cannot be seen, U+FFFD for glyph numbers and values that are no characters.
   *
   * @param cell The number of the cell.
   */
  character(cell: number): string {
    const codePoint = this.codePoints[cell]!;
    const isGlyphNumber = (this.attributes[cell]! & IS_GLYPH_NUMBER) !== 0;
    return isGlyphNumber && codePoint !== 0 ? "\ufffd" : characterOf(codePoint);
  }

  /**
   * The characters on screen. A wide one stands for both of its cells, so that the text has the
   * columns of the grid where wide characters take two.
   *
   * @param options Whether blanks at the end of lines are cut off.
   * @returns One line a row, joined by line feeds, without one at the end.
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
