/**
 * A picture that shows at a glance whether colours, edges and motion arrive: eight colour bars above
 * a grey ramp, and a square that wanders over them.
 *
 * @module
 */

import type { Picture, Region } from "./frame.ts";

const BARS = [
  [255, 255, 255],
  [255, 255, 0],
  [0, 255, 255],
  [0, 255, 0],
  [255, 0, 255],
  [255, 0, 0],
  [0, 0, 255],
  [0, 0, 0],
] as const;
const SQUARE_RGBA = [255, 128, 0, 255] as const;
/** The square takes this part of the shorter side. */
const SQUARE_PART = 1 / 6;
/** Pixels that the square moves with each frame; both directions differ, so that it gets around. */
const STEP_X = 5;
const STEP_Y = 3;

/** The picture and the state of its motion. */
export class TestPicture implements Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array<ArrayBuffer>;
  readonly #barRow: Uint8Array;
  readonly #rampRow: Uint8Array;
  readonly #rampTop: number;
  readonly #side: number;
  #frame = 0;

  /**
   * Draws the first frame.
   *
   * @param width Width in pixels, at least 1.
   * @param height Height in pixels, at least 1.
   */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.rgba = new Uint8Array(width * height * 4);
    this.#barRow = rowOf(width, (x) => BARS[Math.floor(x * BARS.length / width)]!);
    this.#rampRow = rowOf(width, (x) => {
      const grey = Math.floor(x * 256 / width);
      return [grey, grey, grey];
    });
    this.#rampTop = Math.ceil(height * 3 / 4);
    this.#side = Math.max(1, Math.floor(Math.min(width, height) * SQUARE_PART));
    this.#restore({ x: 0, y: 0, width, height });
    this.#paint(this.#square());
  }

  /**
   * Moves the square on by one frame.
   *
   * @returns The part of the picture that has changed.
   */
  step(): Region {
    const before = this.#square();
    this.#frame++;
    const after = this.#square();
    this.#restore(before);
    this.#paint(after);
    return unite(before, after);
  }

  #square(): Region {
    const side = this.#side;
    return {
      x: bounce(this.#frame * STEP_X, this.width - side),
      y: bounce(this.#frame * STEP_Y, this.height - side),
      width: side,
      height: side,
    };
  }

  #restore({ x, y, width, height }: Region): void {
    for (let row = y; row < y + height; row++) {
      const source = row < this.#rampTop ? this.#barRow : this.#rampRow;
      this.rgba.set(source.subarray(x * 4, (x + width) * 4), (row * this.width + x) * 4);
    }
  }

  #paint({ x, y, width, height }: Region): void {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) {
        this.rgba.set(SQUARE_RGBA, (row * this.width + column) * 4);
      }
    }
  }
}

function rowOf(width: number, color: (x: number) => readonly [number, number, number]): Uint8Array {
  const row = new Uint8Array(width * 4);
  for (let x = 0; x < width; x++) row.set([...color(x), 255], x * 4);
  return row;
}

/** Runs from 0 to `most` and back. */
function bounce(distance: number, most: number): number {
  if (most <= 0) return 0;
  const phase = distance % (2 * most);
  return phase <= most ? phase : 2 * most - phase;
}

function unite(a: Region, b: Region): Region {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}
