import assert from "node:assert/strict";
import { MemoryBudget } from "../../../lib/decoders/memory_budget.ts";
import type { FrameHeader } from "../../../lib/decoders/frame_header.ts";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import {
  compressedFrame,
  EMPTY,
  frameHeader,
  join,
  noise,
  outcome,
  show,
  tpackFrame,
  zstd,
  zstdUnsized,
} from "./frames.ts";

const { rgba, rgb, rgb565, h264, tpack, zstd: full, zstdDelta } = VIDEO_FORMAT;

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

function inChunks(stream: VideoStream, header: FrameHeader, payload: Uint8Array, size: number) {
  let result = outcome(stream.begin(header));
  for (let at = 0; at < payload.length; at += size) {
    result = outcome(stream.push(payload.subarray(at, at + size)));
  }
  return result;
}

test("data without a header is thrown away", () => {
  const stream = new VideoStream();
  assert.equal(outcome(stream.push(noise(10))), "pending");
  assert.equal(outcome(stream.drawPiece()), "pending");
  assert.equal(outcome(stream.finishJob(noise(10))), "pending");
  assert.equal(stream.surface.content, "none");
});

test("a frame is drawn with its last byte", () => {
  const stream = new VideoStream();
  assert.equal(outcome(stream.begin(frameHeader())), "pending");
  assert.equal(outcome(stream.push(noise(63))), "pending");
  assert.equal(stream.surface.content, "none");
  assert.equal(outcome(stream.push(noise(1))), "drawn");
  assert.equal(outcome(stream.push(noise(1))), "pending");
});

test("the data of a refused frame is thrown away", () => {
  for (
    const [fields, code, endsFormat] of [
      [{ format: h264 }, "unsupported-format", true],
      [{ format: 3 }, "unknown-format", true],
      [{ surfaceWidth: 8_193, length: 64 }, "bad-surface-size", false],
      [{ x: 1, width: 4 }, "region-outside-surface", false],
    ] as const
  ) {
    const stream = new VideoStream();
    show(stream, frameHeader(), noise(64));
    const refused = stream.begin(frameHeader(fields));
    assert.ok(refused.type === "refused");
    assert.deepEqual([refused.error.code, refused.endsFormat], [code, endsFormat]);
    assert.equal(outcome(stream.push(noise(64))), "pending");
    assert.deepEqual(stream.surface.rgba(), noise(64));
    assert.equal(show(stream, frameHeader(), noise(64)), "drawn");
  }
});

test("data beyond the announced length ends the frame, with any chunks", () => {
  for (const size of [65, 40]) {
    const stream = new VideoStream();
    show(stream, frameHeader(), noise(64));
    assert.throws(() => inChunks(stream, frameHeader(), noise(65, 2), size), {
      code: "bad-length",
    });
    assert.deepEqual(stream.surface.rgba(), noise(64));
  }
});

test("a frame that is refused at its end is over, and the next one is drawn", () => {
  const stream = new VideoStream();
  const good = compressedFrame(noise(48));
  const bad = { ...good, payload: good.payload.with(0, 0) };
  assert.throws(() => show(stream, bad.header, bad.payload), { code: "bad-zstd" });
  assert.equal(show(stream, good.header, good.payload), "drawn");
});

test("a header ends an incomplete frame", () => {
  const stream = new VideoStream();
  stream.begin(frameHeader());
  stream.push(noise(30));
  assert.equal(show(stream, frameHeader(), noise(64)), "drawn");
  assert.deepEqual(stream.surface.rgba(), noise(64));
});

test("a partial frame changes nothing, for every format", () => {
  const size = { surfaceWidth: 200, surfaceHeight: 200 };
  for (const format of [rgba, rgb, rgb565, full, zstdDelta]) {
    const stream = new VideoStream();
    show(stream, frameHeader({ ...size }), noise(160_000));
    const raw = frameHeader({ ...size, format });
    const { header, payload } = format >= full
      ? compressedFrame(noise(120_000), { ...size, format })
      : { header: raw, payload: noise(raw.length) };
    stream.begin(header);
    for (let at = 0; at < payload.length - 1_000; at += 1_000) {
      stream.push(payload.subarray(at, at + 1_000));
    }
    assert.deepEqual(stream.surface.rgba(), noise(160_000));
  }
});

test("whole RGBA frames are exchanged with the picture, not copied", () => {
  const budget = new MemoryBudget();
  const stream = new VideoStream(budget);
  const header = frameHeader({ surfaceWidth: 200, surfaceHeight: 200 });
  const buffers = new Set<ArrayBuffer>();
  for (let seed = 1; seed <= 6; seed++) {
    assert.equal(inChunks(stream, header, noise(160_000, seed), 32_760), "drawn");
    assert.deepEqual(stream.surface.rgba(), noise(160_000, seed));
    buffers.add(stream.surface.pixels!.buffer);
  }
  assert.equal(buffers.size, 2);
  assert.equal(budget.usedBytes, 320_000);
  stream.close();
  assert.equal(budget.usedBytes, 0);
});

test("exchanged buffers keep to commit and the budget", () => {
  const budget = new MemoryBudget();
  const stream = new VideoStream(budget);
  const header = frameHeader({ surfaceWidth: 200, surfaceHeight: 200 });
  inChunks(stream, header, noise(160_000, 1), 32_760);
  for (const seed of [2, 3]) {
    inChunks(stream, { ...header, commit: false }, noise(160_000, seed), 32_760);
    assert.deepEqual(stream.surface.rgba(), noise(160_000, 1));
  }
  const rest = { ...header, height: 100, length: 80_000, expandedLength: 80_000 };
  inChunks(stream, rest, noise(80_000, 4), 32_760);
  const expected = noise(160_000, 3);
  expected.set(noise(80_000, 4));
  assert.deepEqual(stream.surface.rgba(), expected);
  assert.equal(budget.usedBytes, 320_000, "the picture and the buffer of the next one");
});

test("smaller pictures after larger ones are exchanged too", () => {
  const budget = new MemoryBudget();
  const stream = new VideoStream(budget);
  inChunks(stream, frameHeader({ surfaceWidth: 300, surfaceHeight: 300 }), noise(360_000), 32_760);
  const header = frameHeader({ surfaceWidth: 200, surfaceHeight: 200 });
  for (let seed = 1; seed <= 3; seed++) {
    inChunks(stream, header, noise(160_000, seed), 32_760);
    assert.deepEqual(stream.surface.rgba(), noise(160_000, seed));
  }
  assert.equal(budget.usedBytes, 320_000);
});

test("hostile frames have their code and change neither picture nor memory", () => {
  const huge = { surfaceWidth: 8_192, surfaceHeight: 8_192 };
  const large = zstd(new Uint8Array(1_000_000));
  const smallClaim = Uint8Array.from([...large.subarray(0, 4), 0x20, 48, ...large.subarray(9)]);
  const good = zstd(noise(48));
  const hugeClaim = Uint8Array.of(
    0x28,
    0xb5,
    0x2f,
    0xfd,
    0xa0,
    0,
    0,
    0,
    0x0c,
    0x29,
    0,
    0,
    1,
    2,
    3,
    4,
    5,
  );
  const text = (frame: Parameters<typeof tpackFrame>[0]) => tpackFrame(frame);
  const cases: [string, Partial<FrameHeader>, Uint8Array][] = [
    ["zstd-size", { format: full }, zstd(noise(49))],
    ["bad-zstd", { format: full }, smallClaim],
    ["zstd-size", { format: full, ...huge }, hugeClaim],
    ["zstd-size", { format: full, ...huge }, good],
    ["zstd-truncated", { format: full }, good.subarray(0, -1)],
    ["zstd-truncated", { format: full }, Uint8Array.of(...good, 0)],
    ["no-base-frame", { format: zstdDelta, ...huge }, good],
    ["bad-expanded-length", { format: full, expandedLength: 47 }, good],
    ["bad-length", { format: full, length: 1_000_000 }, good],
    ["bad-length", { format: rgba, length: 63, expandedLength: 64 }, noise(63)],
    ["region-outside-surface", { format: rgba, x: 1 }, noise(64)],
    ["bad-surface-size", { format: full, surfaceWidth: 8_193 }, good],
    ["bad-tpack", { format: tpack, surfaceWidth: 320 }, zstd(noise(100))],
    ["no-base-frame", text({ flags: 2, lines: [] }).header, text({ flags: 2, lines: [] }).payload],
  ];
  for (const [code, fields, payload] of cases) {
    const budget = new MemoryBudget();
    const stream = new VideoStream(budget);
    show(stream, frameHeader(), noise(64));
    const content = fields.format === tpack ? 100 : undefined;
    const header = frameHeader({
      length: payload.length,
      ...(content === undefined ? {} : { expandedLength: content }),
      ...fields,
    });
    assert.throws(() => show(stream, header, payload), { code }, `${code} ${payload.length}`);
    assert.deepEqual(stream.surface.rgba(), noise(64));
    assert.equal(budget.usedBytes, 64);
  }
});

test("a picture of noise, which zstd makes longer, is drawn", () => {
  const [surfaceWidth, surfaceHeight] = [640, 480];
  const content = noise(surfaceWidth * surfaceHeight * 3);
  const payload = join(zstdUnsized(content), EMPTY);
  assert(payload.length > content.length + 24);
  const { header } = compressedFrame(content, {
    surfaceWidth,
    surfaceHeight,
    length: payload.length,
  });
  const stream = new VideoStream();
  assert.equal(show(stream, header, payload), "drawn");
  assert.deepEqual(stream.surface.rgba()!.subarray(0, 3), content.subarray(0, 3));
});

test("the surfaces of all channels share one budget", () => {
  const budget = new MemoryBudget();
  const channels = Array.from({ length: 4 }, () => new VideoStream(budget));
  const black = compressedFrame(new Uint8Array(0), {
    surfaceWidth: 8_192,
    surfaceHeight: 8_192,
    expandedLength: 8_192 * 8_192 * 3,
  });
  // Each has 256 MiB of untouched memory; the client may have only one.
  const results = channels.map((channel) => {
    try {
      return channel.surface.beginPixels(black.header).width;
    } catch (error) {
      return (error as { code: string }).code;
    }
  });
  assert.deepEqual(results, [8_192, "memory-limit", "memory-limit", "memory-limit"]);
  channels[0]!.close();
  assert.equal(channels[1]!.surface.beginPixels(black.header).width, 8_192);
  channels[1]!.close();
});
