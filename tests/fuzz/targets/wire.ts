import assert from "node:assert/strict";
import { StatusContext, statusFromEvent } from "../../../lib/segment/status.ts";
import { eventToIo } from "../../../lib/segment/status_io.ts";
import { EventPacket } from "../../../lib/session/event_packet.ts";
import { HEAD_BYTES } from "../../../lib/transport/packet.ts";
import {
  CONTROL_BODY_BYTES,
  EVENT_BODY_BYTES,
  EVENT_BYTES,
  PACKET_TYPE,
} from "../../../lib/wire/constants.ts";
import type { Control } from "../../../lib/wire/control.ts";
import { decodeControl, encodeControl } from "../../../lib/wire/control.ts";
import { decodeEvent, encodeEvent } from "../../../lib/wire/event/event.ts";
import type { EventInput, WireEvent } from "../../../lib/wire/event/types.ts";
import { eventBody } from "../../support/event_packets.ts";
import { hex, SESSIONS } from "../../support/vectors.ts";
import eventVectors from "../../vectors/events/events.json" with { type: "json" };
import type { Target } from "../target.ts";

const CHECKSUM_BYTES = 2;
const EVENT_AT = EVENT_BODY_BYTES - EVENT_BYTES;

/** Control bodies: all must decode, and encode to the same bytes each time. */
export const controlBodies: Target = {
  name: "control bodies",
  corpus: bodies(PACKET_TYPE.control),
  run: (input) => {
    const body = resize(input, CONTROL_BODY_BYTES);
    const control = decodeControl(body);
    if (!isBroken(control)) checkStable(control, writeControl, decodeControl);
  },
};

/** Events: all must decode, encode to the same bytes each time, and make a record or none. */
export const events: Target = {
  name: "events",
  corpus: [
    ...bodies(PACKET_TYPE.event).map((body) => body.subarray(EVENT_AT)),
    ...eventVectors.cases.map(({ packed }) => hex(packed).subarray(CHECKSUM_BYTES)),
  ],
  run: (input) => {
    const bytes = resize(input, EVENT_BYTES);
    const event = decodeEvent(bytes);
    if (!isBroken(event)) checkStable(event, writeEvent, decodeEvent);
    const status = statusFromEvent(new EventPacket(eventBody(bytes)), new StatusContext(1));
    // Records must be serialisable.
    if (status !== undefined) assert.equal(typeof JSON.stringify(status), "string");
    if (event.category === "input" && event.kind !== "unknown") JSON.stringify(eventToIo(event));
  },
};

/** The bodies of all recorded packets of a type. */
function bodies(type: number): Uint8Array[] {
  return Object.values(SESSIONS).flatMap(({ packets }) =>
    packets.map(({ plaintext }) => hex(plaintext))
      .filter((plain) => plain[HEAD_BYTES - 1] === type)
      .map((plain) => plain.subarray(HEAD_BYTES))
  );
}

/** Encodes a decoded value, decodes it again, and compares the second encoding with the first. */
function checkStable<T>(
  value: T,
  write: (value: T) => Uint8Array,
  read: (bytes: Uint8Array) => T,
): void {
  const once = write(value);
  assert.deepEqual(write(read(once)), once);
}

function writeControl(control: Control): Uint8Array {
  const body = new Uint8Array(CONTROL_BODY_BYTES);
  encodeControl(control, body, 0, { lastSeen: 0 });
  return body;
}

function writeEvent(event: WireEvent): Uint8Array {
  const bytes = new Uint8Array(EVENT_BYTES);
  encodeEvent(event as EventInput, bytes);
  return bytes;
}

/** Whether a text was invalid UTF-8; its replacement characters are longer than the bytes they replace. */
function isBroken(value: object): boolean {
  return Object.values(value).some((field) =>
    typeof field === "string" && field.includes("\ufffd")
  );
}

/** Cuts bytes off, or appends zeros. */
export function resize(bytes: Uint8Array, length: number): Uint8Array {
  const sized = new Uint8Array(length);
  sized.set(bytes.subarray(0, length));
  return sized;
}
