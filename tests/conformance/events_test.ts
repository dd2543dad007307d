import assert from "node:assert/strict";
import {
  decodeEvent,
  decodeEventPacket,
  encodeEvent,
  encodeEventPacket,
  eventChecksum,
} from "../../lib/wire/event/event.ts";
import { controlNonce, decodeControl, encodeControl } from "../../lib/wire/control.ts";
import { EXTERNAL_KINDS } from "../../lib/wire/event/external.ts";
import { INPUT_KINDS } from "../../lib/wire/event/input.ts";
import { TARGET_KINDS } from "../../lib/wire/event/target.ts";
import type { EventInput, KindTable, WireEvent } from "../../lib/wire/event/types.ts";
import type { Field } from "../../lib/wire/fields.ts";
import { readEventPacketHead } from "../support/event_packets.ts";
import eventVectors from "../vectors/events/events.json" with { type: "json" };
import packVectors from "../vectors/transport/event-pack.json" with { type: "json" };
import channels from "../vectors/transport/session-channels.json" with { type: "json" };
import direct from "../vectors/transport/session-direct-default-secret.json" with { type: "json" };
import directory from "../vectors/transport/session-directory-commands.json" with { type: "json" };
import ephemeral from "../vectors/transport/session-ephemeral-default-secret.json" with {
  type: "json",
};
import rekey from "../vectors/transport/session-rekey-ephemeral.json" with { type: "json" };

const TABLES: Record<string, KindTable> = {
  target: TARGET_KINDS,
  external: EXTERNAL_KINDS,
  input: INPUT_KINDS,
};
const HEAD_FIELDS = new Set(["category", "kind"]);
const CHECKSUM_BYTES = 2;

interface VectorField {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly type: string;
  readonly value: number | string;
  readonly bits?: number;
}

function reencode(event: WireEvent): Uint8Array {
  const out = new Uint8Array(128).fill(0xee);
  encodeEvent(event as EventInput, out);
  return out;
}

function layoutOf(event: WireEvent): [name: string, field: Field][] {
  return Object.entries(TABLES[event.category]![event.kind]!.layout);
}

/** The bytes of a listed value on the wire. */
function bytesOf(field: VectorField): Uint8Array {
  const bytes = new Uint8Array(field.size);
  const view = new DataView(bytes.buffer);
  if (field.type.startsWith("str")) bytes.set(new TextEncoder().encode(field.value as string));
  else if (field.type.startsWith("bytes")) bytes.set(Uint8Array.fromHex(field.value as string));
  else if (field.type === "f32") view.setUint32(0, field.bits!, true);
  else if (field.size === 8) view.setBigUint64(0, BigInt.asUintN(64, BigInt(field.value)), true);
  else {for (let i = 0; i < field.size; i++) {
      bytes[i] = Number(BigInt(field.value) >> BigInt(8 * i)) & 0xff;
    }}
  return bytes;
}

/** The bytes of a decoded value on the wire, computed without the codec. */
function bytesOfDecoded(field: Field, value: unknown): Uint8Array {
  const bytes = new Uint8Array(field.size);
  if (value instanceof Uint8Array || typeof value === "string") {
    bytes.set(typeof value === "string" ? new TextEncoder().encode(value) : value);
    return bytes;
  }
  const view = new DataView(bytes.buffer);
  const items = field.count === 0 ? [value] : value as unknown[];
  const step = field.size / items.length;
  items.forEach((item, i) => {
    if (field.type === "f32") view.setFloat32(i * step, item as number, true);
    else {
      let rest = BigInt.asUintN(8 * step, BigInt(item as number));
      for (let at = i * step; at < (i + 1) * step; at++, rest >>= 8n) {
        bytes[at] = Number(rest & 255n);
      }
    }
  });
  return bytes;
}

for (const vector of eventVectors.cases) {
  Deno.test(`event vector ${vector.id}`, { permissions: "none" }, () => {
    const packed = Uint8Array.fromHex(vector.packed);
    const bytes = packed.subarray(CHECKSUM_BYTES);
    const event = decodeEvent(packed, CHECKSUM_BYTES);
    assert.notEqual(event.kind, "unknown");
    assert.equal(event.category, vector.category === "io" ? "input" : vector.category);
    assert.equal(reencode(event).toHex(), bytes.toHex());
    assert.equal(eventChecksum(packed, CHECKSUM_BYTES), vector.checksum);
    for (const listed of vector.fields as VectorField[]) {
      assert.equal(
        bytes.subarray(listed.offset, listed.offset + listed.size).toHex(),
        bytesOf(listed).toHex(),
        listed.name,
      );
      if (HEAD_FIELDS.has(listed.name)) continue;
      const covering = layoutOf(event).filter(([, field]) =>
        field.offset <= listed.offset && field.offset + field.size >= listed.offset + listed.size
      );
      assert.ok(covering.length > 0, `${listed.name} has a field in the table`);
      const exact = covering.some(([name, field]) => {
        const decoded = bytesOfDecoded(field, (event as unknown as Record<string, unknown>)[name]);
        const at = listed.offset - field.offset;
        return decoded.subarray(at, at + listed.size).toHex() === bytesOf(listed).toHex();
      });
      assert.ok(exact, `${listed.name} decodes to the listed value`);
    }
  });
}

Deno.test("event vectors: all 101, and every kind of every table", { permissions: "none" }, () => {
  assert.equal(eventVectors.cases.length, 101);
  const seen = new Set(eventVectors.cases.map((vector) => {
    const event = decodeEvent(Uint8Array.fromHex(vector.packed), CHECKSUM_BYTES);
    return `${event.category} ${event.kind}`;
  }));
  for (const [category, table] of Object.entries(TABLES)) {
    for (const kind of Object.keys(table)) assert.ok(seen.has(`${category} ${kind}`), kind);
  }
});

for (const vector of packVectors.cases) {
  Deno.test(`event packet ${vector.name}`, { permissions: "none" }, () => {
    const packed = Uint8Array.fromHex(vector.packed);
    const body = new Uint8Array(139);
    new DataView(body.buffer).setBigUint64(0, 77n, true);
    body[8] = 5;
    body.set(packed, 9);
    const packet = decodeEventPacket(body);
    assert.deepEqual(readEventPacketHead(body), { lastSeen: 77, isChecksumRight: true });
    assert.equal(packet.channel, 5);
    if (packet.event.kind === "unknown") {
      assert.equal(packet.event.categoryNumber, vector.category);
      assert.equal(packet.event.kindNumber, vector.kind);
    }
    const out = new Uint8Array(141);
    encodeEventPacket(packet.event as EventInput, { lastSeen: 77, channel: 5 }, out, 1);
    assert.equal(out.subarray(1, 140).toHex(), body.toHex());
    body[20]! ^= 0xff;
    body[138]! ^= 1;
    assert.equal(readEventPacketHead(body).isChecksumRight, false);
  });
}

for (const session of [channels, direct, directory, ephemeral, rekey]) {
  Deno.test(`packets of session ${session.name} decode and encode`, { permissions: "none" }, () => {
    for (const { plaintext } of session.packets) {
      const type = parseInt(plaintext.slice(16, 18), 16);
      const body = Uint8Array.fromHex(plaintext.slice(18));
      if (type === 1) {
        const control = decodeControl(body);
        assert.notEqual(control.command, "unknown");
        const out = new Uint8Array(128);
        encodeControl(control, out, 0, {
          lastSeen: Number(new DataView(body.buffer).getBigUint64(0, true)),
          nonce: controlNonce(body),
        });
        assert.equal(out.toHex(), body.toHex(), control.command);
      } else if (type === 2) {
        const { channel, event } = decodeEventPacket(body);
        const { lastSeen } = readEventPacketHead(body);
        const out = new Uint8Array(139);
        encodeEventPacket(event as EventInput, { lastSeen, channel }, out);
        assert.equal(out.toHex(), body.toHex(), event.kind);
      }
    }
  });
}
