/** Our decoder shows what our encoder makes, and ours makes what the reference's makes. */

import assert from "node:assert/strict";
import { compress } from "../../../lib/decoders/compress.ts";
import { inflate } from "../../../lib/decoders/inflate.ts";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import type { Picture } from "../../../lib/source/picture_encoder.ts";
import { PictureEncoder } from "../../../lib/source/picture_encoder.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { decodeControl } from "../../../lib/wire/control.ts";
import dzstd from "../../vectors/events/video-dzstd.json" with { type: "json" };
import { base64, noise } from "../decoders/frames.ts";
import { changed, noisePicture, opaque, receive } from "../../support/source.ts";

const NONE = { permissions: "none" } as const;

Deno.test("whole pictures, parts and other sizes arrive pixel by pixel", NONE, () => {
  const encoder = new PictureEncoder();
  const stream = new VideoStream();
  const first = noisePicture(200, 90);
  receive(stream, encoder.encode(first));
  assert.deepEqual(stream.surface.rgba(), opaque(first), "the first picture");
  const region = { x: 17, y: 5, width: 31, height: 80 };
  const second = changed(first, region);
  receive(stream, encoder.encode(second, region));
  assert.deepEqual(stream.surface.rgba(), opaque(second), "a part");
  const third = noisePicture(200, 90, 7);
  receive(stream, encoder.encode(third));
  assert.deepEqual(stream.surface.rgba(), opaque(third), "another picture");
  const small = { ...noisePicture(3, 1), origoLowerLeft: true };
  const corner = { x: 1, y: 0, width: 1, height: 1 };
  receive(stream, encoder.encode(small));
  assert.deepEqual(stream.surface.rgba(), opaque(small), "a smaller picture");
  assert.equal(stream.surface.origoLl, true);
  receive(stream, encoder.encode(changed(small, corner), corner));
  assert.deepEqual(stream.surface.rgba(), opaque(changed(small, corner)), "a part of it");
  const pixel = noisePicture(1, 1);
  receive(stream, encoder.encode(pixel));
  assert.deepEqual(stream.surface.rgba(), opaque(pixel), "one pixel");
  assert.equal(stream.surface.origoLl, false);
});

Deno.test("a full frame comes first and after a change of size, then differences", NONE, () => {
  const encoder = new PictureEncoder();
  const flat = (width: number, value: number): Picture => ({
    width,
    height: 64,
    rgba: new Uint8Array(width * 64 * 4).fill(value),
  });
  const part = { x: 1, y: 2, width: 3, height: 4 };
  const outside = { x: 62, y: 2, width: 3, height: 4 };
  const frames = [
    encoder.encode(flat(64, 1), part),
    encoder.encode(flat(64, 2)),
    encoder.encode(flat(64, 3), part),
    encoder.encode(flat(64, 3), outside),
    encoder.encode(flat(65, 3), part),
  ];
  assert.deepEqual(frames.map(({ format, x, y, width, height }) => [format, x, y, width, height]), [
    [VIDEO_FORMAT.zstd, 0, 0, 64, 64],
    [VIDEO_FORMAT.zstdDelta, 0, 0, 64, 64],
    [VIDEO_FORMAT.zstdDelta, 1, 2, 3, 4],
    [VIDEO_FORMAT.zstdDelta, 0, 0, 64, 64],
    [VIDEO_FORMAT.zstd, 0, 0, 65, 64],
  ]);
  assert(frames.every(({ chunkBytes }) => chunkBytes === 32_768), "the packets of the reference");
});

Deno.test("pixels that compression would make larger are sent raw", NONE, () => {
  const encoder = new PictureEncoder();
  const stream = new VideoStream();
  const large = noisePicture(1024, 512);
  const first = encoder.encode(large);
  assert.deepEqual([first.format, first.chunkBytes], [VIDEO_FORMAT.rgb, 32_760]);
  receive(stream, first);
  const next = changed(large, { x: 0, y: 0, width: 2, height: 2 });
  const second = encoder.encode(next);
  assert.equal(second.format, VIDEO_FORMAT.zstdDelta);
  receive(stream, second);
  assert.deepEqual(stream.surface.rgba(), opaque(next));
});

Deno.test("compression makes one zstd frame that states the size of its content", NONE, () => {
  for (const length of [16, 255, 256, 65_791, 65_792, 1_000_000]) {
    for (const content of [new Uint8Array(length), noise(length)]) {
      const bytes = compress(content);
      // RFC 8878 3.1.1.1: magic number, then the bits of the content size and of a single segment.
      assert.equal(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true), 0xfd2fb528);
      assert.notEqual(bytes[4]! & 0xe0, 0);
    }
  }
});

Deno.test("headers and pixels are those of the reference", NONE, () => {
  const encoder = new PictureEncoder();
  for (const { label, input, source_packets } of dzstd.frames) {
    const { w: width, h: height, origo_ll, region } = input;
    const frame = encoder.encode(
      { width, height, rgba: base64(input.rgba_b64), origoLowerLeft: origo_ll !== 0 },
      region === null ? undefined : {
        x: region.x1,
        y: region.y1,
        width: region.x2 - region.x1,
        height: region.y2 - region.y1,
      },
    );
    const [head, ...data] = source_packets.map(({ body_b64 }) => base64(body_b64));
    const theirs = decodeControl(head!);
    assert(theirs.command === "videoframe");
    const { payload, chunkBytes: _chunkBytes, ...ours } = frame;
    for (const [name, value] of Object.entries(ours)) {
      assert.equal(theirs[name as keyof typeof ours], value, `${label}: ${name}`);
    }
    const content = inflate(payload, frame.expandedLength).slice();
    const expected = Uint8Array.from(data.flatMap((body) => [...body.subarray(7)]));
    assert.deepEqual(content, inflate(expected, theirs.expandedLength), label);
  }
});

Deno.test("a picture needs sides from 1 to 8192 pixels", NONE, () => {
  const rgba = new Uint8Array(0);
  for (const [width, height] of [[0, 1], [-1, 1], [1, 8193], [1.5, 1], [NaN, 1]] as const) {
    const encode = () => new PictureEncoder().encode({ width, height, rgba });
    assert.throws(encode, { code: "bad-argument" }, `${width} x ${height}`);
  }
});
