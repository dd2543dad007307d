/** What clients send in the cases. */

import { compress } from "../../lib/decoders/compress.ts";
import { CONTROL_BODY_BYTES, EVENT_BYTES, EVENT_CATEGORY } from "../../lib/wire/constants.ts";
import type { KnownControlInput } from "../../lib/wire/control.ts";
import { CONTROL_COMMANDS } from "../../lib/wire/control_tables.ts";
import type { EventInput, ExternalEventInput } from "../../lib/wire/event/types.ts";
import type { RawPeer } from "../support/raw_peer.ts";
import { frameHeader } from "../unit/decoders/frames.ts";

/** Points of low order, as they are on the wire. */
export const LOW_ORDER = {
  "of zero": new Uint8Array(32),
  "of one": Uint8Array.of(1, ...new Uint8Array(31)),
  "of order 8": Uint8Array.fromHex(
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  ),
  "of minus one": Uint8Array.of(0xec, ...new Uint8Array(30).fill(0xff), 0x7f),
  "of zero, with the unused bit": Uint8Array.of(...new Uint8Array(31), 0x80),
} as const;

/** Changes one bit. */
export function flip(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const changed = bytes.slice();
  changed[at]! ^= 1;
  return changed;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An EXTERNAL event. */
export function external<K extends ExternalEventInput["kind"]>(
  kind: K,
  fields: object = {},
): EventInput {
  return { category: "external", kind, ...fields } as EventInput;
}

/** An event of any category and kind number, with bytes at an offset. */
export function strange(
  category: number,
  kind: number,
  bytes: Uint8Array = new Uint8Array(0),
  at = 16,
): EventInput {
  const raw = new Uint8Array(EVENT_BYTES);
  new DataView(raw.buffer).setUint32(0, kind, true);
  raw.set(bytes, at);
  raw[120] = category;
  return { category: "other", kind: "unknown", raw };
}

/** An EXTERNAL event with raw bytes at an offset. */
export function rawExternal(kind: number, bytes: Uint8Array, at = 16): EventInput {
  return strange(EVENT_CATEGORY.external, kind, bytes, at);
}

/** The body of a control packet with any number and fields. */
export function controlBody(
  command: number,
  bytes: Uint8Array = new Uint8Array(0),
  at = 18,
): Uint8Array {
  const body = new Uint8Array(CONTROL_BODY_BYTES);
  body.set(bytes, at);
  body[17] = command;
  return body;
}

/** A command with all its fields zero, unless they are given. */
export function zeroed(command: keyof typeof CONTROL_COMMANDS, fields: object = {}) {
  const { layout } = CONTROL_COMMANDS[command];
  const zeros = Object.fromEntries(
    Object.entries(layout).map(([name, { type, size }]) => [name, zeroOf(type, size)]),
  );
  return { command, ...zeros, ...fields } as KnownControlInput;
}

function zeroOf(type: string, size: number): unknown {
  switch (type) {
    case "bytes":
      return new Uint8Array(size);
    case "string":
      return "";
    case "u64":
      return 0n;
    case "bool8":
      return false;
    default:
      return 0;
  }
}

type FrameFields = Parameters<typeof frameHeader>[0] & { readonly channel?: number };

/** Queues a frame: its header, and its payload in packets of a size. */
export function frame(
  peer: RawPeer,
  payload: Uint8Array,
  fields: FrameFields = {},
  chunkBytes = 65_535,
): void {
  announce(peer, { length: payload.length, ...fields });
  for (let at = 0; at < payload.length; at += chunkBytes) {
    peer.data("video", payload.subarray(at, at + chunkBytes), fields.channel, 0xbacabaca);
  }
}

/** Queues the header of a frame. */
export function announce(peer: RawPeer, fields: FrameFields): void {
  peer.control({ command: "videoframe", channel: 0, ...frameHeader(fields) });
}

/** Queues a frame of a compressed format. */
export function compressed(
  peer: RawPeer,
  content: Uint8Array,
  fields: FrameFields = {},
): void {
  frame(peer, compress(content), { format: 9, expandedLength: content.length, ...fields });
}

/** A TPACK buffer: a full frame with one line a row. */
export function tpack(
  lines: readonly string[],
  { delta = false, offset = 0, background = 0x102030 } = {},
): Uint8Array<ArrayBuffer> {
  const cells = lines.reduce((sum, line) => sum + line.length, 0);
  const size = 16 + 9 * lines.length + 12 * cells;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, size, true);
  view.setUint16(4, lines.length, true);
  view.setUint16(6, cells, true);
  view.setUint16(9, delta ? 2 : 1, true);
  view.setUint32(11, background, true);
  let at = 16;
  lines.forEach((line, row) => {
    view.setUint16(at, row, true);
    view.setUint16(at + 2, line.length, true);
    view.setUint16(at + 4, offset, true);
    at += 9;
    for (const letter of line) {
      bytes.fill(0xc0, at, at + 3);
      view.setUint32(at + 8, letter.codePointAt(0)!, true);
      at += 12;
    }
  });
  return bytes;
}

/** Pixels that all differ. */
export function pixels(count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: count }, (_, i) => (i * 7 + 3) & 255);
}
