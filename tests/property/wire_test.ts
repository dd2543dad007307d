import assert from "node:assert/strict";
import fc from "fast-check";
import { EventPacket } from "../../lib/session/event_packet.ts";
import { StatusContext, statusFromEvent } from "../../lib/segment/status.ts";
import { decodeControl, encodeControl } from "../../lib/wire/control.ts";
import {
  decodeEvent,
  decodeEventPacket,
  encodeEvent,
  encodeEventPacket,
} from "../../lib/wire/event/event.ts";
import { EXTERNAL_KINDS } from "../../lib/wire/event/external.ts";
import type { EventInput, WireEvent } from "../../lib/wire/event/types.ts";
import { MessageJoiner } from "../../lib/wire/message_joiner.ts";
import type { CompilableRecord } from "../../lib/wire/record.ts";
import { eventBody, readEventPacketHead } from "../support/event_packets.ts";

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

const TABLES: Readonly<Record<string, { readonly number: number; record?: CompilableRecord }>> =
  EXTERNAL_KINDS;
/** The fields of records that are valid UTF-8 or empty. */
const WHOLE_TEXTS = new Set(["message", "title", "argument", "description", "vsym"]);

/** Texts are ASCII, UTF-8 or neither, and end anywhere. */
const textField = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 80 }),
  fc.string({ unit: "binary", maxLength: 40 }),
).map((text) => new TextEncoder().encode(text));

Deno.test("records: what is read from the bytes of an event is what decoding the event gives", () => {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const textOf = (bytes: Uint8Array) => {
    try {
      return strict.decode(bytes);
    } catch {
      return "";
    }
  };
  const kinds = fc.constantFrom(...Object.values(EXTERNAL_KINDS).map(({ number }) => number));
  fc.assert(
    fc.property(bytes(128), kinds, textField, (packed, kind, text) => {
      packed.set([kind, 0, 0, 0]);
      packed.set(text.subarray(0, 78), 16);
      packed[94] = 0;
      packed[120] = 64;
      const event = decodeEvent(packed) as unknown as Record<string, unknown>;
      const packet = new EventPacket(eventBody(packed));
      assert.equal(packet.kind, event["kind"]);
      assert.deepEqual(packet.decode(), event);
      const status = statusFromEvent(packet, new StatusContext(1)) as Record<string, unknown>;
      const { record } = TABLES[packet.kind!]!;
      if (status === undefined || record === undefined) return;
      assert.deepEqual(status["frame"], Number(event["frameId"]));
      for (const [name, { type, from, convert, make }] of Object.entries(record.fields)) {
        if (from === undefined || convert !== undefined || make !== undefined) continue;
        const held = event[from];
        if (!(held instanceof Uint8Array)) {
          assert.deepEqual(status[name], type === "boolean" ? Boolean(held) : held, name);
        } else if (WHOLE_TEXTS.has(name)) {
          const most = Number(/at most (\d+) bytes/.exec(type)?.[1] ?? held.length);
          assert.equal(status[name], textOf(held.subarray(0, most)), name);
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("messages: parts read in place are joined as parts that were copied", () => {
  const part = fc.tuple(fc.oneof(textField, fc.uint8Array({ maxLength: 78 })), fc.boolean());
  fc.assert(fc.property(fc.array(part, { maxLength: 8 }), fc.nat(9), (parts, offset) => {
    const [copied, inPlace] = [new MessageJoiner(), new MessageJoiner()];
    for (const [text, more] of parts) {
      const field = new Uint8Array(offset + 78).fill(0xff);
      field.set(text.subarray(0, 78), offset);
      if (text.length < 78) field[offset + text.length] = 0;
      const nul = field.indexOf(0, offset);
      const bytes = field.subarray(offset, nul < 0 ? offset + 78 : nul);
      const view = new DataView(field.buffer);
      assert.deepEqual(inPlace.takeField(view, offset, 78, more), copied.take(bytes, more));
    }
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
