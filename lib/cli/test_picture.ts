/**
 * Eight colour bars and a square that moves over them: shows whether colours, edges and motion arrive.
 *
 * @module
 */

import {
  type Picture,
  PictureEncoder,
  type Region,
  segmentKindNumber,
  type VideoFrame,
  type WireEvent,
} from "../mod.ts";
import type { Content, Display } from "./connect_content.ts";
import { FIRST_DISPLAY } from "./connect_content.ts";

const BARS = [
  [255, 255, 255, 255],
  [255, 255, 0, 255],
  [0, 255, 255, 255],
  [0, 255, 0, 255],
  [255, 0, 255, 255],
  [255, 0, 0, 255],
  [0, 0, 255, 255],
  [0, 0, 0, 255],
] as const;
const SQUARE = [255, 128, 0, 255] as const;
/** The side of the square as a part of the shorter side of the picture. */
const SQUARE_PART = 1 / 6;
/** Pixels that the square moves with each frame; they differ, so that it gets around. */
const STEP_X = 5;
const STEP_Y = 3;

export class MovingPicture implements Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array<ArrayBuffer>;
  readonly #barRow: Uint8Array;
  readonly #side: number;
  #frame = 0;

  /** Draws the first frame; sides in pixels, at least 1. */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.rgba = new Uint8Array(width * height * 4);
    this.#barRow = new Uint8Array(width * 4);
    for (let x = 0; x < width; x++) {
      this.#barRow.set(BARS[Math.floor(x * BARS.length / width)]!, x * 4);
    }
    this.#side = Math.max(1, Math.floor(Math.min(width, height) * SQUARE_PART));
    this.#drawBars({ x: 0, y: 0, width, height });
    this.#drawSquare(this.#square());
  }

  /** Moves the square by one frame. @returns The part of the picture that has changed. */
  step(): Region {
    const before = this.#square();
    this.#frame++;
    const after = this.#square();
    this.#drawBars(before);
    this.#drawSquare(after);
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

  #drawBars({ x, y, width, height }: Region): void {
    const bars = this.#barRow.subarray(x * 4, (x + width) * 4);
    for (let row = y; row < y + height; row++) this.rgba.set(bars, (row * this.width + x) * 4);
  }

  #drawSquare({ x, y, width, height }: Region): void {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) {
        this.rgba.set(SQUARE, (row * this.width + column) * 4);
      }
    }
  }
}

/** The moving picture in the size of the window. */
export class TestPicture implements Content {
  readonly segkind: number = segmentKindNumber("application")!;
  readonly isDirty = true;
  readonly #encoder = new PictureEncoder();
  #picture = new MovingPicture(FIRST_DISPLAY.width, FIRST_DISPLAY.height);
  /** Whether the picture is new, so that all of it is sent. */
  #isNew = true;

  resize({ width, height }: Display): void {
    if (this.#picture.width !== width || this.#picture.height !== height) {
      this.#restart(width, height);
    }
  }

  take(event: WireEvent): void {
    if (event.category !== "target" || event.kind !== "reset") return;
    this.#restart(this.#picture.width, this.#picture.height);
  }

  next(): VideoFrame {
    const dirty = this.#isNew ? undefined : this.#picture.step();
    this.#isNew = false;
    return this.#encoder.encode(this.#picture, dirty);
  }

  #restart(width: number, height: number): void {
    this.#picture = new MovingPicture(width, height);
    this.#isNew = true;
  }
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
