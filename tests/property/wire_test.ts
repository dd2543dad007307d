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
import { readEventPacketHead } from "../support/event_packets.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** Any 128 bytes, mostly with a category and a kind that have a table. */
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

/** Whether the text of a key is invalid or lacks its NUL: decoding does not keep such bytes. */
function lossyText(event: WireEvent): boolean {
  if (event.kind !== "translated") return false;
  return event.utf8.includes("\ufffd") || new TextEncoder().encode(event.utf8).length > 4;
}

Deno.test("events: any bytes decode, and the result encodes and decodes to the same", () => {
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

Deno.test("event packets: encoding keeps the head, and the checksum detects a changed last byte", () => {
  // Only the last bytes count fully: the checksum shifts earlier ones out.
  fc.assert(fc.property(packedEvent, fc.nat(255), fc.nat(7), (packed, channel, bit) => {
    const body = new Uint8Array(139);
    const head = { lastSeen: Number.MAX_SAFE_INTEGER, channel };
    encodeEventPacket(decodeEvent(packed) as EventInput, head, body);
    assert.equal(decodeEventPacket(body).channel, channel);
    const { lastSeen } = head;
    assert.deepEqual(readEventPacketHead(body), { lastSeen, isChecksumRight: true });
    body[138]! ^= 1 << bit;
    assert.equal(readEventPacketHead(body).isChecksumRight, false);
  }));
});

Deno.test("control: any bytes decode, and numbers encode and decode to the same", () => {
  const body = fc.tuple(bytes(128), fc.nat(20)).map(([content, command]) => {
    content[17] = command;
    return content;
  });
  fc.assert(fc.property(body, (content) => {
    const control = decodeControl(content);
    const asText = ["shutdown", "dirstate", "dirdiscover", "diropened"];
    fc.pre(!asText.includes(control.command));
    const out = new Uint8Array(128);
    encodeControl(control, out, 0, { lastSeen: 0 });
    assert.deepEqual(decodeControl(out), control);
  }));
});
