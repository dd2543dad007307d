import assert from "node:assert/strict";
import { Canvas, type Region } from "../../../lib/decoders/canvas.ts";
import * as twin from "../../../lib/decoders/pixels.ts";
import type { PixelLoop } from "../../../lib/decoders/pixels.ts";
import { allocatePixels } from "../../../lib/decoders/simd/memory.ts";
import * as simd from "../../../lib/decoders/simd/pixels.ts";
import { noise } from "./frames.ts";

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

const WIDTH = 517;
const HEIGHT = 254;

/** A canvas of one word, large enough for the vector loops, or in ordinary memory. */
function canvasOf(word: number, isPlain = false, width = WIDTH, height = HEIGHT): Canvas {
  const bytes = width * height * 4;
  const canvas = new Canvas(width, height, isPlain ? new Uint8Array(bytes) : allocatePixels(bytes));
  canvas.words.fill(word);
  canvas.opaque = word >>> 24 === 255;
  assert.equal(canvas.loops === undefined, isPlain);
  return canvas;
}

/** What a loop must leave on a canvas of one word. */
function expected(
  content: Uint8Array,
  { x, y, width, height }: Region,
  before: number,
  kept: 0 | -1,
) {
  const words = new Int32Array(WIDTH * HEIGHT).fill(before);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [r, g, b] = content.subarray((row * width + column) * 3);
      const rgb = r! | (g! << 8) | (b! << 16);
      words[(y + row) * WIDTH + x + column] = ((before & kept) ^ rgb) | 0xff000000;
    }
  }
  return words;
}

function assertSame(ours: Int32Array, wanted: Int32Array, about: string): void {
  // The message of a failed `deepEqual` of many words takes minutes.
  const first = wanted.findIndex((word, i) => word !== ours[i]);
  assert.equal(first, -1, `word ${first} of ${about}`);
}

test("expandRgb and xorRgb agree with a byte loop at every start and width", () => {
  const block = noise(3_000);
  for (let start = 0; start < 4; start++) {
    for (const width of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100, 103]) {
      const content = block.subarray(start, start + width * 6);
      const region = { x: start, y: 3, width, height: 2 };
      const cases: [PixelLoop, boolean, number, 0 | -1][] = [
        [simd.expandRgb, false, 0, 0],
        [twin.expandRgb, true, 0, 0],
        [simd.xorRgb, false, 0xffa5b6c7 | 0, -1],
        [simd.xorRgb, false, 0x00a5b6c7, -1],
        [twin.xorRgb, true, 0x00a5b6c7, -1],
      ];
      for (const [loop, isPlain, before, kept] of cases) {
        const canvas = canvasOf(before, isPlain);
        loop(content, canvas, region);
        const about = `${width} pixels from byte ${start}`;
        assertSame(canvas.words, expected(content, region, before, kept), about);
      }
    }
  }
});

test("xorRgb finds a single changed byte wherever it is", () => {
  const before = 0xff102030 | 0;
  const region = { x: 0, y: 0, width: 101, height: 2 };
  const canvas = canvasOf(before);
  for (let at = 0; at < 101 * 6; at++) {
    const content = new Uint8Array(101 * 6);
    content[at] = 0x80;
    canvas.words.fill(before);
    simd.xorRgb(content, canvas, region);
    assertSame(canvas.words, expected(content, region, before, -1), `byte ${at}`);
  }
});

test("expandRgb565 rounds every value as the reference's tables do", () => {
  const content = new Uint8Array(new Uint16Array(65_536 * 4).map((_, at) => at >> 2).buffer);
  for (const isPlain of [true, false]) {
    // Rows of 4 pixels are drawn one by one, of 512 in groups.
    for (const width of [4, 512]) {
      const height = 65_536 * 4 / width;
      const canvas = canvasOf(0, isPlain, width, height);
      simd.expandRgb565(content, canvas, { x: 0, y: 0, width, height });
      for (let value = 0; value < 65_536; value++) {
        const word = canvas.words[value * 4]!;
        for (let copy = 1; copy < 4; copy++) assert.equal(canvas.words[value * 4 + copy], word);
        const pixel = [word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24];
        // The integer form of round(v * 255 / 31) and round(v * 255 / 63).
        const five = (v: number) => (v * 527 + 23) >> 6;
        const six = (v: number) => (v * 259 + 33) >> 6;
        const wanted = [five(value >> 11), six((value >> 5) & 63), five(value & 31), 255];
        if (pixel.join() !== wanted.join()) assert.deepEqual(pixel, wanted, `value ${value}`);
      }
    }
  }
});
