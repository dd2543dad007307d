/**
 * A small terminal emulator. It accepts only the sequences that the project should print, and throws on
 * others.
 */

/** One cell of the screen. */
export interface ScreenCell {
  /** The character with combining marks; empty in the right half of a wide one. */
  text: string;
  foreground: number;
  background: number;
  /** SGR codes of styles, in order. */
  styles: string;
}

const WIDE =
  /^(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[\uff01-\uff60]|(?![\u{1f1e6}-\u{1f1ff}])\p{Emoji_Presentation})/u;
// deno-lint-ignore no-control-regex -- parses escape sequences
const SEQUENCE = /\x1b\[([?\d; ]*)([A-Za-z])/y;
const BLANK: ScreenCell = { text: " ", foreground: -1, background: -1, styles: "" };

export class AnsiScreen {
  cols: number;
  rows: number;
  cells: ScreenCell[] = [];
  cursor = { x: 0, y: 0, isVisible: true, shape: 0 };
  wraps = true;
  hasMouse = false;
  #pen = { foreground: -1, background: -1, styles: "" };
  #isPastEnd = false;

  constructor(cols: number, rows: number) {
    [this.cols, this.rows] = [cols, rows];
    this.resize(cols, rows);
  }

  /** Changes the size; the content is unknown afterwards. */
  resize(cols: number, rows: number): void {
    [this.cols, this.rows] = [cols, rows];
    this.cells = Array.from({ length: cols * rows }, () => ({ ...BLANK, text: "?" }));
  }

  line(row: number): string {
    return this.cells.slice(row * this.cols, (row + 1) * this.cols).map(({ text }) => text).join(
      "",
    );
  }

  /** Interprets the output of a program. */
  write(output: string): void {
    for (let at = 0; at < output.length;) {
      if (output[at] === "\x1b") {
        SEQUENCE.lastIndex = at;
        const match = SEQUENCE.exec(output);
        if (match === null) {
          throw new Error(`unknown sequence ${JSON.stringify(output.slice(at, at + 12))}`);
        }
        this.#control(match[1]!, match[2]!);
        at = SEQUENCE.lastIndex;
      } else {
        const character = String.fromCodePoint(output.codePointAt(at)!);
        this.#print(character);
        at += character.length;
      }
    }
  }

  #print(character: string): void {
    if (/[\p{Cc}\p{Cf}]/u.test(character)) throw new Error(`control ${JSON.stringify(character)}`);
    if (/\p{M}/u.test(character)) {
      const before = this.#isPastEnd ? this.cursor.x : this.cursor.x - 1;
      this.cells[this.cursor.y * this.cols + before]!.text += character;
      return;
    }
    const width = WIDE.test(character) ? 2 : 1;
    if (this.#isPastEnd && this.wraps) throw new Error("the line wraps");
    const { x, y } = this.cursor;
    if (x + width > this.cols) throw new Error("a wide character in the last column");
    for (let i = 0; i < width; i++) this.#put(x + i, y, i === 0 ? character : "");
    this.#isPastEnd = x + width === this.cols;
    this.cursor.x = Math.min(x + width, this.cols - 1);
  }

  #put(x: number, y: number, text: string): void {
    const at = y * this.cols + x;
    // Overwriting one half of a wide character clears the other.
    if (this.cells[at]!.text === "" && text !== "") this.cells[at - 1]!.text = " ";
    if (x + 1 < this.cols && this.cells[at + 1]!.text === "") this.cells[at + 1]!.text = " ";
    this.cells[at] = { text, ...this.#pen };
  }

  #control(given: string, final: string): void {
    const numbers = given.replace(/[? ]/g, "").split(";").map(Number);
    this.#isPastEnd = false;
    switch (`${given.startsWith("?") ? "?" : ""}${given.endsWith(" ") ? " " : ""}${final}`) {
      case "H":
        [this.cursor.y, this.cursor.x] = [(numbers[0] || 1) - 1, (numbers[1] || 1) - 1];
        return this.#checkCursor();
      case "G":
        this.cursor.x = (numbers[0] || 1) - 1;
        return this.#checkCursor();
      case "J":
        if (numbers[0] !== 2) throw new Error("only the whole screen is cleared");
        this.cells.forEach((_, at) => this.cells[at] = { ...BLANK });
        return;
      case "m":
        return this.#style(numbers);
      case " q":
        this.cursor.shape = numbers[0]!;
        return;
      case "?h":
      case "?l":
        if (numbers[0] === 25) this.cursor.isVisible = final === "h";
        else if (numbers[0] === 7) this.wraps = final === "h";
        else if (numbers[0] === 1002 || numbers[0] === 1006) this.hasMouse = final === "h";
        else throw new Error(`unknown mode ${numbers[0]}`);
        return;
      default:
        throw new Error(`unknown sequence ESC [${given}${final}`);
    }
  }

  #style(numbers: number[]): void {
    const pen = this.#pen;
    for (let i = 0; i < numbers.length; i++) {
      const code = numbers[i]!;
      if (code === 0) [pen.foreground, pen.background, pen.styles] = [-1, -1, ""];
      else if (code === 38 || code === 48) {
        const [kind, r, g, b] = numbers.slice(i + 1, i + 5) as [number, number, number, number];
        if (kind !== 2 || Math.max(r, g, b) > 255) throw new Error(`bad colour ${numbers}`);
        pen[code === 38 ? "foreground" : "background"] = (r << 16) | (g << 8) | b;
        i += 4;
      } else if ([1, 3, 4, 9].includes(code)) pen.styles += `${code};`;
      else throw new Error(`unknown style ${code}`);
    }
  }

  #checkCursor(): void {
    const { x, y } = this.cursor;
    if (x < 0 || x >= this.cols || y < 0 || y >= this.rows) throw new Error(`cursor at ${x},${y}`);
  }
}
