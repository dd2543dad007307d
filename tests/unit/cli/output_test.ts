import assert from "node:assert/strict";
import {
  OUTPUT_GATHER_MS,
  OUTPUT_PIECE_BYTES,
  OUTPUT_REPORT_MS,
  OUTPUT_RETRY_MS,
  OUTPUT_STUCK_MS,
} from "../../../lib/limits.ts";
import type { OutputStream } from "../../../lib/cli/output.ts";
import { OutputWriter } from "../../../lib/cli/output.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

const LIMITS = { sender: 100, free: 0, total: 1_000 };
const decoder = new TextDecoder();

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

/** A stream that answers each write as it is told; it takes everything unless told otherwise. */
class FakeStream implements OutputStream {
  /** What each write brought. */
  readonly writes: string[] = [];
  readonly sync: string[] = [];
  /** The answers to come: how many bytes are taken, an error, or a reader that is waited for. */
  readonly answers: (number | Error | Promise<void>)[] = [];
  /** Settles when the first write has begun. */
  readonly begun: Promise<void>;
  #begin = () => {};

  constructor() {
    this.begun = new Promise((resolve) => this.#begin = resolve);
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.#begin();
    const answer = this.answers.shift() ?? bytes.length;
    if (answer instanceof Error) throw answer;
    const count = typeof answer === "number" ? answer : bytes.length;
    this.writes.push(decoder.decode(bytes.subarray(0, count)));
    if (answer instanceof Promise) await answer;
    return count;
  }

  writeSync(bytes: Uint8Array): number {
    this.sync.push(decoder.decode(bytes));
    return bytes.length;
  }
}

function setUp(...answers: FakeStream["answers"]) {
  const stream = new FakeStream();
  stream.answers.push(...answers);
  const writer = new OutputWriter(stream, LIMITS);
  const told: string[] = [];
  writer.events = {
    gone: () => told.push("gone"),
    failed: (detail) => told.push(`failed: ${detail}`),
    lost: (lines) => told.push(`lost ${lines}`),
  };
  return { stream, writer, told };
}

/** Lets time pass until everything is written. */
async function flushed(writer: OutputWriter, timers: FakeTimers): Promise<void> {
  let isFlushed = false;
  void writer.flushed().then(() => isFlushed = true);
  while (!isFlushed) {
    await Promise.resolve();
    timers.pass(OUTPUT_RETRY_MS);
  }
}

test("lines that come soon after each other are one write, later lines the next", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { stream, writer } = setUp(promise);
  writer.write("a\n");
  await Promise.resolve();
  writer.write("b\n", 1);
  await stream.begun;
  writer.write("c\n");
  writer.write("d\n");
  resolve();
  await writer.flushed();
  assert.deepEqual(stream.writes, ["a\nb\n", "c\nd\n"]);
});

test("lines that are enough for a write do not wait for more", async () => {
  using timers = new FakeTimers();
  const { stream, writer } = setUp();
  const line = "x".repeat(OUTPUT_PIECE_BYTES / 2 - 1) + "\n";
  writer.write(line);
  await Promise.resolve();
  assert.deepEqual(stream.writes, []);
  writer.write(line);
  await stream.begun;
  assert.deepEqual(stream.writes, [line + line]);
  timers.pass(OUTPUT_STUCK_MS);
  await writer.flushed();
});

test("a partial write is continued", async () => {
  const { stream, writer } = setUp(2, 1);
  writer.write("abcdef\n");
  await writer.flushed();
  assert.deepEqual(stream.writes, ["ab", "c", "def\n"]);
});

test("a write is at most what a pipe takes as a whole, and ends at the end of a line if possible", async () => {
  const { stream, writer } = setUp();
  const lines = Array.from({ length: 100 }, (_, i) => `${i}`.padEnd(99, "x") + "\n").join("");
  const long = "y".repeat(2 * OUTPUT_PIECE_BYTES + 10) + "\n";
  writer.write(lines + long);
  await writer.flushed();
  assert.equal(stream.writes.join(""), lines + long);
  assert.deepEqual(
    stream.writes.map(({ length }) => length),
    [4_000, 4_000, 2_000, OUTPUT_PIECE_BYTES, OUTPUT_PIECE_BYTES, 11],
  );
});

test("a write to a stream that is not ready is repeated later, and nothing is lost", async () => {
  using timers = new FakeTimers();
  const again = new Deno.errors.WouldBlock("not now");
  const { stream, writer, told } = setUp(1, again, again);
  writer.write("abc\n");
  await flushed(writer, timers);
  assert.deepEqual([stream.writes, told], [["a", "bc\n"], []]);
});

test("a closed stream is reported once, and lets all senders go on", async () => {
  const { stream, writer, told } = setUp(new Deno.errors.BrokenPipe("gone"));
  const held = writer.write("x".repeat(200) + "\n", 1);
  assert.ok(held instanceof Promise);
  await held;
  await writer.flushed();
  assert.equal(writer.write("more\n", 1), undefined);
  await writer.flushed();
  assert.deepEqual([stream.writes, told, writer.hasFailed], [[], ["gone"], false]);
});

test("a full device is reported once, and then how many lines were lost", async () => {
  const full = new Error("No space left on device (os error 28)");
  const { stream, writer, told } = setUp(full, full);
  for (const line of ["one\ntwo\n", "three\n", "four\n", "five\n"]) {
    writer.write(line, 1);
    await writer.flushed();
  }
  assert.deepEqual(stream.writes, ["four\n", "five\n"]);
  assert.deepEqual(told, ["failed: No space left on device (os error 28)", "lost 3"]);
});

test("a line that a full device cut off is ended before the next", async () => {
  const full = new Error("full");
  const { stream, writer, told } = setUp(3, full, full);
  for (const line of ["abcdef\n", "lost\n", "whole\n"]) {
    writer.write(line);
    await writer.flushed();
  }
  assert.deepEqual(stream.writes, ["abc", "\nwhole\n"]);
  assert.deepEqual(told, ["failed: full", "lost 2"]);
});

test("a device that is full again and again is reported once a minute", async () => {
  using clock = new FakeClock();
  const { stream, writer, told } = setUp();
  const turn = async () => {
    stream.answers.push(new Error("full"));
    for (const line of ["lost\n", "written\n"]) {
      writer.write(line);
      await writer.flushed();
    }
  };
  for (let i = 0; i < 10; i++) await turn();
  assert.deepEqual(told.splice(0), ["failed: full", "lost 1"]);
  clock.nowMs += OUTPUT_REPORT_MS;
  await turn();
  assert.deepEqual(told, ["failed: full", "lost 10"]);
});

test("dropped lines of a slow reader are reported when it reads again", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { stream, writer, told } = setUp(promise);
  const line = "x".repeat(99) + "\n";
  writer.write(line, 1);
  await stream.begun;
  for (let i = 0; i < 15; i++) void writer.write(line, i);
  assert.deepEqual(told, []);
  resolve();
  await writer.flushed();
  assert.deepEqual(told, ["lost 5"]);
});

test("the queue is written at the end of the process, after the write in progress", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { stream, writer } = setUp(promise);
  writer.write("first\n");
  await stream.begun;
  writer.write("last\n");
  writer.flushSync();
  assert.deepEqual(stream.sync, ["last\n"]);
  resolve();
  await writer.flushed();
  assert.deepEqual(stream.writes, ["first\n"]);
});

test("a stuck reader does not delay the end of the process", async () => {
  using timers = new FakeTimers();
  const { promise, resolve } = Promise.withResolvers<void>();
  const { stream, writer } = setUp(promise);
  writer.write("first\n");
  timers.pass(OUTPUT_GATHER_MS);
  await stream.begun;
  writer.write("last\n");
  timers.pass(OUTPUT_STUCK_MS);
  writer.flushSync();
  assert.deepEqual(stream.sync, []);
  resolve();
  await flushed(writer, timers);
});
