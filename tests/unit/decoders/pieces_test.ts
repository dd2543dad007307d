// Frames that are drawn in pieces, and what readers see meanwhile.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { constants, zstdCompressSync } from "node:zlib";
import { inflate, useInflate } from "../../../lib/decoders/inflate.ts";
import { inflatePieces } from "../../../lib/decoders/inflate_pieces.ts";
import { MemoryBudget } from "../../../lib/decoders/memory_budget.ts";
import type { FrameHeader } from "../../../lib/decoders/frame_header.ts";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import { MAX_WHOLE_DRAW_BYTES } from "../../../lib/limits.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import {
  compressedFrame,
  EMPTY,
  frameHeader,
  join,
  noise,
  outcome,
  show,
  SKIPPABLE,
  zstd,
  zstdUnsized,
} from "./frames.ts";

const { rgb, rgba, zstd: full, zstdDelta } = VIDEO_FORMAT;
const test = (name: string, fn: () => void) => Deno.test(name, { permissions: "none" }, fn);

/** 64 x 48 pixels, drawn in pieces of 10 rows. */
const SURFACE = { surfaceWidth: 64, surfaceHeight: 48 };
const SIZES = { wholeBytes: 64 * 47 * 4, pieceBytes: 64 * 10 * 3 };
const BYTES = 64 * 48 * 3;

function inPieces(budget = new MemoryBudget()): VideoStream {
  return new VideoStream(budget, undefined, SIZES);
}

/** Draws a piece. @returns Whether there are more. */
function draws(stream: VideoStream): boolean {
  return outcome(stream.drawPiece()) === "pieces";
}

/** Draws a whole frame. @returns The number of pieces before the last. */
function draw(stream: VideoStream, header: FrameHeader, payload: Uint8Array): number {
  let pieces = 0;
  if (show(stream, header, payload) === "pieces") { while (draws(stream)) pieces++; }
  return pieces;
}

/** Draws until the presented pixels have begun to change. */
function drawSome(stream: VideoStream): void {
  while (!stream.surface.isUnfinished) assert.ok(draws(stream));
  stream.drawPiece();
}

test("frames are drawn in pieces when they change or copy more than the limit", () => {
  const width = 4_096;
  const most = MAX_WHOLE_DRAW_BYTES / width / 4;
  const frame = (height: number) =>
    compressedFrame(new Uint8Array(width * height * 3), {
      surfaceWidth: width,
      surfaceHeight: height,
    });
  const small = frame(most);
  const large = frame(most + 1);
  const stream = new VideoStream();
  assert.equal(show(stream, small.header, small.payload), "drawn");
  assert.equal(show(stream, large.header, large.payload), "pieces");
  while (draws(stream));
  assert.equal(stream.surface.height, most + 1);
  const region = {
    ...large.header,
    format: rgb,
    width: 1,
    height: 1,
    length: 3,
    expandedLength: 3,
  };
  assert.equal(show(stream, region, noise(3)), "drawn");
  assert.equal(
    show(stream, { ...region, commit: false }, noise(3)),
    "pieces",
    "all is copied first",
  );
  stream.close();
});

test("a reader sees a large frame whole, or the one before it", () => {
  const stream = inPieces();
  const before = compressedFrame(noise(BYTES, 1), SURFACE);
  draw(stream, before.header, before.payload);
  const shown = stream.surface.rgba()!;
  const after = compressedFrame(noise(BYTES, 2), { ...SURFACE, format: zstdDelta });
  const whole = new VideoStream();
  for (const { header, payload } of [before, after]) show(whole, header, payload);

  assert.equal(show(stream, after.header, after.payload), "pieces");
  stream.drawPiece();
  assert.deepEqual(stream.surface.rgba(), shown);
  assert.equal(stream.surface.revision, 1);
  drawSome(stream);
  assert.equal(stream.surface.revision, 1);
  assert.deepEqual(stream.surface.rgba(), whole.surface.rgba());
  assert.equal(stream.surface.revision, 2);
  assert.equal(outcome(stream.drawPiece()), "drawn", "once");
  assert.equal(stream.surface.revision, 2);
});

test("a large frame of another size is not presented before it is whole", () => {
  const stream = inPieces();
  show(stream, frameHeader(), noise(64));
  const { header, payload } = compressedFrame(noise(BYTES), SURFACE);
  assert.equal(show(stream, header, payload), "pieces");
  let isDrawn = false;
  while (!isDrawn) {
    assert.deepEqual([stream.surface.width, stream.surface.rgba()!.length], [4, 64]);
    isDrawn = !draws(stream);
  }
  assert.deepEqual([stream.surface.width, stream.surface.rgba()!.length], [64, 64 * 48 * 4]);
});

test("a large frame without commit is copied and drawn in pieces, and not presented", () => {
  const budget = new MemoryBudget();
  const stream = inPieces(budget);
  const first = compressedFrame(noise(BYTES, 1), SURFACE);
  draw(stream, first.header, first.payload);
  const shown = stream.surface.rgba()!;
  const second = compressedFrame(noise(BYTES, 2), { ...SURFACE, commit: false });
  assert.equal(show(stream, second.header, second.payload), "pieces");
  while (draws(stream)) assert.deepEqual(stream.surface.rgba(), shown);
  assert.deepEqual(stream.surface.rgba(), shown);
  assert.equal(budget.usedBytes, 2 * shown.length);
  stream.close();
  assert.equal(budget.usedBytes, 0);
});

test("a large frame that is abandoned at any piece releases its memory", () => {
  const first = compressedFrame(noise(BYTES, 1), SURFACE);
  for (const commit of [false, true]) {
    const frame = compressedFrame(noise(BYTES, 2), { ...SURFACE, commit });
    for (let stop = 0, pieces = 1; stop <= pieces; stop++) {
      const budget = new MemoryBudget();
      const stream = inPieces(budget);
      draw(stream, first.header, first.payload);
      const { pixels } = stream.surface;
      const before = pixels!.slice();
      show(stream, frame.header, frame.payload);
      for (pieces = 0; pieces < stop && draws(stream);) pieces++;
      const hasBegun = stream.surface.isUnfinished;
      stream.close();
      assert.equal(budget.usedBytes, 0);
      if (hasBegun) {
        const whole = new VideoStream();
        for (const { header, payload } of [first, frame]) show(whole, header, payload);
        assert.deepEqual(pixels, whole.surface.pixels, "those who have borrowed it see it whole");
      } else if (commit && pieces < stop) assert.notDeepEqual(pixels, before);
    }
  }
});

test("a new header ends a large frame that is not drawn yet", () => {
  const stream = inPieces();
  const first = compressedFrame(noise(BYTES, 1), SURFACE);
  draw(stream, first.header, first.payload);
  const before = stream.surface.rgba();
  show(stream, first.header, zstd(noise(BYTES, 2)));
  stream.drawPiece();
  const next = frameHeader({ format: rgba, ...SURFACE, commit: false });
  assert.equal(show(stream, next, noise(9)), "pending");
  assert.deepEqual(stream.surface.rgba(), before);
  assert.equal(outcome(stream.drawPiece()), "pending", "nothing is left to draw");
});

test("data behind a large frame ends it and releases its memory", () => {
  const budget = new MemoryBudget();
  const stream = inPieces(budget);
  const first = compressedFrame(noise(BYTES, 1), SURFACE);
  draw(stream, first.header, first.payload);
  const second = compressedFrame(noise(BYTES, 2), { ...SURFACE, commit: false });
  assert.equal(show(stream, second.header, second.payload), "pieces");
  const usedBytes = budget.usedBytes;
  while (budget.usedBytes === usedBytes) assert.ok(draws(stream));
  assert.throws(() => outcome(stream.push(noise(1))), { code: "bad-length" });
  assert.equal(budget.usedBytes, usedBytes);
  assert.equal(outcome(stream.drawPiece()), "pending");
});

test("a large frame whose checksum is wrong at its end changes nothing", () => {
  const content = noise(BYTES, 1);
  // The type lacks the first option.
  const options = {
    pledgedSrcSize: BYTES,
    chunkSize: 2 * BYTES,
    params: { [constants.ZSTD_c_checksumFlag]: 1 },
  };
  const payload = new Uint8Array(zstdCompressSync(content, options));
  const header = frameHeader({ ...SURFACE, format: full, length: payload.length });
  const sized = { ...header, expandedLength: BYTES };
  const stream = inPieces();
  assert.ok(draw(stream, sized, payload) > 5);
  const before = stream.surface.rgba();
  const damaged = payload.with(-1, payload.at(-1)! ^ 1);
  assert.equal(show(stream, sized, damaged), "pieces");
  assert.throws(() => {
    while (draws(stream));
  }, { code: "bad-zstd" });
  assert.deepEqual(stream.surface.rgba(), before);
  assert.equal(draw(stream, sized, payload) > 5, true, "the next one is drawn");
});

test("a large frame that arrived in one packet is copied before it is drawn", () => {
  const stream = inPieces();
  const { header, payload } = compressedFrame(noise(BYTES), SURFACE);
  const packet = payload.slice();
  assert.equal(show(stream, header, packet), "pieces");
  packet.fill(0);
  while (draws(stream));
  const whole = new VideoStream();
  show(whole, header, payload);
  assert.deepEqual(stream.surface.rgba(), whole.surface.rgba());
});

/** One frame whose window is all of its content, as large as a surface may be. */
function longWindow(sizeBytes: number): Uint8Array {
  const blocks = Math.ceil(sizeBytes / 131_072);
  const bytes = new Uint8Array(13 + blocks * 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xfd2fb528, true);
  bytes[4] = 0xe0;
  view.setBigUint64(5, BigInt(sizeBytes), true);
  for (let block = 0, left = sizeBytes; block < blocks; block++, left -= 131_072) {
    const isLast = block === blocks - 1 ? 1 : 0;
    // A run of one byte.
    const head = isLast | (1 << 1) | (Math.min(left, 131_072) << 3);
    bytes.set([head & 0xff, (head >> 8) & 0xff, head >> 16, 7], 13 + block * 4);
  }
  return bytes;
}

for (const kind of ["handle", "documented"] as const) {
  test(`${kind}: the pieces are the content`, () => {
    useInflate(kind);
    try {
      const content = noise(1_000_000).map((byte, at) => at % 3 === 0 ? byte : 0);
      const frames: [Uint8Array, Uint8Array][] = [
        [zstd(content), content],
        [join(zstdUnsized(content), EMPTY), content],
        [join(EMPTY, zstd(content), SKIPPABLE, zstdUnsized(content)), join(content, content)],
        [longWindow(140 << 20), new Uint8Array(140 << 20).fill(7)],
      ];
      for (const [frame, expected] of frames) {
        let at = 0;
        for (const piece of inflatePieces(frame, expected.length, 300_000)) {
          const part = expected.subarray(at, at + 300_000);
          assert.equal(Buffer.compare(piece, part), 0);
          at += piece.length;
        }
        assert.equal(at, expected.length);
      }
    } finally {
      useInflate("handle");
    }
  });
}

test("pieces of one content do not change when another one is decompressed between them", () => {
  for (const kind of ["handle", "documented"] as const) {
    useInflate(kind);
    try {
      const content = noise(1_000_000);
      let at = 0;
      for (const piece of inflatePieces(zstd(content), content.length, 300_000)) {
        assert.equal(Buffer.compare(piece, content.subarray(at, at + 300_000)), 0);
        at += piece.length;
        inflate(zstd(new Uint8Array(1_000_000)), 1_000_000);
      }
    } finally {
      useInflate("handle");
    }
  }
});

test("content that is longer or shorter than announced is refused", () => {
  const content = new Uint8Array(10_000);
  for (const size of [9_999, 10_001, 20_000]) {
    for (const frame of [zstdUnsized(content), join(zstdUnsized(content), EMPTY)]) {
      assert.throws(() => [...inflatePieces(frame, size, 3_000)], { code: "bad-zstd" });
    }
  }
});
