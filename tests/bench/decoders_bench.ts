/**
 * Decoding frames of 1920 x 1080 and of terminals, from data packets to the surface, beside the naive
 * twin. The twin gets the whole payload and need not assemble it.
 */

import { zstdDecompressSync } from "node:zlib";
import { inflate, useInflate } from "../../lib/decoders/inflate.ts";
import { Canvas } from "../../lib/decoders/canvas.ts";
import * as twin from "../../lib/decoders/pixels.ts";
import { allocatePixels, contentMemory } from "../../lib/decoders/simd/memory.ts";
import * as simd from "../../lib/decoders/simd/pixels.ts";
import type { FrameHeader } from "../../lib/decoders/frame_header.ts";
import { VideoStream } from "../../lib/decoders/video_stream.ts";
import { VIDEO_FORMAT } from "../../lib/wire/constants.ts";
import {
  cellsOf,
  compressedFrame,
  frameHeader,
  type Line,
  noise,
  show,
  type Tpack,
  tpackFrame,
} from "../unit/decoders/frames.ts";
import { naiveTpack, plainDraw } from "../unit/decoders/naive.ts";

const { rgba, rgb, rgb565, zstd, zstdDelta } = VIDEO_FORMAT;
const WIDTH = 1_920;
const HEIGHT = 1_080;
const SURFACE = { surfaceWidth: WIDTH, surfaceHeight: HEIGHT };
const RGB_BYTES = WIDTH * HEIGHT * 3;

/** The data packets of a payload, unaligned as after a packet head. */
function packets(payload: Uint8Array, sizeBytes: number): Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += sizeBytes) {
    const piece = payload.subarray(at, at + sizeBytes);
    const packet = new Uint8Array(23 + piece.length).subarray(23);
    packet.set(piece);
    list.push(packet);
  }
  return list;
}

function feed(stream: VideoStream, header: FrameHeader, list: readonly Uint8Array[]): void {
  stream.begin(header);
  for (const packet of list) stream.push(packet);
}

/** A page of text: runs of background and noise. */
function desktop(seed: number): Uint8Array {
  const random = noise(WIDTH * HEIGHT / 2, seed);
  const bytes = new Uint8Array(RGB_BYTES);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x += 4) {
      const at = (y * WIDTH + x) / 4;
      const ink = y % 16 < 12 && random[at * 2]! < 90;
      bytes.fill(ink ? random[at * 2 + 1]! : 240, at * 12, at * 12 + 12);
    }
  }
  return bytes;
}

const page = desktop(1);
const otherPage = desktop(2);
const everything = page.map((byte, at) => byte ^ otherPage[at]!);
const window = new Uint8Array(RGB_BYTES);
for (let y = 300; y < 500; y++) {
  const row = (y * WIDTH + 400) * 3;
  window.set(everything.subarray(row, row + 500 * 3), row);
}

function benchPixels(
  group: string,
  content: Uint8Array,
  fields: Partial<FrameHeader> & { format: number },
): void {
  const compressed = fields.format === zstd || fields.format === zstdDelta;
  const { header, payload } = compressed
    ? compressedFrame(content, { ...SURFACE, ...fields })
    : { header: frameHeader({ ...SURFACE, ...fields }), payload: content };
  const list = packets(payload, compressed ? 32_768 : 32_760);
  const stream = new VideoStream();
  const base = compressedFrame(page, SURFACE);
  show(stream, base.header, base.payload);
  Deno.bench({
    group,
    name: `${group}: ours`,
    baseline: true,
    fn: () => feed(stream, header, list),
  });
  const pixels = new Uint8Array(WIDTH * HEIGHT * 4);
  Deno.bench({
    group,
    name: `${group}: naive twin`,
    fn: () => plainDraw(header, compressed ? zstdDecompressSync(payload) : payload, pixels),
  });
}

benchPixels("RGBA full", noise(WIDTH * HEIGHT * 4), { format: rgba });
benchPixels("RGBA 640x360", noise(640 * 360 * 4), {
  format: rgba,
  x: 100,
  y: 100,
  width: 640,
  height: 360,
});
benchPixels("RGB full", noise(RGB_BYTES), { format: rgb });
benchPixels("RGB565 full", noise(WIDTH * HEIGHT * 2), { format: rgb565 });
benchPixels("ZSTD full", page, { format: zstd });
benchPixels("DZSTD mostly unchanged", window, { format: zstdDelta });
benchPixels("DZSTD everything changes", everything, { format: zstdDelta });
benchPixels("DZSTD 300x200", everything.subarray(0, 300 * 200 * 3), {
  format: zstdDelta,
  x: 811,
  y: 400,
  width: 300,
  height: 200,
});

function benchTpack(group: string, full: Tpack, frame: Tpack, fields: Partial<FrameHeader>): void {
  const stream = new VideoStream();
  const first = tpackFrame(full, fields);
  show(stream, first.header, first.payload);
  const { header, payload } = tpackFrame(frame, fields);
  const list = packets(payload, 32_768);
  Deno.bench({
    group,
    name: `${group}: ours`,
    baseline: true,
    fn: () => feed(stream, header, list),
  });
  let grid = naiveTpack(zstdDecompressSync(first.payload), []);
  Deno.bench({
    group,
    name: `${group}: naive twin`,
    fn: () => {
      grid = naiveTpack(zstdDecompressSync(payload), grid);
    },
  });
}

function screen(cols: number, rows: number): Tpack {
  const letters = noise(cols * rows, 5);
  const lines: Line[] = [];
  for (let row = 0; row < rows; row++) {
    const text = [...letters.subarray(row * cols, (row + 1) * cols)]
      .map((byte) => byte < 100 ? String.fromCharCode(97 + byte % 26) : " ").join("");
    lines.push({ row, cells: text });
  }
  return { lines };
}

const small = screen(80, 25);
const large = screen(240, 67);
const smallSurface = { surfaceWidth: 640, surfaceHeight: 400 };
const largeSurface = { surfaceWidth: 1_920, surfaceHeight: 1_072 };
const oneLine: Tpack = {
  flags: 2,
  lines: [small.lines[3]!, { row: 4, cells: cellsOf(" ", { attr: 0x20 }) }],
};
benchTpack("TPACK one line of 80", small, oneLine, smallSurface);
benchTpack("TPACK full 80x25", small, small, smallSurface);
benchTpack("TPACK full 240x67", large, large, largeSurface);

// The parts of the work, one by one.

for (
  const [name, content] of [
    ["one line", tpackFrame(oneLine, smallSurface)],
    ["ZSTD full", compressedFrame(page, SURFACE)],
    ["DZSTD mostly unchanged", compressedFrame(window, SURFACE)],
  ] as const
) {
  const { header, payload } = content;
  for (const kind of ["handle", "documented"] as const) {
    Deno.bench({
      group: `inflate, ${name}`,
      name: `inflate, ${name}: ${kind}`,
      baseline: kind === "handle",
      fn: (bench) => {
        useInflate(kind);
        bench.start();
        for (let turn = 0; turn < 10; turn++) inflate(payload, header.expandedLength);
        bench.end();
        useInflate("handle");
      },
    });
  }
}

const canvas = new Canvas(WIDTH, HEIGHT, allocatePixels(WIDTH * HEIGHT * 4));
canvas.words.fill(0xff000000 | 0);
canvas.opaque = true;
const all = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
const shorts = noise(WIDTH * HEIGHT * 2);
for (
  const [name, content, what] of [
    ["expandRgb", page, ""],
    ["xorRgb", window, ", mostly unchanged"],
    ["xorRgb", everything, ", everything changes"],
    ["expandRgb565", shorts, ""],
  ] as const
) {
  benchLoop(`${name}${what}`, content, () => twin[name](content, canvas, all));
  const inPlace = contentMemory()!.subarray(0, content.length);
  benchLoop(`${name}${what}, SIMD`, content, () => simd[name](inPlace, canvas, all));
}

function benchLoop(name: string, content: Uint8Array, loop: () => void): void {
  Deno.bench({
    group: "loops over 1080p",
    name,
    fn: (bench) => {
      contentMemory()!.set(content);
      bench.start();
      for (let turn = 0; turn < 10; turn++) loop();
      bench.end();
    },
  });
}
