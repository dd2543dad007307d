/** Random frames against the naive decoder, in random chunks; random damage. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { StreamError } from "../../lib/errors.ts";
import type { FrameProgress } from "../../lib/decoders/frame_decoder.ts";
import type { FrameHeader } from "../../lib/decoders/frame_header.ts";
import { VideoStream } from "../../lib/decoders/video_stream.ts";
import { VIDEO_FORMAT } from "../../lib/wire/constants.ts";
import {
  compressedFrame,
  frameHeader,
  type Line,
  noise,
  outcome,
  show,
  tpack,
  tpackFrame,
} from "../unit/decoders/frames.ts";
import { type NaiveCell, naiveDraw, naiveTpack } from "../unit/decoders/naive.ts";

const { rgba, rgb, rgb565, zstd, zstdDelta } = VIDEO_FORMAT;

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

interface Frame {
  header: FrameHeader;
  payload: Uint8Array;
}

type Size = readonly [width: number, height: number];
const SMALL: readonly Size[] = [[37, 29], [64, 48]];
/** Large enough for the vector loops. */
const LARGE: readonly Size[] = [[397, 331], [432, 304]];

/** A frame of pixels on a surface of one of these sizes, a third of it sparse. */
const pixelFrame = (sizes: readonly Size[]): fc.Arbitrary<Frame> =>
  fc.record({
    format: fc.constantFrom(rgba, rgb, rgb565, zstd, zstdDelta, zstdDelta),
    size: fc.constantFrom(...sizes),
    whole: fc.boolean(),
    edges: fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()),
    flags: fc.constantFrom(0, 1),
    commit: fc.constantFrom(true, true, true, false),
    seed: fc.nat(),
    density: fc.constantFrom(1, 1, 50),
  }).map(({ format, size, whole, edges, flags, commit, seed, density }) => {
    const [surfaceWidth, surfaceHeight] = size;
    const x = whole ? 0 : edges[0] % surfaceWidth;
    const y = whole ? 0 : edges[1] % surfaceHeight;
    const width = whole ? surfaceWidth : 1 + edges[2] % (surfaceWidth - x);
    const height = whole ? surfaceHeight : 1 + edges[3] % (surfaceHeight - y);
    const fields = { format, surfaceWidth, surfaceHeight, x, y, width, height, flags, commit };
    const raw = frameHeader(fields);
    const content = noise(raw.expandedLength, seed).map((byte, at) =>
      at % density === 0 ? byte : 0
    );
    if (format === zstd || format === zstdDelta) return compressedFrame(content, fields);
    return { header: raw, payload: content };
  });

/** The lengths of the chunks that a payload arrives in, repeated. */
const pieces = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 6 });

function feed(stream: VideoStream, { header, payload }: Frame, lengths: number[]): string {
  let result: FrameProgress["type"] = "pending";
  try {
    outcome(stream.begin(header));
    for (let at = 0, turn = 0; at < payload.length; turn++) {
      const end = at + lengths[turn % lengths.length]!;
      result = outcome(stream.push(payload.subarray(at, end)));
      at = end;
    }
    while (result === "pieces") result = outcome(stream.drawPiece());
  } catch (error) {
    assert(error instanceof StreamError, String(error));
    return error.code;
  }
  return result;
}

/** What the surface must show, by the naive decoder. */
class Model {
  size = "";
  base = new Uint8Array(0);
  shown: Uint8Array | undefined;

  draw({ header, payload }: Frame): string {
    const size = `${header.surfaceWidth}x${header.surfaceHeight}`;
    if (size !== this.size) {
      if (header.format === zstdDelta) return "no-base-frame";
      this.size = size;
      this.base = new Uint8Array(header.surfaceWidth * header.surfaceHeight * 4);
    }
    naiveDraw(header, payload, this.base);
    if (header.commit) this.shown = flip(this.base, header);
    return "drawn";
  }
}

function flip(pixels: Uint8Array, header: FrameHeader): Uint8Array {
  const rowBytes = header.surfaceWidth * 4;
  const rows = Array.from(
    { length: header.surfaceHeight },
    (_, row) => pixels.slice(row * rowBytes, (row + 1) * rowBytes),
  );
  const ordered = header.flags === 1 ? rows.reverse() : rows;
  return new Uint8Array(ordered.flatMap((row) => [...row]));
}

/** Frames drawn whole, or in pieces of one row and of a few rows. */
const drawing = fc.constantFrom(
  undefined,
  { wholeBytes: 0, pieceBytes: 100 },
  { wholeBytes: 500, pieceBytes: 3_600 },
);

for (const [what, sizes, numRuns] of [["small", SMALL, 120], ["large", LARGE, 12]] as const) {
  test(`any ${what} frames in any chunks and pieces give the picture of the naive decoder`, () => {
    const frames = fc.array(pixelFrame(sizes), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(frames, pieces, drawing, (frames, lengths, sizes) => {
        const stream = new VideoStream(undefined, undefined, sizes);
        const model = new Model();
        for (const frame of frames) {
          assert.equal(feed(stream, frame, lengths), model.draw(frame));
          const shown = stream.surface.rgba();
          assert.equal(shown === undefined, model.shown === undefined);
          if (shown !== undefined) assert.equal(firstDifference(shown, model.shown!), -1);
        }
      }),
      { numRuns },
    );
  });
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  return a.length === b.length ? a.findIndex((byte, at) => byte !== b[at]) : 0;
}

const COLS = 12;
const ROWS = 6;

const line: fc.Arbitrary<Line> = fc.record({
  row: fc.nat(ROWS - 1),
  column: fc.nat(COLS - 1),
  cells: fc.array(
    fc.record({
      fg: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
      bg: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
      attr: fc.constantFrom(0, 1, 8, 64, 128, 129),
      attrExt: fc.constantFrom(0, 4, 63),
      codePoint: fc.integer({ min: 0, max: 0x10ffff }),
    }),
    { maxLength: COLS },
  ),
}).map((line) => ({ ...line, cells: line.cells.slice(0, COLS - line.column) }));

test("any TPACK frames in any chunks give the grid of the naive decoder", () => {
  const whole: Line[] = Array.from({ length: ROWS }, (_, row) => ({
    row,
    cells: " ".repeat(COLS),
  }));
  const frames = fc.array(
    fc.record({ full: fc.boolean(), lines: fc.array(line, { maxLength: 5 }) }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(frames, pieces, (frames, lengths) => {
      const stream = new VideoStream();
      let grid: NaiveCell[][] = [];
      for (const { full, lines } of [{ full: true, lines: [] }, ...frames]) {
        const buffer = { flags: full ? 1 : 2, lines: full ? [...whole, ...lines] : lines };
        assert.equal(feed(stream, tpackFrame(buffer), lengths), "drawn");
        grid = naiveTpack(tpack(buffer), grid);
        const { codePoints, foreground, background, attributes } = stream.surface.grid!;
        grid.flat().forEach((cell, at) => {
          const [r, g, b] = cell.fg;
          const [br, bg, bb] = cell.bg;
          assert.deepEqual(
            [codePoints[at], foreground[at], background[at], attributes[at]],
            [
              cell.codePoint,
              (r! << 16) | (g! << 8) | b!,
              (br! << 16) | (bg! << 8) | bb!,
              cell.attr | (cell.attrExt << 8),
            ],
          );
        });
      }
    }),
    { numRuns: 60 },
  );
});

test("a random header is refused with a code or waits for its data", () => {
  const u16 = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 65_535 }));
  const u32 = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 0xffff_ffff }));
  const header = fc.record({
    stream: u32,
    format: fc.integer({ min: 0, max: 11 }),
    surfaceWidth: u16,
    surfaceHeight: u16,
    x: u16,
    y: u16,
    width: u16,
    height: u16,
    flags: fc.nat(255),
    length: u32,
    expandedLength: u32,
    commit: fc.boolean(),
  });
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 300 }), (header, data) => {
      const stream = new VideoStream();
      show(stream, frameHeader(), noise(64));
      const result = feed(stream, { header, payload: data }, [100]);
      if (result !== "drawn") assert.deepEqual(stream.surface.rgba(), noise(64));
    }),
    { numRuns: 2_000 },
  );
});

test("damaged frames are refused with a code or drawn whole", () => {
  const damage = fc.record({ at: fc.nat(), bits: fc.integer({ min: 1, max: 255 }) });
  const text = { lines: [{ row: 0, cells: "some text" }, { row: 1, cells: "and some more" }] };
  const hits = fc.array(damage, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(hits, fc.boolean(), drawing, (hits, asText, sizes) => {
      const stream = new VideoStream(undefined, undefined, sizes);
      const frame = asText ? tpackFrame(text) : compressedFrame(noise(48));
      feed(stream, frame, [20]);
      const view = () => [stream.surface.rgba(), stream.surface.grid?.clone()];
      const before = view();
      const payload = frame.payload.slice();
      for (const { at, bits } of hits) payload[at % payload.length]! ^= bits;
      const result = feed(stream, { header: frame.header, payload }, [20]);
      if (result !== "drawn") assert.deepEqual(view(), before);
      assert.equal(feed(stream, frame, [20]), "drawn");
      assert.deepEqual(view(), before);
    }),
    { numRuns: 500 },
  );
});
