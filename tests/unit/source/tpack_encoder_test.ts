/** What the encoder of text makes is what our decoder shows. */

import assert from "node:assert/strict";
import { inflate } from "../../../lib/decoders/inflate.ts";
import type { CursorStyle } from "../../../lib/decoders/text_grid.ts";
import { TextGrid } from "../../../lib/decoders/text_grid.ts";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import type { VideoFrame } from "../../../lib/source/frame.ts";
import { MAX_TPACK_CELLS, TpackEncoder } from "../../../lib/source/tpack_encoder.ts";
import { base64, compressedFrame, noise, show } from "../decoders/frames.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import vectors from "../../vectors/events/tpack-terminal.json" with { type: "json" };
import { receive } from "../../support/source.ts";

const NONE = { permissions: "none" } as const;

function sameGrid(stream: VideoStream, grid: TextGrid, what: string): void {
  assert.deepEqual(plain(stream.surface.grid!), plain(grid), what);
}

function plain(grid: TextGrid) {
  const { cols, rows, codePoints, foreground, background, attributes, cursor } = grid;
  const { backgroundColor, backgroundAlpha } = grid;
  const shown = cursor.state === "hidden" ? { ...cursor, x: -1, y: -1 } : { ...cursor };
  return {
    ...{ cols, rows, codePoints, foreground, background, attributes },
    ...{ backgroundColor, backgroundAlpha, cursor: shown },
  };
}

function counts(frame: VideoFrame): { flags: number; lines: number; cells: number } {
  const content = inflate(frame.payload, frame.expandedLength);
  const view = new DataView(content.buffer, content.byteOffset);
  return {
    flags: view.getUint16(9, true),
    lines: view.getUint16(4, true),
    cells: view.getUint16(6, true),
  };
}

function noisy(cols: number, rows: number, seed: number): TextGrid {
  const grid = new TextGrid(cols, rows);
  const bytes = noise(cols * rows * 4, seed);
  for (let cell = 0; cell < cols * rows; cell++) {
    grid.codePoints[cell] = 0x20 + bytes[cell * 4]!;
    grid.foreground[cell] = (bytes[cell * 4 + 1]! * 0x010203) & 0xffffff;
    grid.background[cell] = (bytes[cell * 4 + 2]! * 0x030201) & 0xffffff;
    grid.attributes[cell] = bytes[cell * 4 + 3]! & 0x1f;
  }
  return grid;
}

Deno.test("all of a grid first, then what has changed", NONE, () => {
  const encoder = new TpackEncoder();
  const stream = new VideoStream();
  const grid = noisy(80, 25, 1);
  Object.assign(grid.cursor, { x: 79, y: 24, state: "active", color: 0xffb000, style: "bar" });
  const first = encoder.encode(grid, 640, 400)!;
  assert.deepEqual(counts(first), { flags: 1, lines: 25, cells: 2_000 });
  receive(stream, first);
  sameGrid(stream, grid, "the first frame");

  assert.equal(encoder.encode(grid, 640, 400), undefined, "nothing has changed");

  grid.codePoints[80 * 3 + 5] = 0x1f44d;
  grid.attributes[80 * 3 + 9] = 1;
  grid.cursor.x = 7;
  grid.cursor.y = 2;
  const second = encoder.encode(grid, 640, 400)!;
  assert.deepEqual(counts(second), { flags: 2, lines: 3, cells: 5 + 1 + 1 });
  receive(stream, second);
  sameGrid(stream, grid, "the second frame");
});

Deno.test("every look of the cursor arrives, also while nothing else changes", NONE, () => {
  const encoder = new TpackEncoder();
  const stream = new VideoStream();
  const grid = noisy(10, 4, 2);
  receive(stream, encoder.encode(grid, 80, 64)!);
  sameGrid(stream, grid, "no cursor");
  const looks: Partial<TextGrid["cursor"]>[] = [
    { x: 3, y: 1, state: "active" },
    ...(["bar", "underline", "hollow", "block"] as CursorStyle[]).map((style) => ({ style })),
    { state: "inactive" },
    { color: 0x123456 },
    { x: 2, y: 0 },
    { x: 0, y: 3 },
    { state: "hidden" },
    { state: "active" },
    { x: -1, y: -1 },
  ];
  for (const look of looks) {
    Object.assign(grid.cursor, look);
    receive(stream, encoder.encode(grid, 80, 64)!);
    const { x, y } = stream.surface.grid!.cursor;
    const isShown = grid.cursor.state !== "hidden";
    assert.deepEqual([x, y], isShown ? [grid.cursor.x, grid.cursor.y] : [-1, -1]);
    if (grid.cursor.x >= 0 && isShown) sameGrid(stream, grid, JSON.stringify(look));
  }
});

Deno.test("another size, window or background is sent whole", NONE, () => {
  const encoder = new TpackEncoder();
  const stream = new VideoStream();
  const one = noisy(10, 4, 1);
  const steps: [grid: TextGrid, width: number, height: number][] = [
    [one, 80, 64],
    [one, 81, 64],
    [noisy(4, 10, 1), 81, 64],
    [Object.assign(noisy(4, 10, 1), { backgroundColor: 0x102030 }), 81, 64],
    [Object.assign(noisy(4, 10, 1), { backgroundColor: 0x102030, backgroundAlpha: 9 }), 81, 64],
  ];
  for (const [grid, width, height] of steps) {
    const frame = encoder.encode(grid, width, height)!;
    assert.equal(counts(frame).flags, 1);
    receive(stream, frame);
    sameGrid(stream, grid, `${width}x${height}`);
    assert.deepEqual([stream.surface.width, stream.surface.height], [width, height]);
  }
});

Deno.test("the screens of a real terminal survive being sent on", NONE, () => {
  const theirs = new VideoStream();
  const ours = new VideoStream();
  const encoder = new TpackEncoder();
  for (const frame of vectors.frames) {
    if (frame.tpack_b64 === undefined) continue;
    const { header, payload } = compressedFrame(base64(frame.tpack_b64), {
      format: VIDEO_FORMAT.tpack,
      surfaceWidth: frame.surface_w!,
      surfaceHeight: frame.surface_h!,
    });
    show(theirs, header, payload);
    const grid = theirs.surface.grid!;
    const again = encoder.encode(grid, frame.surface_w!, frame.surface_h!);
    if (again !== undefined) receive(ours, again);
    assert.equal(ours.surface.gridText(), theirs.surface.gridText(), `frame ${frame.index}`);
    if (grid.cursor.x >= 0) sameGrid(ours, grid, `frame ${frame.index}`);
  }
});

Deno.test("a grid with more cells than a frame can count is refused", NONE, () => {
  const grid = new TextGrid(MAX_TPACK_CELLS + 1, 1);
  assert.throws(() => new TpackEncoder().encode(grid, 8, 16), { code: "bad-argument" });
});
