// The line that is written from the bytes of an event is the one of its record.

import assert from "node:assert/strict";
import fc from "fast-check";
import { LineBytes } from "../../lib/bytes/line_bytes.ts";
import { describe } from "../../lib/handlers/describe.ts";
import { appendEventLine, StatusContext, statusFromEvent } from "../../lib/segment/status.ts";
import { EventPacket } from "../../lib/session/event_packet.ts";
import { EXTERNAL_KINDS } from "../../lib/wire/event/external.ts";
import { eventBody } from "../support/event_packets.ts";

/** The kinds that are written from their bytes, as long as their text is plain. */
const WRITTEN = [
  "alert",
  "content",
  "cursorhint",
  "failure",
  "ident",
  "inputmask",
  "message",
  "privdrop",
  "statesize",
  "viewport",
];
const EVENT_BYTES = 128;
const TEXT_AT = 16;
const TEXT_BYTES = 78;

const text = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[a-z0-9:-]{0,78}$/) },
  { weight: 2, arbitrary: fc.string({ maxLength: 80 }) },
  fc.string({ unit: "binary", maxLength: 40 }),
).map((written) => new TextEncoder().encode(written).subarray(0, TEXT_BYTES));
const numbers = fc.oneof(
  fc.uint8Array({ minLength: TEXT_BYTES, maxLength: TEXT_BYTES }),
  fc.array(fc.constantFrom(0, 0, 0, 1, 0x7f, 0x80, 0xff), {
    minLength: TEXT_BYTES,
    maxLength: TEXT_BYTES,
  }),
);
/** Floats that JSON shows in every way. */
const floats = fc.array(
  fc.oneof(fc.float(), fc.constantFrom(-0, 0.5, 1e30, 2 ** 53, -1, NaN, Infinity)),
  { minLength: 6, maxLength: 6 },
).map((values) => new Uint8Array(Float32Array.from(values).buffer));
const kinds = Object.values(EXTERNAL_KINDS).map(({ number }) => number);

/** An EXTERNAL event in its packet. */
const event = fc.tuple(
  fc.constantFrom(...kinds, 250),
  fc.oneof(text, numbers, floats),
  fc.constantFrom(0, 0, 1, 255),
).map(([kind, payload, multipart]) => {
  const bytes = new Uint8Array(EVENT_BYTES);
  bytes.set([kind]);
  bytes.set(payload, TEXT_AT);
  bytes[TEXT_AT + TEXT_BYTES] = multipart;
  bytes[120] = 64;
  return new EventPacket(eventBody(bytes));
});

Deno.test("events: a line that is written from bytes is the line of the record", () => {
  const written = new Set<string>();
  const segments = fc.constantFrom(1, 9, 10, 4_294_967_296);
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), segments, (events, segment) => {
      const [fromBytes, fromRecord] = [new StatusContext(segment), new StatusContext(segment)];
      const line = new LineBytes(1_024);
      for (const each of events) {
        line.length = 0;
        const isWritten = appendEventLine(line, each, fromBytes);
        const record = statusFromEvent(each, fromRecord);
        // What was refused must leave the texts of the segment as they were.
        if (!isWritten) assert.deepEqual(statusFromEvent(each, fromBytes), record);
        else assert.equal(line.take(), describe("client", segment, record!));
        if (isWritten) written.add(each.kind!);
      }
    }),
    { numRuns: 1_000 },
  );
  assert.deepEqual([...written].sort(), WRITTEN);
});

Deno.test("lines: numbers are written as JavaScript shows them", () => {
  const integers = fc.oneof(fc.maxSafeInteger(), fc.nat(), fc.integer(), fc.nat(20));
  const line = new LineBytes(64);
  fc.assert(
    fc.property(fc.oneof(integers, fc.double()), (number) => {
      line.number(number);
      assert.equal(line.take(), `${number}`);
    }),
    { numRuns: 2_000, examples: [0, -0, 9, 10, 99, 100, -1, 2 ** 53, 2 ** 53 - 1].map((n) => [n]) },
  );
});
