/** Frames that the reference encoded, compared with the pictures of its sink or its input. */

import assert from "node:assert/strict";
import { StreamError } from "../../lib/errors.ts";
import { VideoStream } from "../../lib/decoders/video_stream.ts";
import { VIDEO_FORMAT } from "../../lib/wire/constants.ts";
import { decodeControl } from "../../lib/wire/control.ts";
import { base64, outcome } from "../unit/decoders/frames.ts";
import dzstd from "../vectors/events/video-dzstd.json" with { type: "json" };
import h264 from "../vectors/events/video-h264.json" with { type: "json" };
import reject from "../vectors/events/video-reject.json" with { type: "json" };
import rgb from "../vectors/events/video-rgb.json" with { type: "json" };
import rgb565 from "../vectors/events/video-rgb565.json" with { type: "json" };
import rgba from "../vectors/events/video-rgba.json" with { type: "json" };

interface Vector {
  label: string;
  note?: string;
  input?: { rgba_b64: string; region: Region | null; w: number };
  source_packets: { type: number; body_b64: string }[];
  sink: { w: number; h: number; rgba_b64: string };
}

interface Region {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** Pushes one frame. @returns The kind of progress, or the code of the refusal. */
function feed(stream: VideoStream, frame: Vector, chunkBytes: number): string {
  let result: string = "pending";
  try {
    for (const { type, body_b64 } of frame.source_packets) {
      const body = base64(body_b64);
      if (type === 1) {
        const control = decodeControl(body);
        assert.equal(control.command, "videoframe");
        if (control.command === "videoframe") outcome(stream.begin(control));
        continue;
      }
      const payload = body.subarray(7);
      for (let at = 0; at < payload.length; at += chunkBytes) {
        result = outcome(stream.push(payload.subarray(at, at + chunkBytes)));
      }
    }
  } catch (error) {
    assert(error instanceof StreamError);
    return error.code;
  }
  return result;
}

/** The picture after a frame that the reference paints askew, from the input. */
function paintedInput(before: Uint8Array, frame: Vector, pixel: (rgba: Uint8Array) => number[]) {
  const after = before.slice();
  const { region, rgba_b64, w } = frame.input!;
  const input = base64(rgba_b64);
  for (let y = region!.y1; y < region!.y2; y++) {
    for (let x = region!.x1; x < region!.x2; x++) {
      const at = (y * w + x) * 4;
      after.set(pixel(input.subarray(at, at + 4)), at);
    }
  }
  return after;
}

function flipRows(pixels: Uint8Array, width: number): Uint8Array {
  const flipped = new Uint8Array(pixels.length);
  const rowBytes = width * 4;
  for (let at = 0; at < pixels.length; at += rowBytes) {
    flipped.set(pixels.subarray(at, at + rowBytes), pixels.length - rowBytes - at);
  }
  return flipped;
}

const scale = (value: number, most: number) => Math.round(value * 255 / most);

const series: [string, Vector[], (rgba: Uint8Array) => number[]][] = [
  ["rgba", rgba.frames, (pixel) => [...pixel]],
  ["rgb", rgb.frames, ([r, g, b]) => [r!, g!, b!, 255]],
  [
    "rgb565",
    rgb565.frames,
    ([r, g, b]) => [scale(r! >> 3, 31), scale(g! >> 2, 63), scale(b! >> 3, 31), 255],
  ],
  ["dzstd", dzstd.frames, (pixel) => [...pixel]],
];

for (const [name, frames, pixel] of series) {
  for (const chunkBytes of [65_535, 1]) {
    Deno.test(`${name}: every frame gives the picture, ${chunkBytes} bytes at once`, {
      permissions: "none",
    }, () => {
      const stream = new VideoStream();
      frames.forEach((frame, index) => {
        const about = `${name}: frame ${index}, ${frame.label}`;
        const before = stream.surface.pixels?.slice();
        assert.equal(feed(stream, frame, chunkBytes), "drawn", about);
        const wrongInReference = frame.note?.includes("WRONG") ?? false;
        const expected = wrongInReference
          ? paintedInput(before!, frame, pixel)
          : base64(frame.sink.rgba_b64);
        const { surface } = stream;
        assert.deepEqual([surface.width, surface.height], [frame.sink.w, frame.sink.h], about);
        assert.deepEqual(new Uint8Array(surface.pixels!), expected, about);
        const topDown = surface.origoLl ? flipRows(expected, surface.width) : expected;
        assert.deepEqual(surface.rgba(), new Uint8Array(topDown), about);
      });
    });
  }
}

Deno.test("the frame series hold regions, delta frames and rows stored bottom up", {
  permissions: "none",
}, () => {
  const headers = series.flatMap(([, frames]) => frames as unknown as { headers: HeaderView[] }[])
    .flatMap(({ headers }) => headers);
  assert(headers.some((header) => header.x > 0 && header.format === VIDEO_FORMAT.rgb565));
  assert(headers.some((header) => header.flags === 1));
  assert(headers.some((header) => header.format === VIDEO_FORMAT.zstdDelta));
});

interface HeaderView {
  format: number;
  x: number;
  flags: number;
}

Deno.test("h264: refused until the source falls back to zstd", { permissions: "none" }, () => {
  const stream = new VideoStream();
  const expected = [
    "unsupported-format",
    "unsupported-format",
    "pending",
    "drawn",
    "drawn",
    "drawn",
  ];
  h264.frames.forEach((frame, index) => {
    assert.equal(feed(stream, frame, 65_535), expected[index], frame.label);
    if (expected[index] === "drawn") {
      assert.deepEqual(new Uint8Array(stream.surface.pixels!), base64(frame.sink.rgba_b64));
    } else {
      assert.equal(stream.surface.content, "none");
    }
    if (expected[index] === "unsupported-format") {
      const data = base64(frame.source_packets[1]!.body_b64).subarray(7);
      assert.equal(outcome(stream.push(data)), "pending");
    }
  });
});

Deno.test("every refused frame has its code and changes nothing", { permissions: "none" }, () => {
  const expected: [label: string, outcome: string, shown: boolean][] = [
    ["4x4 RGBA ok", "drawn", true],
    ["commit=0", "drawn", false],
    ["unknown format 3", "unknown-format", false],
    ["x >= sw", "region-outside-surface", false],
    ["zstd expanded > w*h*4", "bad-expanded-length", false],
    ["zstd length > expanded+24", "bad-length", false],
    ["zstd frame content size 45 but header says 48", "zstd-size", false],
    ["zstd ok 4x4 I", "drawn", true],
    ["zstd ok 4x4 P split over 2 data packets", "drawn", true],
    ["zstd commit=0", "drawn", false],
    ["raw more data than announced", "bad-length", false],
  ];
  // A stream does not know which channels there are.
  const frames = (reject.frames as Vector[]).filter(({ label }) => !label.startsWith("data on"));
  assert.equal(frames.length, expected.length);
  const stream = new VideoStream();
  frames.forEach((frame, index) => {
    const [label, outcome, shown] = expected[index]!;
    assert.equal(frame.label, label);
    const before = stream.surface.pixels?.slice();
    assert.equal(feed(stream, frame, 65_535), outcome, label);
    const after = new Uint8Array(stream.surface.pixels!);
    if (shown) assert.deepEqual(after, base64(frame.sink.rgba_b64), label);
    else assert.deepEqual(after, new Uint8Array(before!), label);
  });
});
