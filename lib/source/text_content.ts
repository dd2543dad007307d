/**
 * A source that shows what is typed into it, as a grid of text.
 *
 * @module
 */

import { TextGrid } from "../decoders/text_grid.ts";
import { segmentKindNumber } from "../wire/constants.ts";
import type { WireEvent } from "../wire/event/types.ts";
import { cellsOf, countCells } from "./cells.ts";
import type { Content } from "./content.ts";
import type { Display } from "./display.ts";
import { Editor } from "./editor.ts";
import type { VideoFrame } from "./frame.ts";
import { keystrokeOf } from "./keys.ts";
import { MAX_TPACK_CELLS, TpackEncoder } from "./tpack_encoder.ts";

const TEXT_COLOR = 0xe5e5e5;
const BACKGROUND_COLOR = 0x101820;
const BAR_BACKGROUND_COLOR = 0x2d5a88;
const CURSOR_COLOR = 0xffb000;
/** A receiver takes at most 4 bytes a pixel, and a cell takes 12 and a line 9 besides. */
const MIN_CELL_SIDE_PX = 4;
/** Below so many rows all of them are for the text. */
const MIN_ROWS_WITH_BAR = 3;

/** A text editor without files. */
export class TextContent implements Content {
  readonly segkind: number = segmentKindNumber("tui")!;
  readonly #encoder = new TpackEncoder();
  readonly #editor = new Editor();
  readonly #title: string;
  #grid: TextGrid = new TextGrid(80, 25);
  #width = 640;
  #height = 400;
  #isFocused = true;
  #isDirty = true;
  /** The line of the text in the first row, and the cell of a line in the first column. */
  #top = 0;
  #left = 0;

  /**
   * Makes an empty text.
   *
   * @param title What the bar at the top says.
   */
  constructor(title: string) {
    this.#title = title;
  }

  get isDirty(): boolean {
    return this.#isDirty;
  }

  resize(display: Display): void {
    const cellWidth = Math.max(display.cellWidth, MIN_CELL_SIDE_PX);
    const cellHeight = Math.max(display.cellHeight, MIN_CELL_SIDE_PX);
    const cols = Math.max(1, Math.floor(display.width / cellWidth));
    const most = Math.floor(MAX_TPACK_CELLS / cols);
    const rows = Math.min(most, Math.max(1, Math.floor(display.height / cellHeight)));
    // As text programs do, it takes whole cells only.
    this.#width = Math.max(cols * cellWidth, MIN_CELL_SIDE_PX);
    this.#height = Math.max(rows * cellHeight, MIN_CELL_SIDE_PX);
    if (cols !== this.#grid.cols || rows !== this.#grid.rows) this.#grid = new TextGrid(cols, rows);
    this.#isFocused = display.isFocused;
    this.#isDirty = true;
  }

  take(event: WireEvent): void {
    if (event.category === "input" && event.kind === "translated") {
      const stroke = keystrokeOf(event);
      if (stroke === undefined) return;
      this.#editor.type(stroke);
    } else if (event.category === "target" && event.kind === "reset") {
      this.#editor.clear();
    } else {
      return;
    }
    this.#isDirty = true;
  }

  next(): VideoFrame | undefined {
    this.#isDirty = false;
    this.#render();
    return this.#encoder.encode(this.#grid, this.#width, this.#height);
  }

  #render(): void {
    const grid = this.#grid;
    const { lines, row, column } = this.#editor;
    grid.backgroundColor = BACKGROUND_COLOR;
    grid.clear();
    grid.foreground.fill(TEXT_COLOR);
    const firstRow = grid.rows < MIN_ROWS_WITH_BAR ? 0 : 1;
    if (firstRow > 0) this.#renderBar();
    const height = grid.rows - firstRow;
    this.#top = scrolled(this.#top, row, height);
    const cursorCell = countCells(lines[row]!.slice(0, column));
    this.#left = scrolled(this.#left, cursorCell, grid.cols);
    for (let i = 0; i < height && this.#top + i < lines.length; i++) {
      this.#put(firstRow + i, lines[this.#top + i]!, this.#left);
    }
    grid.cursor.x = cursorCell - this.#left;
    grid.cursor.y = firstRow + row - this.#top;
    grid.cursor.style = "block";
    grid.cursor.color = CURSOR_COLOR;
    grid.cursor.state = this.#isFocused ? "active" : "inactive";
  }

  #renderBar(): void {
    const grid = this.#grid;
    grid.background.fill(BAR_BACKGROUND_COLOR, 0, grid.cols);
    this.#put(0, [` ${this.#title}  ${grid.cols}x${grid.rows}`].flatMap((text) => [...text]), 0);
  }

  /** Puts a line into a row from one of its cells on; a wide character is shown whole or not at all. */
  #put(row: number, characters: readonly string[], from: number): void {
    const { cols, codePoints } = this.#grid;
    let col = -from;
    for (const character of characters) {
      const end = col + cellsOf(character);
      if (end > cols) return;
      if (col >= 0) codePoints[row * cols + col] = character.codePointAt(0)!;
      col = end;
    }
  }
}

/** The first visible place, moved no further than it takes to see the cursor. */
function scrolled(first: number, cursor: number, count: number): number {
  if (cursor < first) return cursor;
  return cursor >= first + count ? cursor - count + 1 : first;
}
