/** The frames of each row of the table. */

import type { FrameHeader } from "../../../lib/decoders/frame_header.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import type { EventInput } from "../../../lib/wire/event/types.ts";
import { capturedFrame } from "../../support/captured_frames.ts";
import {
  cellsOf,
  compressedFrame,
  frameHeader,
  type Line,
  noise,
  type Tpack,
  tpackFrame,
} from "../../unit/decoders/frames.ts";

const { rgba, rgb565, zstd, zstdDelta } = VIDEO_FORMAT;
const WIDTH = 1_920;
const HEIGHT = 1_080;
const SURFACE = { surfaceWidth: WIDTH, surfaceHeight: HEIGHT };
const RGB_BYTES = WIDTH * HEIGHT * 3;
const REGION = { x: 811, y: 400, width: 640, height: 360 };

/** One frame; its header gets the stream id when it is sent. */
export interface Frame {
  readonly header: Omit<FrameHeader, "commit"> & { readonly commit: boolean };
  readonly payload: Uint8Array;
}

export interface FrameRow {
  readonly kind: "application" | "terminal";
  /** Sent once, as the base of delta frames. */
  readonly first: Frame;
  /** Sent repeatedly. */
  readonly next: Frame;
}

function frame({ header, payload }: { header: FrameHeader; payload: Uint8Array }): Frame {
  return { header: { ...header, commit: true }, payload };
}

/** Noise of few levels, which compresses like the changes of a film or a game. */
function film(length: number, values: number): Uint8Array {
  const a = noise(length, 3);
  const b = noise(length, 7);
  // The sum of two dice with `values` sides: a compressor finds frequencies but no repetitions.
  return a.map((byte, at) => ((byte * values) >> 8) + ((b[at]! * values) >> 8));
}

/**
 * Worse than any captured text: pairs of pixels change at random. In the region zstd has 79 sequences a
 * 1,000 bytes of it, where captured terminals and browsers have 5 to 15 (`vectors/README.md`).
 */
function noiseDelta(width: number, height: number, share: number, ink = 60): Uint8Array {
  const random = noise(width * height, 9);
  const bytes = new Uint8Array(width * height * 3);
  const rows = Math.round(height * share);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x += 2) {
      const value = random[y * width + x]!;
      if (value < ink && y % 16 < 12) {
        bytes.fill(value * 4, (y * width + x) * 3, (y * width + x + 2) * 3);
      }
    }
  }
  return bytes;
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

/** The difference between two steps of a gradient that moves: all pixels change, a little. */
function gradientDelta(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(width * height * 3);
  const at = (
    x: number,
    y: number,
    step: number,
  ) => [x * 255 / width + step * 3, y * 255 / height + step * 2, (x + y) / 8 + step];
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const before = at(x, y, 0);
      for (const [channel, value] of at(x, y, 1).entries()) {
        bytes[to++] = (value & 0xff) ^ (before[channel]! & 0xff);
      }
    }
  }
  return bytes;
}

/** The largest picture that there can be, in a few bytes on the wire. */
function largest(side: number): FrameRow {
  const surface = { surfaceWidth: side, surfaceHeight: side, format: zstd };
  const next = frame(compressedFrame(new Uint8Array(side * side * 3), surface));
  return { kind: "application", first: next, next };
}

function wholePage(): Frame {
  return frame(compressedFrame(noiseDelta(WIDTH, HEIGHT, 1), { ...SURFACE, format: zstd }));
}

function pixels(content: Uint8Array, fields: Partial<FrameHeader> & { format: number }): FrameRow {
  const compressed = fields.format === zstd || fields.format === zstdDelta;
  const next = compressed
    ? compressedFrame(content, { ...SURFACE, ...fields })
    : { header: frameHeader({ ...SURFACE, ...fields }), payload: content };
  return { kind: "application", first: wholePage(), next: frame(next) };
}

function captured(name: string): FrameRow {
  return { kind: "application", first: wholePage(), next: frame(capturedFrame(name)) };
}

function text(cols: number, rows: number, change?: Tpack): FrameRow {
  const fields = { surfaceWidth: cols * 8, surfaceHeight: rows * 16 };
  const full = screen(cols, rows);
  return {
    kind: "terminal",
    first: frame(tpackFrame(full, fields)),
    next: frame(tpackFrame(change ?? full, fields)),
  };
}

const ONE_LINE: Tpack = {
  flags: 2,
  lines: [
    {
      row: 3,
      cells: "drwxr-xr-x  2 user group    4096 Nov 23 19:29 a line of a terminal, 80 columns wide"
        .slice(0, 80),
    },
    { row: 4, cells: cellsOf(" ", { attr: 0x20 }) },
  ],
};

/** The rows whose unit is a frame. */
export const FRAME_ROWS: Readonly<Record<string, () => FrameRow>> = {
  "rgba": () => pixels(noise(WIDTH * HEIGHT * 4), { format: rgba }),
  "rgb565": () => pixels(noise(WIDTH * HEIGHT * 2), { format: rgb565 }),
  "dzstd-desktop": () => captured("desktop"),
  "dzstd-desktop-noise": () => pixels(noiseDelta(WIDTH, HEIGHT, 0.25), { format: zstdDelta }),
  "dzstd-letter": () => captured("letter"),
  "dzstd-region": () => captured("terminal"),
  "dzstd-region-jpeg": () => captured("terminal-jpeg"),
  "dzstd-region-noise": () =>
    pixels(noiseDelta(REGION.width, REGION.height, 1, 110), { format: zstdDelta, ...REGION }),
  "dzstd-video": () => captured("video"),
  "zstd-all": () => pixels(film(RGB_BYTES, 128), { format: zstd }),
  "dzstd-all": () => pixels(film(RGB_BYTES, 32), { format: zstdDelta }),
  "dzstd-smooth": () => pixels(gradientDelta(WIDTH, HEIGHT), { format: zstdDelta }),
  "largest": () => largest(8_192),
  "tpack-line": () => text(80, 25, ONE_LINE),
  "tpack-80x25": () => text(80, 25),
  "tpack-240x67": () => text(240, 67),
};

/** Typical events of a source, sent in turn. */
export const EVENTS: readonly EventInput[] = [
  { category: "external", kind: "viewport", x: 10, y: 20, width: 640, height: 480, order: 1 },
  {
    category: "external",
    kind: "message",
    message: "forty bytes of text are a usual message",
    multipart: 0,
  },
  { category: "external", kind: "cursorhint", message: "hand" },
  { category: "external", kind: "statesize", size: 4_096, type: 7 },
];
