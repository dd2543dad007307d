/**
 * Draws grids of text on a terminal: only the cells that changed since the last grid, in ANSI sequences.
 *
 * The output consists of sequences made here and of harmless characters, so that a client cannot
 * control the terminal. After a character whose width differs between terminals the position is set
 * again.
 *
 * @module
 */

import { CELL_ATTRIBUTE, type TextCursor, TextGrid } from "../decoders/text_grid.ts";

/** How a cell is drawn. A cell whose form changes is drawn again. */
const FORM = { single: 0, leading: 1, trailing: 2, broken: 3 } as const;

/** Differs from each position, each set of styles and each colour. */
const UNKNOWN = -1;
/** From here on the width of a character depends on the terminal. */
const FIRST_UNSURE = 0x300;
const COMBINING = /^[\p{Mn}\p{Me}]/u;

const STYLES = [
  [CELL_ATTRIBUTE.bold, ";1"],
  [CELL_ATTRIBUTE.italic, ";3"],
  [CELL_ATTRIBUTE.underline | CELL_ATTRIBUTE.underwave, ";4"],
  [CELL_ATTRIBUTE.strikethrough, ";9"],
] as const;
const STYLE_BITS = STYLES.reduce((all, [bits]) => all | bits, 0);

/** Steady shapes of DECSCUSR. */
const CURSOR_SHAPE = { block: 2, hollow: 2, underline: 4, bar: 6 } as const;

export class GridPainter {
  #shown: TextGrid | undefined;
  #shownForms = new Uint8Array(0);
  #shownCursor = "";

  /** Makes the next grid be drawn as a whole, because something else has drawn on the terminal. */
  forget(): void {
    this.#shown = undefined;
  }

  /**
   * The output that draws a grid in the top left corner.
   *
   * @param grid Borrowed for the call.
   * @returns Empty when nothing has changed.
   */
  paint(grid: TextGrid): string {
    const { cols, rows } = grid;
    const old = this.#shown;
    const isFresh = old === undefined || old.cols !== cols || old.rows !== rows;
    const forms = formsOf(grid);
    let cells = "";
    const pen = new Pen();
    for (let row = 0; row < rows; row++) {
      const end = (row + 1) * cols;
      for (let cell = row * cols; cell < end; cell++) {
        if (!isFresh && isSame(old, this.#shownForms, grid, forms, cell)) continue;
        // The halves of a wide character are drawn together.
        const at = forms[cell] === FORM.trailing ? cell - 1 : cell;
        cells += pen.draw(grid, forms, at, row, at - row * cols);
        cell = forms[at] === FORM.leading ? at + 1 : at;
      }
    }
    this.#keep(grid, forms);
    const cursor = cursorSequence(grid.cursor);
    if (cells === "" && !isFresh && cursor === this.#shownCursor) return "";
    this.#shownCursor = cursor;
    // Without wrapping, a character that is wider than expected cannot scroll the screen.
    const start = isFresh ? "\x1b[?7l\x1b[0m\x1b[2J" : "";
    return cells === "" ? start + cursor : `${start}\x1b[?25l${cells}\x1b[0m${cursor}`;
  }

  #keep(grid: TextGrid, forms: Uint8Array<ArrayBuffer>): void {
    let shown = this.#shown;
    if (shown === undefined || shown.cols !== grid.cols || shown.rows !== grid.rows) {
      shown = this.#shown = new TextGrid(grid.cols, grid.rows);
    }
    shown.codePoints.set(grid.codePoints);
    shown.foreground.set(grid.foreground);
    shown.background.set(grid.background);
    shown.attributes.set(grid.attributes);
    this.#shownForms = forms;
  }
}

/** The state of the terminal while one frame is drawn: position, styles and colours. */
class Pen {
  #row = UNKNOWN;
  #col = UNKNOWN;
  #styles = UNKNOWN;
  #foreground = UNKNOWN;
  #background = UNKNOWN;

  draw(grid: TextGrid, forms: Uint8Array, cell: number, row: number, col: number): string {
    const codePoint = grid.codePoints[cell]!;
    const attributes = grid.attributes[cell]!;
    const form = forms[cell]!;
    const text = form === FORM.broken ? "\ufffd" : onBlank(grid.character(cell));
    const sequence = this.#moveTo(row, col) +
      this.#setStyle(attributes & STYLE_BITS, grid.foreground[cell]!, grid.background[cell]!) +
      text;
    // After the last column the cursor stays, but the next cell is in another row anyway.
    this.#col = codePoint < FIRST_UNSURE ? col + 1 : UNKNOWN;
    return sequence;
  }

  #moveTo(row: number, col: number): string {
    if (row === this.#row && col === this.#col) return "";
    const sequence = row === this.#row ? `\x1b[${col + 1}G` : `\x1b[${row + 1};${col + 1}H`;
    this.#row = row;
    return sequence;
  }

  #setStyle(styles: number, foreground: number, background: number): string {
    let codes = "";
    if (styles !== this.#styles) {
      codes = ";0";
      for (const [bits, code] of STYLES) {
        if ((styles & bits) !== 0) codes += code;
      }
      this.#foreground = this.#background = UNKNOWN;
    }
    if (foreground !== this.#foreground) codes += `;38;2${rgb(foreground)}`;
    if (background !== this.#background) codes += `;48;2${rgb(background)}`;
    this.#styles = styles;
    this.#foreground = foreground;
    this.#background = background;
    return codes === "" ? "" : `\x1b[${codes.slice(1)}m`;
  }
}

function rgb(color: number): string {
  return `;${color >> 16};${(color >> 8) & 0xff};${color & 0xff}`;
}

function cursorSequence({ x, y, state, style }: TextCursor): string {
  if (state === "hidden" || x < 0 || y < 0) return "\x1b[?25l";
  return `\x1b[${y + 1};${x + 1}H\x1b[${CURSOR_SHAPE[style]} q\x1b[?25h`;
}

/** A combining mark has a cell of its own, so it needs a blank to combine with. */
function onBlank(character: string): string {
  return COMBINING.test(character) ? ` ${character}` : character;
}

function formsOf(grid: TextGrid): Uint8Array<ArrayBuffer> {
  const forms = new Uint8Array(grid.codePoints.length);
  for (let cell = 0; cell < forms.length; cell++) {
    if (grid.codePoints[cell]! < FIRST_UNSURE || !grid.isWide(cell)) continue;
    const hasRoom = grid.hasRightHalf(cell);
    forms[cell] = hasRoom ? FORM.leading : FORM.broken;
    if (hasRoom) forms[++cell] = FORM.trailing;
  }
  return forms;
}

function isSame(
  a: TextGrid,
  aForms: Uint8Array,
  b: TextGrid,
  bForms: Uint8Array,
  cell: number,
): boolean {
  return a.codePoints[cell] === b.codePoints[cell] && a.foreground[cell] === b.foreground[cell] &&
    a.background[cell] === b.background[cell] && a.attributes[cell] === b.attributes[cell] &&
    aForms[cell] === bForms[cell];
}
