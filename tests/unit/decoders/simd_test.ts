import assert from "node:assert/strict";
import { FairShare } from "../../../lib/bytes/fair_share.ts";
import { MemoryBudget } from "../../../lib/decoders/memory_budget.ts";
import { allocatePixels, contentMemory, loopsOn } from "../../../lib/decoders/simd/memory.ts";
import { WASM } from "../../../lib/decoders/simd/wasm_bytes.ts";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { compressedFrame, frameHeader, noise, show } from "./frames.ts";

const test = (name: string, fn: () => void | Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

const LARGE = { surfaceWidth: 640, surfaceHeight: 360 };
const LARGE_BYTES = 640 * 360 * 4;

test("the module of the pixel loops imports its two memories alone", () => {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(Uint8Array.fromBase64(WASM)));
  assert.deepEqual(imports, [
    { module: "env", name: "content", kind: "memory" },
    { module: "env", name: "canvas", kind: "memory" },
  ]);
});

test("large pixels get vector loops and a memory of their own, small ones neither", () => {
  const [one, other] = [allocatePixels(LARGE_BYTES), allocatePixels(LARGE_BYTES)];
  assert.equal(one.length, LARGE_BYTES);
  assert.ok(loopsOn(one) !== undefined && loopsOn(one) !== loopsOn(other));
  assert.notEqual(one.buffer, other.buffer);
  const pages = Math.ceil(LARGE_BYTES / 65_536);
  assert.equal(one.buffer.byteLength, pages * 65_536, "whole pages and no more");
  assert.equal(loopsOn(allocatePixels(400_000)), undefined);
  assert.notEqual(contentMemory()!.buffer, one.buffer);
});

/** Runs with another constructor of memories, and the module of the memory anew. */
async function withMemories(
  Memory: unknown,
  run: (again: typeof import("../../../lib/decoders/simd/memory.ts")) => void,
): Promise<void> {
  const before = globalThis.WebAssembly;
  const url = `../../../lib/decoders/simd/memory.ts?${crypto.randomUUID()}`;
  Object.assign(globalThis, {
    WebAssembly: Memory && {
      Module: before.Module,
      Instance: before.Instance,
      Memory,
    },
  });
  try {
    run(await import(url));
  } finally {
    Object.assign(globalThis, { WebAssembly: before });
  }
}

test("pixels are in ordinary memory without WebAssembly", async () => {
  await withMemories(undefined, (again) => {
    assert.equal(again.contentMemory(), undefined);
    const pixels = again.allocatePixels(LARGE_BYTES);
    assert.equal(pixels.length, LARGE_BYTES);
    assert.equal(again.loopsOn(pixels), undefined);
  });
});

test("pixels are in ordinary memory when the machine has no address space for another one", async () => {
  const { Memory } = WebAssembly;
  let left = 2;
  const scarce = function (descriptor: WebAssembly.MemoryDescriptor) {
    if (left-- === 0) throw new RangeError("could not allocate memory");
    return new Memory(descriptor);
  };
  await withMemories(scarce, (again) => {
    assert.notEqual(again.loopsOn(again.allocatePixels(LARGE_BYTES)), undefined);
    const pixels = again.allocatePixels(LARGE_BYTES);
    assert.equal(pixels.length, LARGE_BYTES);
    assert.equal(again.loopsOn(pixels), undefined);
  });
});

test("a picture stays as it was for those who keep it while others come and go", () => {
  const budget = new MemoryBudget();
  const stream = new VideoStream(budget);
  const { header, payload } = compressedFrame(noise(640 * 360 * 3), LARGE);
  assert.equal(show(stream, header, payload), "drawn");
  const { pixels } = stream.surface;
  const before = pixels!.slice();
  stream.close();
  assert.equal(budget.usedBytes, 0);
  for (let i = 0; i < 20; i++) {
    const other = new VideoStream();
    show(other, header, payload);
    assert.notEqual(other.surface.pixels!.buffer, pixels!.buffer);
    other.close();
  }
  assert.equal(pixels!.length, LARGE_BYTES, "the view is not detached");
  assert.equal(before.every((byte, at) => byte === pixels![at]), true);
});

test("surfaces of changing sizes that come and go leave nothing counted", () => {
  const all = new FairShare(64 << 20);
  const content = new Uint8Array(900 * 900 * 3);
  for (let turn = 0; turn < 60; turn++) {
    const budget = new MemoryBudget(32 << 20, all, `${turn % 3}`);
    const stream = new VideoStream(budget);
    for (let frame = 0; frame < 3; frame++) {
      const surfaceWidth = 100 + (turn * 131 + frame * 397) % 800;
      const surfaceHeight = 100 + (turn * 71 + frame * 211) % 800;
      const size = { surfaceWidth, surfaceHeight };
      const [rgb, rgba] = [3, 4].map((bytes) => surfaceWidth * surfaceHeight * bytes);
      const full = compressedFrame(content.subarray(0, rgb), size);
      assert.equal(show(stream, full.header, full.payload), "drawn");
      assert.equal(budget.usedBytes >= rgba!, true);
      const raw = frameHeader({ ...size, format: VIDEO_FORMAT.rgba, commit: frame !== 1 });
      assert.equal(show(stream, raw, noise(rgba!)), "drawn");
    }
    stream.close();
    assert.deepEqual([budget.usedBytes, all.used], [0, 0]);
  }
});

Deno.test({
  name: "the memories of surfaces that have ended go back to the machine",
  permissions: { run: [Deno.execPath()], read: true },
  async fn() {
    const script = new URL("../../support/count_memories.ts", import.meta.url);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", script.pathname],
    }).output();
    const { made, left } = JSON.parse(new TextDecoder().decode(stdout));
    assert.ok(made > 60, `${made} memories`);
    assert.equal(left, 1, "the memory of the content");
  },
});
