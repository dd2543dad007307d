/**
 * Reads and writes 128-byte events and the 139-byte bodies of packet type 2 that carry them.
 *
 * @module
 */

import { viewOfBuffer, writeUint64 } from "../../bytes/view.ts";
import { ApiMisuseError } from "../../errors.ts";
import {
  EVENT_BODY_BYTES,
  EVENT_BYTES,
  EVENT_CATEGORY,
  VERSION_MAJOR,
  VERSION_MINOR,
} from "../constants.ts";
import type { Encodable, Layout } from "../fields.ts";
import { Codec, requireInteger, requireSpace } from "../layout.ts";
import { EXTERNAL_KINDS } from "./external.ts";
import { DATATYPE, INPUT_KINDS } from "./input.ts";
import { TARGET_KINDS } from "./target.ts";
import type { EventCategory, EventInput, KindTable, UnknownEvent, WireEvent } from "./types.ts";

// Offsets in an event.
const KIND_AT = 0;
const DATATYPE_AT = 8;
const FRAME_ID_AT = 104;
const CATEGORY_AT = 120;

// Offsets in the body of an event packet.
const LAST_SEEN_AT = 0;
const CHANNEL_AT = 8;
const CHECKSUM_AT = 9;
/** Where the event is in the body of its packet. */
export const EVENT_AT: number = EVENT_BODY_BYTES - EVENT_BYTES;

/** The name of an EXTERNAL kind with a table. */
export type ExternalKind = keyof typeof EXTERNAL_KINDS;

type AnyCodec = Codec<Layout, object>;

interface CompiledKind {
  readonly number: number;
  readonly codec: AnyCodec;
  readonly defaults: Readonly<Record<string, unknown>> | undefined;
}

interface CompiledCategory {
  readonly number: number;
  readonly byName: ReadonlyMap<string, CompiledKind>;
  readonly byNumber: readonly (AnyCodec | undefined)[];
}

function compile(category: EventCategory, table: KindTable): CompiledCategory {
  const byName = new Map<string, CompiledKind>();
  const byNumber: (AnyCodec | undefined)[] = [];
  for (const [kind, { number, layout, defaults }] of Object.entries(table)) {
    const codec: AnyCodec = new Codec<Layout, object>(layout, { category, kind });
    byName.set(kind, { number, codec, defaults });
    byNumber[number] = codec;
  }
  return { number: EVENT_CATEGORY[category], byName, byNumber };
}

const CATEGORIES: Readonly<Record<EventCategory, CompiledCategory>> = {
  target: compile("target", TARGET_KINDS),
  external: compile("external", EXTERNAL_KINDS),
  input: compile("input", INPUT_KINDS),
};
const EXTERNAL_NAMES: readonly (ExternalKind | undefined)[] = namesByNumber();
const TRANSLATED = CATEGORIES.input.byName.get("translated")!.codec;
const DIGITAL = CATEGORIES.input.byName.get("digital")!.codec;
const BUTTON = INPUT_KINDS.digital.number;

function namesByNumber(): (ExternalKind | undefined)[] {
  const names: (ExternalKind | undefined)[] = [];
  for (const [name, { number }] of Object.entries(EXTERNAL_KINDS)) {
    names[number] = name as ExternalKind;
  }
  return names;
}

/**
 * The kind of the EXTERNAL event at `at`.
 *
 * @returns `unknown` for a kind without a table; `undefined` for events of other categories.
 */
export function externalKind(view: DataView, at: number): ExternalKind | "unknown" | undefined {
  if (view.getUint8(at + CATEGORY_AT) !== EVENT_CATEGORY.external) return undefined;
  return EXTERNAL_NAMES[view.getUint32(at + KIND_AT, true)] ?? "unknown";
}

/**
 * Reads an event; every content decodes to something. The result shares no memory with `bytes`.
 *
 * @throws {ApiMisuseError} `bad-argument` unless 128 bytes follow `at`.
 */
export function decodeEvent(bytes: Uint8Array, at = 0): WireEvent {
  requireSpace("an event", EVENT_BYTES, bytes, at);
  return decode(viewOfBuffer(bytes), bytes.byteOffset + at);
}

function decode(view: DataView, at: number): WireEvent {
  const categoryNumber = view.getUint8(at + CATEGORY_AT);
  const kindNumber = view.getUint32(at + KIND_AT, true);
  const category = categoryName(categoryNumber);
  const codec = category === "other" ? undefined : codecOf(category, kindNumber, view, at);
  if (codec !== undefined) return codec.decode(view, at) as WireEvent;
  const unknown: UnknownEvent = {
    category,
    kind: "unknown",
    categoryNumber,
    kindNumber,
    frameId: view.getBigUint64(at + FRAME_ID_AT, true),
    raw: new Uint8Array(view.buffer, at, EVENT_BYTES).slice(),
  };
  return unknown;
}

function categoryName(number: number): EventCategory | "other" {
  switch (number) {
    case EVENT_CATEGORY.external:
      return "external";
    case EVENT_CATEGORY.input:
      return "input";
    case EVENT_CATEGORY.target:
      return "target";
    default:
      return "other";
  }
}

function codecOf(
  category: EventCategory,
  kindNumber: number,
  view: DataView,
  at: number,
): AnyCodec | undefined {
  if (category === "input" && kindNumber === BUTTON) {
    const datatype = view.getUint32(at + DATATYPE_AT, true);
    return datatype === DATATYPE.translated ? TRANSLATED : DIGITAL;
  }
  return CATEGORIES[category].byNumber[kindNumber];
}

/**
 * Writes all 128 bytes of an event.
 *
 * @param event Fields that are absent become zero, or the default of the kind's table.
 * @throws {ApiMisuseError} `bad-argument` when a value does not fit its field or the event `out`.
 */
export function encodeEvent(event: EventInput, out: Uint8Array, at = 0): void {
  requireSpace("an event", EVENT_BYTES, out, at);
  out.fill(0, at, at + EVENT_BYTES);
  if (event.kind === "unknown") {
    if (event.raw.length !== EVENT_BYTES) {
      throw new ApiMisuseError(
        "bad-argument",
        `raw has ${event.raw.length} bytes, must have ${EVENT_BYTES}`,
      );
    }
    out.set(event.raw, at);
    return;
  }
  const view = viewOfBuffer(out);
  const base = out.byteOffset + at;
  const category = CATEGORIES[event.category];
  const { number, codec, defaults } = category.byName.get(event.kind)!;
  view.setUint8(base + CATEGORY_AT, category.number);
  view.setUint32(base + KIND_AT, number, true);
  if (defaults !== undefined) codec.encode(defaults as Encodable<Layout>, view, base);
  codec.encode(event as unknown as Encodable<Layout>, view, base);
}

/**
 * Reads the channel and the event of a packet. Receivers ignore last-seen, which the reference gets wrong,
 * and the checksum: it depends on the version of the peer, and the MAC vouches for the bytes.
 *
 * @param body At least 139 bytes from `at` on.
 * @throws {ApiMisuseError} `bad-argument` when it is shorter.
 */
export function decodeEventPacket(
  body: Uint8Array,
  at = 0,
): { readonly channel: number; readonly event: WireEvent } {
  return { channel: channelOfPacket(body, at), event: decodeEvent(body, at + EVENT_AT) };
}

/** @param body The body of an event packet from `at` on. */
export function channelOfPacket(body: Uint8Array, at: number): number {
  return body[at + CHANNEL_AT]!;
}

/**
 * Writes all 139 bytes of an event packet's body.
 *
 * @param head The sequence number of the last packet received, and the channel.
 * @throws {ApiMisuseError} `bad-argument` when a value does not fit its field or the body `out`.
 */
export function encodeEventPacket(
  event: EventInput,
  head: { readonly lastSeen: number; readonly channel: number },
  out: Uint8Array,
  at = 0,
): void {
  requireInteger("channel", head.channel, 0, 0xff);
  encodeEvent(event, out, at + EVENT_AT);
  const view = viewOfBuffer(out);
  const base = out.byteOffset + at;
  writeUint64(view, base + LAST_SEEN_AT, head.lastSeen);
  view.setUint8(base + CHANNEL_AT, head.channel);
  view.setUint16(base + CHECKSUM_AT, eventChecksum(out, at + EVENT_AT), true);
}

/**
 * The checksum that the reference computes over a packed event; it loses the carry that it means to
 * rotate in.
 *
 * @returns 16 bits.
 */
export function eventChecksum(bytes: Uint8Array, at: number): number {
  // The sum stays below 511, so it needs no mask.
  let sum = 0;
  for (let i = at; i < at + EVENT_BYTES; i++) sum = (sum >> 1) + bytes[i]!;
  return sum ^ ((VERSION_MAJOR << 2) | VERSION_MINOR);
}
