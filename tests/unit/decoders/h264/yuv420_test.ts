import assert from "node:assert/strict";
import { yuv420ToRgba } from "../../../../lib/decoders/h264/yuv420.ts";
import { testPlanes } from "../../../support/h264.ts";

const pure = { permissions: "none" } as const;
const BLOCK = { widthBlocks: 1, heightBlocks: 1 } as const;
const WHOLE = { ...BLOCK, left: 0, top: 0, width: 16, height: 16, references: 1 } as const;

function colour(y: number, u: number, v: number): number[] {
  const planes = new Uint8Array(384).fill(y, 0, 256).fill(u, 256, 320).fill(v, 320);
  return [...yuv420ToRgba(planes, WHOLE).subarray(0, 4)];
}

Deno.test("colours are those of BT.601 from 16 to 235", pure, () => {
  assert.deepEqual(colour(16, 128, 128), [0, 0, 0, 255]);
  assert.deepEqual(colour(235, 128, 128), [255, 255, 255, 255]);
  assert.deepEqual(colour(126, 128, 128), [128, 128, 128, 255]);
  assert.deepEqual(colour(81, 90, 240), [254, 0, 0, 255]);
  assert.deepEqual(colour(145, 54, 34), [0, 255, 1, 255]);
  assert.deepEqual(colour(41, 240, 110), [0, 0, 255, 255]);
});

Deno.test("all brightness and colour stay in the range of a byte", pure, () => {
  const naive = (value: number) => Math.min(Math.max(Math.round(value), 0), 255);
  for (const y of [0, 15, 16, 128, 235, 255]) {
    for (const u of [0, 1, 127, 128, 255]) {
      for (const v of [0, 1, 127, 128, 255]) {
        const light = 255 / 219 * (y - 16);
        const expected = [
          light + 1.596027 * (v - 128),
          light - 0.391762 * (u - 128) - 0.812968 * (v - 128),
          light + 2.017232 * (u - 128),
        ].map(naive);
        colour(y, u, v).slice(0, 3).forEach((byte, i) => {
          assert.ok(Math.abs(byte - expected[i]!) <= 1, `${[y, u, v]} gives ${byte} at ${i}`);
        });
      }
    }
  }
});

Deno.test("cropped pixels are not shown, and the others keep their colours", pure, () => {
  const size = { widthBlocks: 3, heightBlocks: 2 } as const;
  const planes = testPlanes(size);
  const all = yuv420ToRgba(planes, {
    ...size,
    left: 0,
    top: 0,
    width: 48,
    height: 32,
    references: 1,
  });
  const cut = { ...size, left: 4, top: 6, width: 34, height: 18, references: 1 };
  const part = yuv420ToRgba(planes, cut);
  assert.equal(part.length, cut.width * cut.height * 4);
  for (let y = 0; y < cut.height; y++) {
    const from = ((y + cut.top) * 48 + cut.left) * 4;
    const to = y * cut.width * 4;
    assert.deepEqual(
      part.subarray(to, to + cut.width * 4),
      all.subarray(from, from + cut.width * 4),
      `row ${y}`,
    );
  }
});
