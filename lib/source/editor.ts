/**
 * A text that is typed into, with a cursor: just enough to see that input arrives.
 *
 * @module
 */

import { countCells } from "./cells.ts";
import type { EditKey, Keystroke } from "./keys.ts";

/** What is typed beyond this many lines pushes the first ones out. */
const MAX_LINES = 1_000;
/** A line takes no more characters than this. */
const MAX_LINE_CHARACTERS = 4_096;
const TAB_CELLS = 4;

/** The text and the cursor in it. */
export class Editor {
  /** Lines of single characters, at least one line. */
  readonly lines: string[][] = [[]];
  /** The line of the cursor, from 0. */
  row = 0;
  /** The character before which the cursor stands, from 0; at most the length of its line. */
  column = 0;

  /** Empties the text. */
  clear(): void {
    this.lines.splice(0, this.lines.length, []);
    this.row = this.column = 0;
  }

  /**
   * Does what a key asks for.
   *
   * @param stroke The key.
   */
  type(stroke: Keystroke): void {
    if ("text" in stroke) this.#insert([...stroke.text]);
    else this.#press(stroke.key);
  }

  get #cellsBefore(): number {
    return countCells(this.#line.slice(0, this.column));
  }

  get #line(): string[] {
    return this.lines[this.row]!;
  }

  #insert(characters: readonly string[]): void {
    if (this.#line.length + characters.length > MAX_LINE_CHARACTERS) return;
    this.#line.splice(this.column, 0, ...characters);
    this.column += characters.length;
  }

  #press(key: EditKey): void {
    switch (key) {
      case "newline":
        return this.#split();
      case "backspace":
        if (this.#moveLeft()) this.#remove();
        return;
      case "delete":
        return this.#remove();
      case "tab":
        return this.#insert(Array(TAB_CELLS - this.#cellsBefore % TAB_CELLS).fill(" "));
      case "left":
        this.#moveLeft();
        return;
      case "right":
        return this.#moveRight();
      case "up":
        return this.#moveTo(this.row - 1);
      case "down":
        return this.#moveTo(this.row + 1);
      case "home":
        this.column = 0;
        return;
      case "end":
        this.column = this.#line.length;
        return;
    }
  }

  #split(): void {
    this.lines.splice(this.row + 1, 0, this.#line.splice(this.column));
    this.row++;
    this.column = 0;
    if (this.lines.length <= MAX_LINES) return;
    this.lines.shift();
    this.row--;
  }

  /** Removes the character behind the cursor, or joins with the next line at the end of one. */
  #remove(): void {
    if (this.column < this.#line.length) {
      this.#line.splice(this.column, 1);
      return;
    }
    const next = this.lines[this.row + 1];
    if (next === undefined || this.#line.length + next.length > MAX_LINE_CHARACTERS) return;
    this.#line.push(...next);
    this.lines.splice(this.row + 1, 1);
  }

  #moveLeft(): boolean {
    if (this.column > 0) {
      this.column--;
      return true;
    }
    if (this.row === 0) return false;
    this.row--;
    this.column = this.#line.length;
    return true;
  }

  #moveRight(): void {
    if (this.column < this.#line.length) this.column++;
    else if (this.row + 1 < this.lines.length) this.#moveTo(this.row + 1, 0);
  }

  #moveTo(row: number, column = this.column): void {
    if (row < 0 || row >= this.lines.length) return;
    this.row = row;
    this.column = Math.min(column, this.#line.length);
  }
}
