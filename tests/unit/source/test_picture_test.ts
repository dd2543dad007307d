import assert from "node:assert/strict";
import { TestPicture } from "../../../lib/source/test_picture.ts";

const NONE = { permissions: "none" } as const;
const pixel = ({ rgba, width }: TestPicture, x: number, y: number) => [
  ...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
];

Deno.test("colour bars, a grey ramp and a square", NONE, () => {
  const picture = new TestPicture(640, 480);
  picture.step();
  assert.deepEqual(pixel(picture, 10, 10), [255, 128, 0, 255], "the square");
  assert.deepEqual(pixel(picture, 100, 10), [255, 255, 0, 255], "the second bar");
  assert.deepEqual(pixel(picture, 639, 359), [0, 0, 0, 255], "the last bar");
  assert.deepEqual(pixel(picture, 0, 360), [0, 0, 0, 255], "the ramp's left end");
  assert.deepEqual(pixel(picture, 639, 479), [255, 255, 255, 255], "the ramp's right end");
});

Deno.test("each step changes the picture, and only where it says", NONE, () => {
  for (const [width, height] of [[640, 480], [33, 7], [5, 300], [2, 2], [1, 1]] as const) {
    const picture = new TestPicture(width, height);
    const still = picture.rgba.slice();
    for (let frame = 0; frame < 200; frame++) {
      const before = picture.rgba.slice();
      const region = picture.step();
      assert(region.x >= 0 && region.x + region.width <= width);
      assert(region.y >= 0 && region.y + region.height <= height);
      let changes = 0;
      for (let at = 0; at < before.length; at++) {
        if (before[at] === picture.rgba[at]) continue;
        changes++;
        const [x, y] = [(at >> 2) % width, Math.floor((at >> 2) / width)];
        assert(x >= region.x && x < region.x + region.width, `${x}`);
        assert(y >= region.y && y < region.y + region.height, `${y}`);
      }
      if (width > 2) assert(changes > 0, `frame ${frame} of ${width}x${height}`);
    }
    assert.equal(picture.rgba.length, still.length);
  }
});
