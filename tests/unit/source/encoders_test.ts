/** What our encoders make is what our decoders show. */

import assert from "node:assert/strict";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import { compress } from "../../../lib/source/compress.ts";
import { makePictureEncoder, PICTURE_FORMATS } from "../../../lib/source/encoders.ts";
import type { Picture } from "../../../lib/source/frame.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { noise } from "../decoders/frames.ts";
import { changed, noisePicture, opaque, receive } from "./helpers.ts";

const NONE = { permissions: "none" } as const;

/** What a sink shows of 16-bit pixels. */
function deep565({ rgba }: Picture): Uint8Array {
  return rgba.map((value, at) =>
    at % 4 === 3
      ? 255
      : at % 4 === 1
      ? Math.round((value >> 2) * 255 / 63)
      : Math.round((value >> 3) * 255 / 31)
  );
}

const EXPECTED = { zstd: opaque, raw: ({ rgba }: Picture) => rgba, rgb: opaque, rgb565: deep565 };

for (const format of PICTURE_FORMATS) {
  Deno.test(`${format}: whole pictures, parts and other sizes arrive pixel by pixel`, NONE, () => {
    const encoder = makePictureEncoder(format);
    const stream = new VideoStream();
    const expected = EXPECTED[format];
    const first = noisePicture(200, 90);
    receive(stream, encoder.encode(first));
    assert.deepEqual(stream.surface.rgba(), expected(first), "the first picture");
    const region = { x: 17, y: 5, width: 31, height: 80 };
    const second = changed(first, region);
    receive(stream, encoder.encode(second, region));
    assert.deepEqual(stream.surface.rgba(), expected(second), "a part");
    const third = noisePicture(200, 90, 7);
    receive(stream, encoder.encode(third));
    assert.deepEqual(stream.surface.rgba(), expected(third), "another picture");
    const small = { ...noisePicture(3, 1), origoLowerLeft: true };
    const [corner, grey] = [{ x: 1, y: 0, width: 1, height: 1 }, noisePicture(1, 1)];
    receive(stream, encoder.encode(small));
    assert.deepEqual(stream.surface.rgba(), expected(small), "a smaller one, whole");
    assert.equal(stream.surface.origoLl, true);
    receive(stream, encoder.encode(changed(small, corner), corner));
    assert.deepEqual(stream.surface.rgba(), expected(changed(small, corner)));
    receive(stream, encoder.encode(grey));
    assert.deepEqual(stream.surface.rgba(), expected(grey), "one pixel");
    assert.equal(stream.surface.origoLl, false);
  });
}

Deno.test("zstd: first all of it, then differences, after another size all of it", NONE, () => {
  const encoder = makePictureEncoder("zstd");
  const flat = (width: number, value: number): Picture => ({
    width,
    height: 64,
    rgba: new Uint8Array(width * 64 * 4).fill(value),
  });
  const part = { x: 1, y: 2, width: 3, height: 4 };
  const formats = [
    encoder.encode(flat(64, 1), part),
    encoder.encode(flat(64, 2)),
    encoder.encode(flat(64, 3), part),
    encoder.encode(flat(65, 3), part),
  ].map(({ format, x, y, width, height }) => [format, x, y, width, height]);
  assert.deepEqual(formats, [
    [VIDEO_FORMAT.zstd, 0, 0, 64, 64],
    [VIDEO_FORMAT.zstdDelta, 0, 0, 64, 64],
    [VIDEO_FORMAT.zstdDelta, 1, 2, 3, 4],
    [VIDEO_FORMAT.zstd, 0, 0, 65, 64],
  ]);
});

Deno.test("zstd: what compression would make too large is sent as it is", NONE, () => {
  const encoder = makePictureEncoder("zstd");
  const stream = new VideoStream();
  const large = noisePicture(1024, 512);
  const first = encoder.encode(large);
  assert.equal(first.format, VIDEO_FORMAT.rgb);
  receive(stream, first);
  const next = changed(large, { x: 0, y: 0, width: 2, height: 2 });
  const second = encoder.encode(next);
  assert.equal(second.format, VIDEO_FORMAT.zstdDelta);
  receive(stream, second);
  assert.deepEqual(stream.surface.rgba(), opaque(next));
});

Deno.test("packets hold whole pixels and no more than those of the reference", NONE, () => {
  const picture = noisePicture(8, 8);
  const chunks = PICTURE_FORMATS.map((name) => makePictureEncoder(name).encode(picture).chunkBytes);
  assert.deepEqual(chunks, [32_768, 32_760, 32_760, 32_760]);
});

Deno.test("a raw picture is sent from where it is, others from one buffer", NONE, () => {
  const picture = noisePicture(16, 16);
  assert.equal(makePictureEncoder("raw").encode(picture).payload.buffer, picture.rgba.buffer);
  const encoder = makePictureEncoder("rgb565");
  const { buffer } = encoder.encode(picture).payload;
  assert.equal(encoder.encode(noisePicture(16, 16, 5)).payload.buffer, buffer);
});

Deno.test("a zstd frame is one, and says how large its content is", NONE, () => {
  for (const length of [16, 255, 256, 65_791, 65_792, 1_000_000]) {
    for (const content of [new Uint8Array(length), noise(length)]) {
      const bytes = compress(content);
      // RFC 8878 3.1.1.1: magic number, then the bits of the content size and of a single segment.
      assert.equal(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true), 0xfd2fb528);
      assert.notEqual(bytes[4]! & 0xe0, 0);
    }
  }
});
