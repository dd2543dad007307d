import assert from "node:assert/strict";
import { OutputBuffer } from "../../../lib/bytes/output_buffer.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

function append(output: OutputBuffer, ...values: number[]): void {
  const at = output.reserve(values.length);
  output.bytes.set(values, at);
}

test("an empty output gives nothing", () => {
  assert.equal(new OutputBuffer().take(), undefined);
});

test("reserved bytes are taken together, in order, once", () => {
  const output = new OutputBuffer();
  append(output, 1, 2);
  append(output, 3);
  assert.equal(output.length, 3);
  assert.deepEqual([...output.take()!], [1, 2, 3]);
  assert.equal(output.length, 0);
  assert.equal(output.take(), undefined);
});

test("taken bytes stay unchanged while more is appended", () => {
  const output = new OutputBuffer();
  append(output, 1, 2, 3);
  const taken = output.take()!;
  append(output, 9, 9, 9, 9);
  output.reserve(100_000);
  assert.deepEqual([...taken], [1, 2, 3]);
});

test("reserved space holds zeros, also in memory that is used again", () => {
  const output = new OutputBuffer();
  for (let round = 0; round < 4; round++) {
    append(output, ...Array<number>(50).fill(0xff));
    output.take();
  }
  const at = output.reserve(50);
  assert.ok(output.bytes.subarray(at, at + 50).every((byte) => byte === 0));
});

test("growing keeps the waiting bytes", () => {
  const output = new OutputBuffer();
  append(output, 7);
  output.reserve(1_000_000);
  append(output, 8);
  const taken = output.take()!;
  assert.equal(taken.length, 1_000_002);
  assert.equal(taken[0], 7);
  assert.equal(taken.at(-1), 8);
});

test("the memory of a burst is released", () => {
  const output = new OutputBuffer();
  output.reserve(1_000_000);
  output.take();
  append(output, 1);
  output.take();
  append(output, 1);
  assert.ok(output.bytes.length <= 65_536);
});

test("truncated space is not sent, and holds zeros when it is reserved again", () => {
  const output = new OutputBuffer();
  append(output, 7);
  const at = output.reserve(10);
  output.bytes.fill(0xff, at, at + 10);
  output.truncate(at);
  assert.equal(output.length, 1);
  output.reserve(2);
  assert.deepEqual([...output.take()!], [7, 0, 0]);
});

test("another output reuses the block of a burst, but only after its reader is done", () => {
  const [first, second, third] = [new OutputBuffer(), new OutputBuffer(), new OutputBuffer()];
  first.reserve(10_000);
  first.bytes.fill(1);
  const taken = first.take()!;
  second.reserve(10_000);
  second.bytes.fill(2);
  assert.ok(taken.every((byte) => byte === 1));
  assert.notEqual(second.bytes.buffer, taken.buffer);
  assert.equal(first.take(), undefined);
  const at = third.reserve(10_000);
  assert.equal(third.bytes.buffer, taken.buffer);
  assert.ok(third.bytes.subarray(at, at + 10_000).every((byte) => byte === 0));
});

test("an output that sends little keeps its small buffer and no large block", () => {
  const output = new OutputBuffer();
  output.reserve(10_000);
  output.take();
  output.take();
  append(output, 1);
  const own = output.bytes.buffer;
  assert.ok(own.byteLength <= 4_096);
  for (let round = 0; round < 3; round++) {
    output.take();
    assert.equal(output.take(), undefined);
    append(output, 1);
    assert.equal(output.bytes.buffer, own);
  }
});
