import assert from "node:assert/strict";
import { StatusContext, statusFromEvent } from "../../../lib/segment/status.ts";
import type { Status } from "../../../lib/segment/status.ts";
import { EventPacket } from "../../../lib/session/event_packet.ts";
import { eventBody } from "../../support/event_packets.ts";

/** Values at offsets of an otherwise zero event; a string is text, an array is bytes. */
export type Content = readonly (readonly [
  offset: number,
  type: "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "f32" | "bytes",
  value: number | bigint | string | readonly number[],
])[];

/** An EXTERNAL event made by hand, so that no table of the library is trusted. */
export function external(kind: number, content: Content = []): Uint8Array {
  const bytes = new Uint8Array(128);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind, true);
  view.setBigUint64(104, FRAME, true);
  view.setUint8(120, 64);
  for (const [offset, type, value] of content) {
    if (typeof value === "string") bytes.set(new TextEncoder().encode(value), offset);
    else if (typeof value === "bigint") view.setBigUint64(offset, value, true);
    else if (typeof value !== "number") bytes.set(value, offset);
    else if (type === "f32") view.setFloat32(offset, value, true);
    else if (type === "u8" || type === "i8") view.setInt8(offset, value);
    else if (type === "u16" || type === "i16") view.setInt16(offset, value, true);
    else view.setInt32(offset, value, true);
  }
  return bytes;
}

const FRAME = 7n;
/** The `frame` of every record made of {@linkcode external}. */
export const frame = 7;

/** The record of an event. */
export function status(bytes: Uint8Array, context = new StatusContext(3)): Status | undefined {
  return statusFromEvent(new EventPacket(eventBody(bytes)), context);
}

/** An event and the record that it must make. */
export type StatusCase = readonly [name: string, bytes: Uint8Array, expected: Status | undefined];

/** Registers a test for each case. */
export function testCases(cases: readonly StatusCase[]): void {
  for (const [name, bytes, expected] of cases) {
    Deno.test(`status: ${name}`, { permissions: "none" }, () => {
      const result = status(bytes);
      assert.deepEqual(result, expected);
      if (result !== undefined) assert.deepEqual(JSON.parse(JSON.stringify(result)), expected);
    });
  }
}
