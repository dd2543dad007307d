// The pixel loops with vector instructions give the same words as those in TypeScript.

import assert from "node:assert/strict";
import fc from "fast-check";
import * as twin from "../../lib/decoders/pixels.ts";
import { BLOCK_PIXELS, ZEROS } from "../../lib/decoders/pixels.ts";
import { STRIP_PIXELS } from "../../lib/decoders/simd/module.ts";
import * as simd from "../../lib/decoders/simd/pixels.ts";
import { noise } from "../unit/decoders/frames.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** Pixels before and behind those that may change. */
const MARGIN = 3;
const MOST_PIXELS = 2 * STRIP_PIXELS + 2_100;

const near = (pixels: number) => fc.integer({ min: pixels - 17, max: pixels + 17 });
const where = fc.record({
  count: fc.oneof(
    fc.integer({ min: 0, max: 40 }),
    near(384),
    near(2_048),
    near(4_096),
    near(STRIP_PIXELS),
    near(STRIP_PIXELS + 2_048),
    near(2 * STRIP_PIXELS),
    fc.integer({ min: 0, max: MOST_PIXELS }),
  ),
  /** The offset of the source in its memory, and of the first pixel in it. */
  offset: fc.nat(15),
  from: fc.nat(13),
  at: fc.nat(MARGIN),
  seed: fc.nat(),
  /** The parts of the source with zeros, as shares of it. */
  zeros: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(20_000)), {
    maxLength: 6,
  }),
  /** Which of the blocks that can be skipped are zero. */
  zeroBlocks: fc.array(fc.nat(Math.floor(MOST_PIXELS / BLOCK_PIXELS))),
});
type Where = typeof where extends fc.Arbitrary<infer T> ? T : never;

function sourceOf(each: Where, pixelBytes: number): Uint8Array {
  const { count, offset, from, seed, zeros, zeroBlocks } = each;
  const length = (from + count) * pixelBytes;
  const block = new Uint8Array(offset + length + 64);
  const source = block.subarray(offset, offset + length);
  source.set(noise(length, seed % 0x7fffffff));
  for (const [share, size] of zeros) {
    const start = Math.floor(share * length);
    source.fill(0, start, Math.min(length, start + size));
  }
  for (const block of zeroBlocks) {
    const start = from + block * ZEROS.length;
    if (start < length) source.fill(0, start, Math.min(length, start + ZEROS.length));
  }
  return source;
}

function targetOf({ count, seed }: Where): Int32Array {
  const target = new Int32Array(noise((count + 2 * MARGIN) * 4, (seed + 1) % 0x7fffffff).buffer);
  return target.map((word) => word | 0xff000000);
}

function assertSame(ours: Int32Array, wanted: Int32Array): void {
  // The message of a failed `deepEqual` of many words takes minutes.
  const first = wanted.findIndex((word, i) => word !== ours[i]);
  assert.equal(first, -1, `word ${first}`);
}

for (const name of ["expandRgb", "xorRgbSparse"] as const) {
  test(`${name} does as its twin, wherever it begins and ends`, () => {
    fc.assert(
      fc.property(where, (each) => {
        const source = twin.packedPixels(sourceOf(each, 3));
        const ours = targetOf(each), wanted = targetOf(each);
        simd[name](source, each.from, ours, each.at, each.count);
        twin[name](source, each.from, wanted, each.at, each.count);
        assertSame(ours, wanted);
      }),
      { numRuns: 300 },
    );
  });
}

test("expandRgb565 does the same as its twin, with any start and end", () => {
  fc.assert(
    fc.property(where, (each) => {
      const bytes = sourceOf({ ...each, offset: each.offset & ~1 }, 2);
      const source = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
      const ours = targetOf(each), wanted = targetOf(each);
      simd.expandRgb565(source, each.from, ours, each.at, each.count);
      twin.expandRgb565(source, each.from, wanted, each.at, each.count);
      assertSame(ours, wanted);
    }),
    { numRuns: 300 },
  );
});
