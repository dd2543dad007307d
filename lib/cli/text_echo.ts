/**
 * A window of text that shows what is typed into it.
 *
 * @module
 */

import { MAX_ECHO_CHARACTERS } from "../limits.ts";
import {
  type InputEvent,
  isWide,
  KEYSYMS,
  MAX_TPACK_CELLS,
  segmentKindNumber,
  TextGrid,
  TpackEncoder,
  type VideoFrame,
  type WireEvent,
} from "../mod.ts";
import { type Content, type Display, FIRST_DISPLAY } from "./connect_content.ts";

const TITLE = "net-listen: type something";
const TEXT_COLOR = 0xe5e5e5;
const BACKGROUND_COLOR = 0x101820;
const TITLE_BACKGROUND_COLOR = 0x2d5a88;
const CURSOR_COLOR = 0xffb000;
/** A receiver takes at most 4 bytes a pixel; a cell takes 12, and each line 9 besides. */
const MIN_CELL_SIDE_PX = 4;
/** A window with fewer rows has no title. */
const MIN_ROWS_WITH_TITLE = 3;

/** Keys that mean the same with and without their control character. */
const CONTROL_CHARACTERS = new Map<number, string>([
  [KEYSYMS.return, "\r"],
  [KEYSYMS.kp_enter, "\r"],
  [KEYSYMS.backspace, "\b"],
]);

/** Echoes typed characters, Return and Backspace. */
export class TextEcho implements Content {
  readonly segkind: number = segmentKindNumber("tui")!;
  readonly #encoder = new TpackEncoder();
  /** Single characters; a line feed ends a line. */
  readonly #text: string[] = [];
  #grid = new TextGrid(1, 1);
  #width = 0;
  #height = 0;
  #isFocused = true;
  #isDirty = true;

  constructor() {
    this.resize(FIRST_DISPLAY);
  }

  get isDirty(): boolean {
    return this.#isDirty;
  }

  resize(display: Display): void {
    const cellWidth = Math.max(display.cellWidth, MIN_CELL_SIDE_PX);
    const cellHeight = Math.max(display.cellHeight, MIN_CELL_SIDE_PX);
    const cols = Math.max(1, Math.floor(display.width / cellWidth));
    const rows = Math.max(1, Math.floor(display.height / cellHeight));
    this.#grid = new TextGrid(cols, Math.min(rows, Math.floor(MAX_TPACK_CELLS / cols)));
    this.#width = cols * cellWidth;
    this.#height = this.#grid.rows * cellHeight;
    this.#isFocused = display.isFocused;
    this.#isDirty = true;
  }

  take(event: WireEvent): void {
    if (event.category === "input" && event.kind === "translated") {
      for (const character of typedText(event)) this.#type(character);
    } else if (event.category === "target" && event.kind === "reset") {
      this.#text.length = 0;
    } else {
      return;
    }
    this.#isDirty = true;
  }

  next(): VideoFrame | undefined {
    this.#isDirty = false;
    this.#draw();
    return this.#encoder.encode(this.#grid, this.#width, this.#height);
  }

  #type(character: string): void {
    if (character === "\b" || character === "\x7f") {
      this.#text.pop();
    } else {
      this.#text.push(character === "\r" ? "\n" : character);
      if (this.#text.length > MAX_ECHO_CHARACTERS) this.#text.shift();
    }
  }

  #draw(): void {
    const grid = this.#grid;
    const { cols, rows, cursor } = grid;
    grid.backgroundColor = BACKGROUND_COLOR;
    grid.clear();
    grid.foreground.fill(TEXT_COLOR);
    const firstRow = rows < MIN_ROWS_WITH_TITLE ? 0 : 1;
    if (firstRow > 0) {
      grid.background.fill(TITLE_BACKGROUND_COLOR, 0, cols);
      this.#put(0, wrap([...` ${TITLE}  ${cols}x${rows}`], cols)[0]!);
    }
    const shown = wrap(this.#text, cols).slice(firstRow - rows);
    shown.forEach((row, i) => this.#put(firstRow + i, row));
    cursor.x = shown.at(-1)!.length;
    cursor.y = firstRow + shown.length - 1;
    cursor.style = "block";
    cursor.color = CURSOR_COLOR;
    cursor.state = this.#isFocused ? "active" : "inactive";
  }

  #put(row: number, characters: readonly string[]): void {
    const { cols, codePoints } = this.#grid;
    characters.forEach((character, col) => {
      codePoints[row * cols + col] = character.codePointAt(0) ?? 0;
    });
  }
}

/** As in arcan's `tui/input.c`, the text of a key counts before its symbol. */
function typedText({ active, utf8, keysym }: InputEvent<"translated">): string {
  if (!active) return "";
  // deno-lint-ignore no-control-regex -- the characters to be left out; a tab is one as well
  const text = utf8.replace(/[\x00-\x07\x09\x0b\x0c\x0e-\x1f\x80-\x9f]/g, "");
  return text === "" ? CONTROL_CHARACTERS.get(keysym) ?? "" : text;
}

/**
 * Breaks text into rows, the last of which has room for the cursor. The right half of a wide character
 * is an empty string; the two halves stay in one row.
 */
function wrap(text: readonly string[], cols: number): string[][] {
  let row: string[] = [];
  const rows = [row];
  const endRow = () => rows.push(row = []);
  for (const character of text) {
    if (character === "\n") {
      endRow();
      continue;
    }
    const cells = isWide(character.codePointAt(0)!) ? [character, ""] : [character];
    if (cells.length > cols) continue;
    if (row.length + cells.length > cols) endRow();
    row.push(...cells);
  }
  if (row.length === cols) endRow();
  return rows;
}
