import assert from "node:assert/strict";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import { FIRST_DISPLAY } from "../../../lib/cli/connect_content.ts";
import { MovingPicture, TestPicture } from "../../../lib/cli/test_picture.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { receive, wire } from "../../support/source.ts";

const NONE = { permissions: "none" } as const;
const pixel = ({ rgba, width }: MovingPicture, x: number, y: number) => [
  ...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
];

Deno.test("colour bars and a square", NONE, () => {
  const picture = new MovingPicture(640, 480);
  assert.deepEqual(pixel(picture, 10, 10), [255, 128, 0, 255], "the square");
  assert.deepEqual(pixel(picture, 100, 10), [255, 255, 0, 255], "the second bar");
  assert.deepEqual(pixel(picture, 639, 479), [0, 0, 0, 255], "the last bar");
});

Deno.test("each step changes the picture, and only where it says", NONE, () => {
  for (const [width, height] of [[160, 120], [33, 7], [5, 300], [2, 2], [1, 1]] as const) {
    const picture = new MovingPicture(width, height);
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
  }
});

Deno.test("the picture follows the window, and reset starts it over", NONE, () => {
  const content = new TestPicture();
  const stream = new VideoStream();
  const formats: number[] = [];
  const draw = () => {
    const frame = content.next();
    formats.push(frame.format);
    receive(stream, frame);
    return stream.surface.rgba()!;
  };
  const first = draw();
  draw();
  content.resize({ ...FIRST_DISPLAY, width: 100, height: 50 });
  draw();
  assert.deepEqual([stream.surface.width, stream.surface.height], [100, 50]);
  content.resize(FIRST_DISPLAY);
  assert.deepEqual(draw(), first);
  draw();
  content.take(wire({ category: "target", kind: "reset" }));
  assert.deepEqual(draw(), first);
  const { zstd, zstdDelta } = VIDEO_FORMAT;
  assert.deepEqual(formats, [zstd, zstdDelta, zstd, zstd, zstdDelta, zstdDelta]);
});
