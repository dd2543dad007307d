/** What the clients draw: a line of a terminal, and changes of a desktop of 1920 x 1080. */

import { TextGrid } from "../../../lib/decoders/text_grid.ts";
import type { Region } from "../../../lib/source/frame.ts";
import { BLACK, BLOCKS, blocksOf, WHITE } from "./marker.ts";
import type { MarkerPlace } from "./probe.ts";

export const COLS = 80;
export const ROWS = 24;
export const WIDTH = 1_920;
export const HEIGHT = 1_080;

const BLOCK_PX = 8;
const CELL = { width: 8, height: 16 } as const;
/** Different contents of a region, which take turns. */
const CONTENTS = 8;
const LETTERS = 64;

/** One kind of change. */
export interface Change {
  readonly title: string;
  readonly region: Region;
}

/** The changes of a desktop. */
export const CHANGES: readonly Change[] = [
  { title: "1080p: a line of text, 640 x 16", region: { x: 400, y: 304, width: 640, height: 16 } },
  { title: "1080p: a window, 960 x 600", region: { x: 400, y: 304, width: 960, height: 600 } },
  { title: "1080p: everything", region: { x: 0, y: 0, width: WIDTH, height: HEIGHT } },
];

/** Where the marker is: at the upper left of what changes. */
export function placeOn(canvas: string, { x, y }: Region): MarkerPlace {
  return {
    canvas,
    x: x / WIDTH,
    y: y / HEIGHT,
    width: BLOCKS * BLOCK_PX / WIDTH,
    height: BLOCK_PX / HEIGHT,
  };
}

/** Likewise of a terminal: at the start of its first row. */
export function placeInText(canvas: string, row?: string): MarkerPlace {
  return {
    canvas,
    ...row !== undefined && { row },
    x: 0,
    y: 0,
    width: BLOCKS / COLS,
    height: 1 / ROWS,
  };
}

/** A desktop full of text, dark on light, of letters that are a little grey at their edges. */
export class Desktop {
  readonly rgba: Uint8Array<ArrayBuffer> = new Uint8Array(WIDTH * HEIGHT * 4);
  readonly #words = new Uint32Array(this.rgba.buffer);
  readonly #contents: readonly Uint32Array[];
  readonly #random = randomBytes(7);
  readonly #letters: readonly Uint8Array[];

  constructor() {
    this.#letters = Array.from({ length: LETTERS }, () => letter(this.#random));
    this.#contents = Array.from({ length: CONTENTS }, () => this.#fullOfText());
    this.#words.set(this.#contents[0]!);
  }

  /** Changes a region, and puts a number there. */
  draw({ x, y, width, height }: Region, number: number): void {
    const content = this.#contents[number % CONTENTS]!;
    for (let row = y; row < y + height; row++) {
      const at = row * WIDTH + x;
      this.#words.set(content.subarray(at, at + width), at);
    }
    for (const [block, isWhite] of blocksOf(number).entries()) {
      for (let row = y; row < y + BLOCK_PX; row++) {
        const at = row * WIDTH + x + block * BLOCK_PX;
        this.#words.fill(isWhite ? 0xffffffff : 0xff000000, at, at + BLOCK_PX);
      }
    }
  }

  #fullOfText(): Uint32Array {
    const words = new Uint32Array(WIDTH * HEIGHT).fill(0xfff4f6f8);
    for (let top = 0; top + CELL.height <= HEIGHT; top += CELL.height) {
      for (let left = 0; left + CELL.width <= WIDTH; left += CELL.width) {
        const kind = this.#random();
        // One cell in four is blank.
        if (kind >= LETTERS * 3) continue;
        const pixels = this.#letters[kind % LETTERS]!;
        for (const [index, grey] of pixels.entries()) {
          const at = (top + Math.floor(index / CELL.width)) * WIDTH + left + index % CELL.width;
          if (grey !== 255) words[at] = 0xff000000 | grey * 0x010101;
        }
      }
    }
    return words;
  }
}

/** A terminal of which one line changes at a time. */
export class Lines {
  readonly grid: TextGrid = new TextGrid(COLS, ROWS);

  constructor() {
    this.grid.clear();
    this.grid.foreground.fill(0xd0d0d0);
  }

  /** Changes a line, and puts a number into the first row. */
  draw(number: number): void {
    const { codePoints, foreground, background } = this.grid;
    const { row, text } = lineOf(number);
    for (const [col, letter] of [...text].entries()) {
      codePoints[row * COLS + col] = letter.codePointAt(0)!;
    }
    for (const [block, isWhite] of blocksOf(number).entries()) {
      codePoints[block] = (isWhite ? WHITE : BLACK).charCodeAt(0);
      foreground[block] = background[block] = isWhite ? 0xffffff : 0;
    }
  }
}

/** The same for a terminal emulator. */
export function linesAsAnsi(number: number): string {
  const { row, text } = lineOf(number);
  const blocks = blocksOf(number).map((isWhite) =>
    isWhite ? `\x1b[97;107m${WHITE}` : `\x1b[30;40m${BLACK}`
  ).join("");
  return `\x1b[H${blocks}\x1b[0m\x1b[${row + 1}H${text}`;
}

function lineOf(number: number): { readonly row: number; readonly text: string } {
  const random = randomBytes(number + 1);
  const text = Array.from({ length: COLS - 1 }, () => String.fromCharCode(33 + random() % 90));
  return { row: 1 + number % (ROWS - 1), text: text.join("") };
}

/** A letter as shades of grey, 255 where there is none. */
function letter(random: () => number): Uint8Array {
  const pixels = new Uint8Array(CELL.width * CELL.height).fill(255);
  for (let y = 4; y < 13; y++) {
    for (let x = 1; x < 6; x++) {
      if (random() < 100) pixels.fill(32, y * CELL.width + x, y * CELL.width + x + 1);
    }
    // The edge of a stroke.
    const end = 1 + random() % 6;
    if (random() < 128) pixels[y * CELL.width + end] = 150;
  }
  return pixels;
}

/** Repeatable numbers from 0 to 255. */
function randomBytes(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 8 & 255;
  };
}
