// The pixel loops with vector instructions give the same words as those in TypeScript.

import assert from "node:assert/strict";
import fc from "fast-check";
import { Canvas } from "../../lib/decoders/canvas.ts";
import * as twin from "../../lib/decoders/pixels.ts";
import { allocatePixels, contentMemory } from "../../lib/decoders/simd/memory.ts";
import * as simd from "../../lib/decoders/simd/pixels.ts";
import { noise } from "../unit/decoders/frames.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** Regions on canvases of a few sizes, the smallest without vector loops. */
const where = fc.record({
  size: fc.constantFrom([370, 400], [1_024, 140], [64, 2_100], [30, 20]),
  edges: fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()),
  isFullWidth: fc.boolean(),
  /** Whether the content is in the memory of the loops, and its offset there or elsewhere. */
  isInPlace: fc.boolean(),
  offset: fc.nat(15),
  seed: fc.nat(),
  /** The parts of the content with zeros, as shares of it. */
  zeros: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(200_000)), {
    maxLength: 6,
  }),
  isOpaque: fc.boolean(),
}).map(({ size, edges, isFullWidth, ...rest }) => {
  const [canvasWidth, canvasHeight] = size as [number, number];
  const x = isFullWidth ? 0 : edges[0] % canvasWidth;
  const y = edges[1] % canvasHeight;
  const width = isFullWidth ? canvasWidth : 1 + edges[2] % (canvasWidth - x);
  const height = 1 + edges[3] % (canvasHeight - y);
  return { canvasWidth, canvasHeight, region: { x, y, width, height }, ...rest };
});
type Where = typeof where extends fc.Arbitrary<infer T> ? T : never;

function contentOf(
  { region: { width, height }, isInPlace, offset, seed, zeros }: Where,
  pixelBytes: number,
): Uint8Array {
  const length = width * height * pixelBytes;
  const block = isInPlace ? contentMemory()! : new Uint8Array(offset + length);
  const content = block.subarray(offset, offset + length);
  content.set(noise(length, seed % 0x7fffffff));
  for (const [share, size] of zeros) {
    const start = Math.floor(share * length);
    content.fill(0, start, Math.min(length, start + size));
  }
  return content;
}

function canvasOf({ canvasWidth, canvasHeight, seed, isOpaque }: Where): Canvas {
  const bytes = allocatePixels(canvasWidth * canvasHeight * 4);
  const canvas = new Canvas(canvasWidth, canvasHeight, bytes);
  canvas.bytes.set(noise(bytes.length, (seed + 1) % 0x7fffffff));
  canvas.opaque = isOpaque;
  for (let at = 0; isOpaque && at < canvas.words.length; at++) canvas.words[at]! |= 0xff000000;
  return canvas;
}

for (const name of ["expandRgb", "xorRgb", "expandRgb565"] as const) {
  test(`${name} does the same as its twin for any region and content`, () => {
    fc.assert(
      fc.property(where, (each) => {
        const content = contentOf(each, name === "expandRgb565" ? 2 : 3);
        const ours = canvasOf(each), wanted = canvasOf(each);
        twin[name](content, wanted, each.region);
        simd[name](content, ours, each.region);
        const first = wanted.words.findIndex((word, i) => word !== ours.words[i]);
        assert.equal(first, -1, `word ${first}`);
      }),
      { numRuns: 100 },
    );
  });
}
