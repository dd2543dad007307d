import assert from "node:assert/strict";
import { VideoStream } from "../../../lib/decoders/video_stream.ts";
import { EventLines } from "../../../lib/handlers/event_lines.ts";
import { STDOUT_BLOCK_UNITS } from "../../../lib/limits.ts";
import { Segment } from "../../../lib/segment/segment.ts";
import { EventPacket } from "../../../lib/session/event_packet.ts";
import { EVENT_BODY_BYTES } from "../../../lib/wire/constants.ts";
import { encodeEventPacket } from "../../../lib/wire/event/event.ts";

const test = (name: string, fn: () => void | Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

function message(text: string): EventPacket {
  const body = new Uint8Array(EVENT_BODY_BYTES);
  const event = { category: "external", kind: "message", message: text } as const;
  encodeEventPacket(event, { lastSeen: 0, channel: 0 }, body);
  return new EventPacket(body);
}

const [a, b] = [7, 8].map((id) => new Segment(0, id, new VideoStream())) as [Segment, Segment];

function setUp(...answers: (Promise<void> | undefined)[]) {
  const written: [lines: string, source: number][] = [];
  const lines = new EventLines((text, source) => {
    written.push([text, source]);
    return answers.shift();
  });
  return { lines, written };
}

test("the lines of a turn are handed over together, when it is over", async () => {
  const { lines, written } = setUp();
  for (const text of ["one", "two", "three"]) assert.ok(lines.take(a, message(text)));
  assert.deepEqual(written, []);
  await Promise.resolve();
  const [one, two, three] = ["one", "two", "three"].map((text) => `client 7 message "${text}"`);
  assert.deepEqual(written, [[`${one}\n${two}\n${three}`, 7]]);
  assert.ok(lines.take(a, message("two")));
  await Promise.resolve();
  assert.deepEqual(written.slice(1), [[two, 7]]);
});

test("lines of sources keep their order", async () => {
  const { lines, written } = setUp();
  for (const segment of [a, b, b, a]) assert.ok(lines.take(segment, message("x")));
  await Promise.resolve();
  const [ofA, ofB] = [7, 8].map((id) => `client ${id} message "x"`);
  assert.deepEqual(written, [[ofA, 7], [`${ofB}\n${ofB}`, 8], [ofA, 7]]);
});

test("an event whose text takes the record leaves nothing behind", async () => {
  const { lines, written } = setUp();
  assert.ok(lines.take(a, message("before")));
  assert.equal(lines.take(a, message('quote "')), false);
  assert.ok(lines.take(a, message("after")));
  await Promise.resolve();
  assert.deepEqual(written, [['client 7 message "before"\nclient 7 message "after"', 7]]);
});

test("a source that has to wait gets no further than its record, others do", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { lines } = setUp(promise);
  assert.ok(lines.take(a, message("x")));
  lines.flush();
  assert.equal(lines.take(a, message("x")), false);
  assert.ok(lines.take(b, message("x")));
  resolve();
  await promise;
  await Promise.resolve();
  assert.ok(lines.take(a, message("x")));
  lines.flush();
});

test("more lines than a block holds are handed over in blocks", async () => {
  const { lines, written } = setUp();
  for (let i = 0; i < 500; i++) assert.ok(lines.take(a, message(`${i} `.padEnd(70, "x"))));
  await Promise.resolve();
  const blocks = written.map(([text]) => text);
  for (const { length } of blocks) assert.ok(length <= STDOUT_BLOCK_UNITS, `${length}`);
  const numbers = blocks.join("\n").split("\n").map((line) => Number(/"(\d+) x+"$/.exec(line)![1]));
  assert.deepEqual(numbers, Array.from({ length: 500 }, (_, i) => i));
});

test("a source that has to wait knows it after a block", () => {
  const { lines, written } = setUp(new Promise(() => {}));
  const event = message("x".repeat(70));
  while (lines.take(a, event));
  assert.equal(written.length, 1);
  assert.ok(written[0]![0].length <= STDOUT_BLOCK_UNITS);
});
