import assert from "node:assert/strict";
import { MemoryBudget } from "../../../lib/decoders/memory_budget.ts";
import { Surface } from "../../../lib/decoders/surface.ts";
import { PACKED_CELL_MEMORY_BYTES } from "../../../lib/decoders/packed_grid.ts";
import type { FrameHeader } from "../../../lib/decoders/frame_header.ts";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { compressedFrame, draw, frameHeader, noise, show, tpackFrame } from "./frames.ts";

const { rgba, rgb, zstd, zstdDelta } = VIDEO_FORMAT;

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

function drawRgba(surface: Surface, pixels: Uint8Array, fields: Partial<FrameHeader> = {}): void {
  draw(surface, frameHeader({ format: rgba, ...fields }), pixels);
}

function drawCompressed(
  surface: Surface,
  content: Uint8Array,
  fields: Partial<FrameHeader> = {},
): void {
  const { header, payload } = compressedFrame(content, fields);
  draw(surface, header, payload);
}

test("a new surface presents nothing", () => {
  const surface = new Surface();
  assert.equal(surface.content, "none");
  assert.deepEqual([surface.width, surface.height, surface.revision], [0, 0, 0]);
  assert.equal(surface.pixels, undefined);
  assert.equal(surface.rgba(), undefined);
  assert.equal(surface.grid, undefined);
  assert.equal(surface.gridText(), "");
});

test("rgba gives a copy, pixels a view", () => {
  const surface = new Surface();
  const first = noise(64, 1);
  drawRgba(surface, first);
  const copy = surface.rgba()!;
  assert.deepEqual(copy, first);
  const view = surface.pixels!;
  drawRgba(surface, noise(64, 2));
  assert.deepEqual(copy, first);
  assert.deepEqual(view, noise(64, 2));
  assert.equal(surface.revision, 2);
});

test("rgba turns rows that are stored bottom up, and pixels does not", () => {
  const surface = new Surface();
  const pixels = Uint8Array.of(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  const size = { surfaceWidth: 1, surfaceHeight: 3 };
  drawRgba(surface, pixels, { ...size, flags: 1 });
  assert.equal(surface.origoLl, true);
  assert.deepEqual(surface.pixels, pixels);
  assert.deepEqual(surface.rgba(), Uint8Array.of(3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1));
  drawRgba(surface, pixels, size);
  assert.equal(surface.origoLl, false);
  assert.deepEqual(surface.rgba(), pixels);
});

test("a frame without commit changes the base and not the presented picture", () => {
  const surface = new Surface();
  const first = noise(48, 1);
  const hidden = noise(48, 2);
  drawCompressed(surface, first);
  const shown = surface.rgba();
  drawCompressed(surface, hidden, { commit: false });
  assert.deepEqual(surface.rgba(), shown);
  drawCompressed(surface, first, { commit: false, format: zstdDelta });
  assert.deepEqual(surface.rgba(), shown);
  assert.equal(surface.revision, 1);
  drawCompressed(surface, new Uint8Array(48), { format: zstdDelta });
  const expected = hidden.map((byte, at) => byte ^ first[at]!);
  assert.deepEqual(surface.rgba()!.filter((_, at) => at % 4 !== 3), expected);
  assert.equal(surface.revision, 2);
});

test("a frame of another size without commit leaves the old picture and its size", () => {
  const surface = new Surface();
  drawRgba(surface, noise(64), { flags: 1 });
  const shown = surface.rgba();
  drawRgba(surface, noise(4), { surfaceWidth: 1, surfaceHeight: 1, commit: false });
  assert.deepEqual([surface.width, surface.height, surface.origoLl], [4, 4, true]);
  assert.deepEqual(surface.rgba(), shown);
  const change = Uint8Array.of(0, 0, 0);
  drawCompressed(surface, change, { format: zstdDelta, surfaceWidth: 1, surfaceHeight: 1 });
  assert.deepEqual([surface.width, surface.height, surface.origoLl], [1, 1, false]);
  assert.deepEqual(surface.rgba(), noise(4).with(3, 255));
});

test("a region keeps the pixels around it; a new size starts from transparent black", () => {
  const surface = new Surface();
  drawRgba(surface, new Uint8Array(64).fill(9));
  drawRgba(surface, new Uint8Array(16).fill(5), { x: 1, y: 2, width: 2, height: 2 });
  const expected = new Uint8Array(64).fill(9);
  for (const pixel of [9, 10, 13, 14]) expected.fill(5, pixel * 4, pixel * 4 + 4);
  assert.deepEqual(surface.rgba(), expected);

  const size = { surfaceWidth: 2, surfaceHeight: 2 };
  drawCompressed(surface, Uint8Array.of(1, 2, 3), { ...size, x: 1, y: 1, width: 1, height: 1 });
  assert.deepEqual([...surface.rgba()!], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 255]);
});

test("a delta frame without a frame before it is refused", () => {
  const surface = new Surface();
  const delta = (fields: Partial<FrameHeader> = {}) => () =>
    drawCompressed(surface, new Uint8Array(48), { format: zstdDelta, ...fields });
  assert.throws(delta(), { code: "no-base-frame" });
  drawCompressed(surface, noise(48));
  delta()();
  assert.throws(delta({ surfaceWidth: 2, surfaceHeight: 8, width: 2, height: 8 }), {
    code: "no-base-frame",
  });
  assert.deepEqual([surface.width, surface.revision], [4, 2]);
  delta()();
});

test("a delta frame makes its region opaque", () => {
  for (const region of [{}, { x: 1, y: 1, width: 2, height: 2 }]) {
    const surface = new Surface();
    const pixels = noise(64);
    drawRgba(surface, pixels);
    const count = "width" in region ? 4 : 16;
    drawCompressed(surface, new Uint8Array(count * 3), { format: zstdDelta, ...region });
    const expected = pixels.slice();
    const inside = count === 16 ? [...Array(16).keys()] : [5, 6, 9, 10];
    for (const pixel of inside) expected[pixel * 4 + 3] = 255;
    assert.deepEqual(surface.rgba(), expected);
  }
});

test("a refused frame leaves the picture, the base and the size", () => {
  const surface = new Surface();
  drawCompressed(surface, noise(48));
  const shown = surface.rgba();
  const { header, payload } = compressedFrame(noise(3), { surfaceWidth: 1, surfaceHeight: 1 });
  assert.throws(() => draw(surface, header, payload.fill(0, 4)), {
    code: "zstd-truncated",
  });
  assert.deepEqual(surface.rgba(), shown);
  drawCompressed(surface, new Uint8Array(48), { format: zstdDelta });
  assert.deepEqual(surface.rgba(), shown);
});

test("the last committed frame presents text or pixels", () => {
  const surface = new Surface();
  drawRgba(surface, noise(64));
  const text = tpackFrame({ lines: [{ row: 0, cells: "hello" }] });
  draw(surface, { ...text.header, commit: false }, text.payload);
  assert.equal(surface.content, "pixels");
  draw(surface, text.header, text.payload);
  assert.equal(surface.content, "tpack");
  assert.equal(surface.pixels, undefined);
  assert.deepEqual([surface.width, surface.height], [320, 160]);
  assert.equal(surface.gridText(), "hello");
  // A source keeps its pixels while it sends text, and sends differences to them afterwards.
  drawCompressed(surface, new Uint8Array(48), { format: zstdDelta });
  assert.equal(surface.content, "pixels");
  assert.equal(surface.grid, undefined);
  assert.deepEqual(surface.rgba(), noise(64).map((byte, at) => at % 4 === 3 ? 255 : byte));
});

test("all pixels count in the budget until they are released", () => {
  const budget = new MemoryBudget(1_000);
  const surface = new Surface(budget);
  drawRgba(surface, noise(64));
  assert.equal(budget.usedBytes, 64);
  drawRgba(surface, noise(64), { commit: false });
  assert.equal(budget.usedBytes, 128);
  drawRgba(surface, noise(64));
  assert.equal(budget.usedBytes, 64);
  drawRgba(surface, noise(100), { surfaceWidth: 5, surfaceHeight: 5 });
  assert.equal(budget.usedBytes, 100);
  drawRgba(surface, noise(64), { commit: false });
  assert.equal(budget.usedBytes, 164);
  const text = tpackFrame({ lines: [{ row: 0, cells: "hello" }] });
  draw(surface, text.header, text.payload);
  assert.equal(budget.usedBytes, 64 + 5 * PACKED_CELL_MEMORY_BYTES);
  surface.close();
  assert.equal(budget.usedBytes, 0);
  assert.equal(surface.content, "none");
});

test("a surface beyond the budget is refused and changes nothing", () => {
  const budget = new MemoryBudget(200);
  const surface = new Surface(budget);
  drawRgba(surface, noise(64));
  assert.throws(() => drawRgba(surface, noise(144), { surfaceWidth: 6, surfaceHeight: 6 }), {
    code: "memory-limit",
  });
  assert.equal(budget.usedBytes, 64);
  assert.deepEqual(surface.rgba(), noise(64));
});

test("all text counts in the budget until it is released", () => {
  const budget = new MemoryBudget(1_000);
  const surface = new Surface(budget);
  const show = (cells: string, fields: { commit?: boolean; delta?: boolean } = {}) => {
    const { delta = false, commit = true } = fields;
    const { header, payload } = tpackFrame({ flags: delta ? 2 : 1, lines: [{ row: 0, cells }] });
    draw(surface, { ...header, commit }, payload);
    return budget.usedBytes / PACKED_CELL_MEMORY_BYTES;
  };
  assert.equal(show("hello"), 5);
  assert.equal(show("world"), 5);
  assert.equal(show("unseen", { commit: false }), 5 + 6);
  assert.equal(show("unshown", { commit: false }), 5 + 7);
  assert.equal(show("unshown"), 7);
  assert.equal(show("u", { commit: false, delta: true }), 7 + 7);
  assert.equal(show("U", { commit: true, delta: true }), 7);
  drawRgba(surface, noise(64));
  assert.equal(budget.usedBytes, 64 + 7 * PACKED_CELL_MEMORY_BYTES, "the base of the text stays");
  surface.close();
  assert.equal(budget.usedBytes, 0);
});

test("text beyond the budget is refused and changes nothing", () => {
  const surface = new Surface(new MemoryBudget(5 * PACKED_CELL_MEMORY_BYTES));
  const hello = tpackFrame({ lines: [{ row: 0, cells: "hello" }] });
  draw(surface, hello.header, hello.payload);
  const large = tpackFrame({ lines: [{ row: 0, cells: "larger" }] });
  const delta = tpackFrame({ flags: 2, lines: [{ row: 0, cells: "j" }] });
  for (
    const { header, payload } of [large, { ...delta, header: { ...delta.header, commit: false } }]
  ) {
    assert.throws(() => draw(surface, header, payload), { code: "memory-limit" });
    assert.equal(surface.gridText(), "hello");
  }
  draw(surface, delta.header, delta.payload);
  assert.equal(surface.gridText(), "jello");
});

test("unchanged pixels of a delta become opaque too", () => {
  const surface = new Surface();
  const half = { x: 0, y: 0, width: 4, height: 2 };
  draw(surface, frameHeader({ format: rgb, ...half }), noise(24));
  drawCompressed(surface, new Uint8Array(48), { format: zstdDelta });
  assert(surface.rgba()!.every((byte, at) => at % 4 !== 3 || byte === 255));
  drawCompressed(surface, noise(48), { format: zstd });
  drawRgba(surface, new Uint8Array(16).fill(1), { ...half, height: 1 });
  drawCompressed(surface, new Uint8Array(48), { format: zstdDelta });
  assert(surface.rgba()!.every((byte, at) => at % 4 !== 3 || byte === 255));
});

test("borrowed pixels stay as presented during frames without commit", () => {
  const pixels = new VideoStream();
  show(pixels, frameHeader(), new Uint8Array(64).fill(10));
  const shown = pixels.surface.pixels!;
  for (const fields of [{}, { x: 1, y: 1, width: 2, height: 2 }]) {
    const header = frameHeader({ ...fields, commit: false });
    show(pixels, header, new Uint8Array(header.length).fill(200));
    assert.deepEqual(shown, new Uint8Array(64).fill(10));
    assert.equal(pixels.surface.pixels, shown);
  }
  show(pixels, frameHeader({ width: 1, height: 1 }), new Uint8Array(4).fill(3));
  assert.deepEqual(pixels.surface.pixels!.subarray(0, 8), Uint8Array.of(3, 3, 3, 3, ...four(200)));

  const text = new VideoStream();
  const line = (cells: string, flags = 1, commit = true) => {
    const { header, payload } = tpackFrame({ flags, lines: [{ row: 0, cells }] }, { commit });
    show(text, header, payload);
  };
  line("shown");
  const grid = text.surface.grid!;
  line("never", 2, false);
  assert.equal(grid.text(), "shown");
  assert.equal(text.surface.grid, grid);
  line("s", 2);
  assert.equal(text.surface.gridText(), "sever");
});

function four(value: number): number[] {
  return [value, value, value, value];
}
