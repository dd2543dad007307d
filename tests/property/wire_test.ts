import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeControl, encodeControl } from "../../lib/wire/control.ts";
import {
  decodeEvent,
  decodeEventPacket,
  encodeEvent,
  encodeEventPacket,
} from "../../lib/wire/event/event.ts";
import type { EventInput, WireEvent } from "../../lib/wire/event/types.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** Any 128 bytes, most of them with a category and a kind that have a table. */
const packedEvent = fc.tuple(
  bytes(128),
  fc.constantFrom(2, 16, 64, 255),
  fc.nat(40),
  fc.constantFrom(0, 1, 2, 4, 8, 16),
).map(([event, category, kind, datatype]) => {
  event.set([kind, 0, 0, 0]);
  if (category === 2) event.set([datatype, 0, 0, 0], 8);
  event[120] = category;
  return event;
});

/** Whether the text of a key is invalid or without terminator, which is not kept as bytes. */
function lossyText(event: WireEvent): boolean {
  if (event.kind !== "translated") return false;
  return event.utf8.includes("\ufffd") || new TextEncoder().encode(event.utf8).length > 4;
}

Deno.test("events: any bytes decode, and what was decoded encodes to itself", () => {
  fc.assert(fc.property(packedEvent, fc.nat(9), (packed, offset) => {
    const memory = new Uint8Array(offset + 128);
    memory.set(packed, offset);
    const event = decodeEvent(memory, offset);
    fc.pre(!lossyText(event));
    const out = new Uint8Array(128);
    encodeEvent(event as EventInput, out);
    assert.deepEqual(decodeEvent(out), event);
  }));
});

Deno.test("event packets: the head is kept and a changed last byte shows in the checksum", () => {
  // Only the last bytes count in full: the sum of the reference shifts the earlier ones out.
  fc.assert(fc.property(packedEvent, fc.nat(255), fc.nat(7), (packed, channel, bit) => {
    const body = new Uint8Array(139);
    const head = { lastSeen: 2n ** 64n - 1n, channel };
    encodeEventPacket(decodeEvent(packed) as EventInput, head, body);
    const { event: _, ...rest } = decodeEventPacket(body);
    assert.deepEqual(rest, { ...head, checksumOk: true });
    body[138]! ^= 1 << bit;
    assert.equal(decodeEventPacket(body).checksumOk, false);
  }));
});

Deno.test("control: any bytes decode, and numbers encode to themselves", () => {
  const body = fc.tuple(bytes(128), fc.nat(20)).map(([content, command]) => {
    content[17] = command;
    return content;
  });
  fc.assert(fc.property(body, (content) => {
    const control = decodeControl(content);
    const asText = ["shutdown", "dirstate", "dirdiscover", "diropened"];
    fc.pre(!asText.includes(control.command));
    const out = new Uint8Array(128);
    encodeControl(control, out, 0, { lastSeen: 0n });
    assert.deepEqual(decodeControl(out), control);
  }));
});
