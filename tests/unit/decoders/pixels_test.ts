import assert from "node:assert/strict";
import {
  expandRgb,
  expandRgb565,
  packedPixels,
  xorRgb,
  xorRgbSparse,
} from "../../../lib/decoders/pixels.ts";
import * as simd from "../../../lib/decoders/simd/pixels.ts";
import { noise } from "./frames.ts";

const SENTINEL = 0x12345678;

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

/** The bytes of the target before and after a loop, with one pixel of margin on both sides. */
function run(
  loop: typeof expandRgb,
  source: Uint8Array,
  from: number,
  count: number,
  before: number,
): Int32Array {
  const target = new Int32Array(count + 2).fill(before);
  target[0] = target[count + 1] = SENTINEL;
  loop(packedPixels(source), from, target, 1, count);
  return target;
}

function expected(source: Uint8Array, from: number, count: number, before: number): Int32Array {
  const target = new Int32Array(count + 2).fill(before);
  target[0] = target[count + 1] = SENTINEL;
  for (let at = 0; at < count; at++) {
    const [r, g, b] = source.subarray(from + at * 3);
    target[at + 1] = (before ^ (r! | (g! << 8) | (b! << 16))) | 0xff000000;
  }
  return target;
}

test("expandRgb and xorRgb agree with a byte loop at every start and length", () => {
  const source = noise(3_000);
  for (let from = 0; from < 13; from++) {
    for (const count of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 100, 101, 102, 103]) {
      const about = `${count} pixels from byte ${from}`;
      const zero = expected(source, from, count, 0);
      assert.deepEqual(run(expandRgb, source, from, count, 0), zero, about);
      const transparent = expected(source, from, count, 0x00a5b6c7);
      assert.deepEqual(run(xorRgb, source, from, count, 0x00a5b6c7), transparent, about);
      const before = 0xffa5b6c7 | 0;
      const changed = expected(source, from, count, before);
      assert.deepEqual(run(xorRgb, source, from, count, before), changed, about);
      assert.deepEqual(run(xorRgbSparse, source, from, count, before), changed, about);
    }
  }
});

test("xorRgbSparse finds a single changed byte wherever it is", () => {
  const count = 5_000;
  const before = 0xff102030 | 0;
  for (const from of [0, 1, 2, 3]) {
    for (
      const at of [0, 1, 2, 3, 11, 6_143, 6_144, 6_145, 12_287, 12_288, 14_000, 14_998, 14_999]
    ) {
      const source = new Uint8Array(count * 3 + from);
      source[from + at] = 0x80;
      const wanted = expected(source, from, count, before);
      for (const loop of [xorRgbSparse, simd.xorRgbSparse]) {
        assert.deepEqual(run(loop, source, from, count, before), wanted, `byte ${at} from ${from}`);
      }
    }
  }
});

test("expandRgb565 rounds every value as the reference's tables do", () => {
  const source = new Uint16Array(65_536).map((_, at) => at);
  const target = new Int32Array(65_536);
  for (const loop of [expandRgb565, simd.expandRgb565]) {
    loop(source, 0, target.fill(0), 0, 65_536);
    assertRounded(target);
  }
});

function assertRounded(target: Int32Array): void {
  const bytes = new Uint8Array(target.buffer);
  for (let value = 0; value < 65_536; value++) {
    const pixel = [...bytes.subarray(value * 4, value * 4 + 4)];
    // The integer form of round(v * 255 / 31) and round(v * 255 / 63).
    const five = (v: number) => (v * 527 + 23) >> 6;
    const six = (v: number) => (v * 259 + 33) >> 6;
    const wanted = [five(value >> 11), six((value >> 5) & 63), five(value & 31), 255];
    if (pixel.join() !== wanted.join()) assert.deepEqual(pixel, wanted, `value ${value}`);
  }
}

test("packedPixels copies only what is not aligned", () => {
  const block = noise(64);
  assert.equal(packedPixels(block.subarray(4)).bytes.buffer, block.buffer);
  const moved = packedPixels(block.subarray(5, 20));
  assert.notEqual(moved.bytes.buffer, block.buffer);
  assert.deepEqual(moved.bytes, block.slice(5, 20));
});
