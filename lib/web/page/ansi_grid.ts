/**
 * A grid of cells fed by the sequences that the painter of text makes: enough of a terminal to draw
 * small pictures of text without loading a terminal.
 *
 * @module
 */

/** Bits of {@linkcode AnsiGrid.styles}. */
export const STYLE = { bold: 1, italic: 2, underline: 4, strikethrough: 8 } as const;

const STYLE_CODES = new Map([
  [1, STYLE.bold],
  [3, STYLE.italic],
  [4, STYLE.underline],
  [9, STYLE.strikethrough],
]);
const FOREGROUND = 38;
const BACKGROUND = 48;
/** After either: three numbers follow. */
const RGB = 2;
/** A sequence, or one character. */
// deno-lint-ignore no-control-regex -- matches escape sequences
const PIECE = /\x1b\[([?\d;]*) ?([@-~])|([^\x1b])/gu;

/** Characters that cover two cells, as far as small pictures need it. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1faff}\u{20000}-\u{3fffd}]/u;

export class AnsiGrid {
  readonly cols: number;
  readonly rows: number;
  /** The text of each cell, row after row. */
  readonly cells: string[];
  /** Colours as 0xRRGGBB. */
  readonly foreground: Uint32Array;
  readonly background: Uint32Array;
  readonly styles: Uint8Array;
  cursor: { readonly col: number; readonly row: number } | undefined;
  #col = 0;
  #row = 0;
  #foreground = 0xd0d0d0;
  #background = 0;
  #style = 0;
  #isCursorShown = false;

  constructor(cols: number, rows: number) {
    this.cols = cols;
    this.rows = rows;
    this.cells = new Array<string>(cols * rows).fill(" ");
    this.foreground = new Uint32Array(cols * rows);
    this.background = new Uint32Array(cols * rows);
    this.styles = new Uint8Array(cols * rows);
  }

  /** Draws a change. */
  write(ansi: string): void {
    for (const [, parameters = "", final, character] of ansi.matchAll(PIECE)) {
      if (character !== undefined) this.#put(character);
      else if (final !== undefined) this.#sequence(parameters, final);
    }
    this.cursor = this.#isCursorShown ? { col: this.#col, row: this.#row } : undefined;
  }

  #put(character: string): void {
    if (this.#col >= this.cols || this.#row >= this.rows) return;
    const at = this.#row * this.cols + this.#col;
    this.cells[at] = character;
    this.foreground[at] = this.#foreground;
    this.background[at] = this.#background;
    this.styles[at] = this.#style;
    this.#col++;
    if (!WIDE.test(character) || this.#col === this.cols) return;
    this.cells[at + 1] = " ";
    this.background[at + 1] = this.#background;
    this.#col++;
  }

  #sequence(parameters: string, final: string): void {
    const numbers = parameters.split(";").map(Number);
    const [first = 0, second = 1] = numbers;
    switch (final) {
      case "H":
        this.#row = Math.max(first, 1) - 1;
        this.#col = Math.max(second, 1) - 1;
        break;
      case "G":
        this.#col = Math.max(first, 1) - 1;
        break;
      case "m":
        this.#setStyle(numbers);
        break;
      case "J":
        this.#clear();
        break;
      case "h":
      case "l":
        if (parameters === "?25") this.#isCursorShown = final === "h";
    }
  }

  #setStyle(codes: readonly number[]): void {
    for (let at = 0; at < codes.length; at++) {
      const code = codes[at]!;
      if (code === 0) this.#style = 0;
      this.#style |= STYLE_CODES.get(code) ?? 0;
      if ((code !== FOREGROUND && code !== BACKGROUND) || codes[at + 1] !== RGB) continue;
      const [red = 0, green = 0, blue = 0] = codes.slice(at + 2, at + 5);
      const color = (red << 16) | (green << 8) | blue;
      if (code === FOREGROUND) this.#foreground = color;
      else this.#background = color;
      at += 4;
    }
  }

  #clear(): void {
    this.cells.fill(" ");
    this.foreground.fill(this.#foreground);
    this.background.fill(this.#background);
    this.styles.fill(0);
  }
}
