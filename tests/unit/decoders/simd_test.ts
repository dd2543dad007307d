import assert from "node:assert/strict";
import { FairShare } from "../../../lib/bytes/fair_share.ts";
import { MemoryBudget } from "../../../lib/decoders/memory_budget.ts";
import { allocatePixels, contentMemory, loopsOn } from "../../../lib/decoders/simd/memory.ts";
import { MAX_DROPPED_PIXEL_BYTES, MAX_FREE_PIXEL_BYTES } from "../../../lib/limits.ts";
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
  assert.ok(one.buffer.byteLength <= LARGE_BYTES * 1.25);
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

/** A constructor of memories that counts them and fails after a number of them. */
function counting(most = Infinity) {
  const { Memory } = WebAssembly;
  let made = 0;
  const construct = function (descriptor: WebAssembly.MemoryDescriptor) {
    if (made === most) throw new RangeError("could not allocate memory");
    made++;
    return new Memory(descriptor);
  };
  return { construct, made: () => made };
}

test("pixels are in ordinary memory when the machine has no address space for another one", async () => {
  await withMemories(counting(2).construct, (again) => {
    assert.notEqual(again.loopsOn(again.allocatePixels(LARGE_BYTES)), undefined);
    const pixels = again.allocatePixels(LARGE_BYTES);
    assert.equal(pixels.length, LARGE_BYTES);
    assert.equal(again.loopsOn(pixels), undefined);
  });
});

test("memory that was given back is used again, with zeros and once", async () => {
  await withMemories(counting().construct, (again) => {
    const first = again.allocatePixels(LARGE_BYTES);
    first.fill(7);
    again.freePixels(first);
    again.freePixels(first);
    const second = again.allocatePixels(LARGE_BYTES - 1_000);
    assert.equal(second.buffer, first.buffer);
    assert.ok(second.every((byte) => byte === 0));
    assert.notEqual(again.allocatePixels(LARGE_BYTES).buffer, first.buffer);
  });
});

test("memory that a reader has seen is not used again", async () => {
  await withMemories(counting().construct, (again) => {
    const first = again.allocatePixels(LARGE_BYTES);
    again.markSeen(first);
    again.freePixels(first);
    assert.notEqual(again.allocatePixels(LARGE_BYTES).buffer, first.buffer);
  });
});

test("a limited part of what was given back is kept", async () => {
  const { construct, made } = counting();
  await withMemories(construct, (again) => {
    const allocate = () => Array.from({ length: 20 }, () => again.allocatePixels(8 << 20));
    const all = allocate();
    const before = made();
    all.forEach(again.freePixels);
    allocate();
    assert.equal(made() - before, 20 - MAX_FREE_PIXEL_BYTES / (8 << 20));
  });
});

test("pixels are in ordinary memory while much dropped memory waits to be freed", async () => {
  await withMemories(counting().construct, (again) => {
    let dropped = 0;
    for (; dropped <= MAX_DROPPED_PIXEL_BYTES; dropped += 8 << 20) {
      const pixels = again.allocatePixels(8 << 20);
      assert.notEqual(again.loopsOn(pixels), undefined);
      again.markSeen(pixels);
      again.freePixels(pixels);
    }
    assert.equal(again.loopsOn(again.allocatePixels(8 << 20)), undefined);
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
  name: "the memory of surfaces that have ended goes back to the machine, but for what is kept",
  permissions: { run: [Deno.execPath()], read: true },
  async fn() {
    const script = new URL("../../support/count_memories.ts", import.meta.url);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", script.pathname],
    }).output();
    const { made, left } = JSON.parse(new TextDecoder().decode(stdout));
    assert.ok(made > 40, `${made} memories`);
    assert.ok(left > 0 && left <= MAX_FREE_PIXEL_BYTES, `${left} bytes`);
  },
});
