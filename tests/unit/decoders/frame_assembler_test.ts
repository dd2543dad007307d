import assert from "node:assert/strict";
import { FrameAssembler } from "../../../lib/decoders/frame_assembler.ts";
import { MemoryBudget } from "../../../lib/decoders/memory_budget.ts";
import { noise } from "./frames.ts";

function test(name: string, fn: () => void) {
  Deno.test(name, { permissions: "none" }, fn);
}

test("a frame in one chunk is not copied and takes no memory", () => {
  const budget = new MemoryBudget();
  const assembler = new FrameAssembler(budget);
  const chunk = noise(100);
  assembler.begin(100);
  assert.equal(assembler.push(chunk), true);
  assert.equal(assembler.bytes, chunk);
  assert.equal(budget.usedBytes, 0);
});

test("a kept frame stays when its chunk is used again", () => {
  const assembler = new FrameAssembler();
  const chunk = noise(100);
  assembler.begin(100);
  assembler.push(chunk);
  const kept = assembler.keep();
  chunk.fill(0);
  assert.deepEqual(kept, noise(100));
  assembler.begin(100);
  assembler.push(noise(50));
  assembler.push(noise(50));
  assert.equal(assembler.keep(), assembler.bytes, "what was collected is not copied again");
});

test("chunks of any size add up", () => {
  const bytes = noise(200_000);
  for (const size of [1_000, 32_768, 65_535, 199_999]) {
    const assembler = new FrameAssembler();
    assembler.begin(bytes.length);
    let complete = false;
    for (let at = 0; at < bytes.length; at += size) {
      assert.equal(complete, false);
      complete = assembler.push(bytes.subarray(at, at + size));
      assert.equal(assembler.missing, Math.max(0, bytes.length - at - size));
    }
    assert.equal(complete, true);
    assert.deepEqual(assembler.bytes, bytes);
  }
});

test("empty chunks change nothing", () => {
  const assembler = new FrameAssembler();
  assembler.begin(3);
  assert.equal(assembler.push(new Uint8Array(0)), false);
  assert.equal(assembler.push(noise(2)), false);
  assert.equal(assembler.push(new Uint8Array(0)), false);
  assert.equal(assembler.push(noise(1)), true);
  assert.deepEqual(assembler.bytes, Uint8Array.of(...noise(2), ...noise(1)));
});

test("more bytes than announced are refused, in one chunk and at the end", () => {
  const assembler = new FrameAssembler();
  assembler.begin(3);
  assert.throws(() => assembler.push(noise(4)), { code: "bad-length" });
  assembler.begin(3);
  assembler.push(noise(2));
  assert.throws(() => assembler.push(noise(2)), { code: "bad-length" });
  assert.throws(() => assembler.push(noise(1)), { code: "bad-length" });
  assembler.begin(1);
  assert.equal(assembler.push(noise(1)), true);
});

test("a large announced length takes no more memory than the bytes that arrive", () => {
  const budget = new MemoryBudget();
  const assembler = new FrameAssembler(budget);
  assembler.begin(256 * 1024 * 1024);
  assert.equal(budget.usedBytes, 0);
  assembler.push(noise(10));
  assert.equal(budget.usedBytes, 65_536);
  assembler.push(new Uint8Array(65_535));
  assert.equal(budget.usedBytes, 4 * 65_536);
});

test("the buffer is reused, never larger than the largest frame, and released when it is too large", () => {
  const budget = new MemoryBudget();
  const assembler = new FrameAssembler(budget);
  for (const length of [100_000, 90_000, 100_000]) {
    assembler.begin(length);
    assembler.push(noise(60_000));
    assembler.push(noise(length - 60_000));
    assert.equal(budget.usedBytes, 100_000);
  }
  assembler.trim(100_000);
  assert.equal(budget.usedBytes, 100_000, "the buffer is not larger");
  assembler.trim(99_999);
  assert.equal(budget.usedBytes, 0);
});

test("the buffer is given away only when it is exactly the frame", () => {
  const budget = new MemoryBudget();
  const assembler = new FrameAssembler(budget);
  const feed = (length: number) => {
    assembler.begin(length);
    assembler.push(noise(10));
    assembler.push(noise(length - 10));
  };
  assembler.begin(10);
  assembler.push(noise(10));
  assert.equal(assembler.takeBuffer(), undefined);
  feed(80_000);
  const buffer = assembler.takeBuffer()!;
  assert.equal(buffer.length, 80_000);
  assert.equal(budget.usedBytes, 80_000, "the count goes with the buffer");
  assert.equal(assembler.takeBuffer(), undefined);
  assembler.setBuffer(buffer);
  feed(70_000);
  assert.equal(assembler.takeBuffer(), undefined);
  feed(80_000);
  assert.equal(assembler.takeBuffer(), buffer);
});

test("a buffer beyond the budget is refused and the frame dropped", () => {
  const budget = new MemoryBudget(70_000);
  const assembler = new FrameAssembler(budget);
  assembler.begin(200_000);
  assembler.push(noise(60_000));
  assert.throws(() => assembler.push(noise(60_000)), { code: "memory-limit" });
  assert.equal(assembler.missing, 0);
  assert.equal(budget.usedBytes, 65_536);
  assembler.trim();
  assert.equal(budget.usedBytes, 0);
});
