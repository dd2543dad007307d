/**
 * The event codec: 128-byte events and the 139-byte bodies of packet type 2 that carry them.
 *
 * @module
 */

import { viewOfBuffer, writeUint64 } from "../../bytes/view.ts";
import { ApiMisuseError } from "../../errors.ts";
import { EVENT_BYTES, EVENT_CATEGORY } from "../constants.ts";
import type { Encodable, Layout } from "../fields.ts";
import { Codec } from "../layout.ts";
import { eventChecksum } from "./checksum.ts";
import { EXTERNAL_KINDS } from "./external.ts";
import { DATATYPE, INPUT_KINDS } from "./input.ts";
import { TARGET_KINDS } from "./target.ts";
import type { EventCategory, EventInput, KindTable, UnknownEvent, WireEvent } from "./types.ts";

const KIND_AT = 0;
const DATATYPE_AT = 8;
const FRAME_ID_AT = 104;
const CATEGORY_AT = 120;
const LAST_SEEN_AT = 0;
const CHANNEL_AT = 8;
const CHECKSUM_AT = 9;
/** Where the event starts in a packet body: behind last-seen u64, channel u8 and checksum u16. */
const EVENT_AT = 11;

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
const TRANSLATED = CATEGORIES.input.byName.get("translated")!.codec;
const DIGITAL = CATEGORIES.input.byName.get("digital")!.codec;
const BUTTON = INPUT_KINDS.digital.number;

/** What an event packet carries. */
export interface EventPacket {
  /** The sequence number of the last packet that the sender received; the reference gets it wrong. */
  readonly lastSeen: bigint;
  /** The channel, 0 to 255. */
  readonly channel: number;
  /** Whether the checksum matched; the reference delivers the event in any case. */
  readonly checksumOk: boolean;
  /** The event. */
  readonly event: WireEvent;
}

/**
 * Reads a packed event.
 *
 * @param bytes Holds 128 bytes from `at`; may be reused afterwards, the result holds copies.
 * @param at Where the event starts, in bytes.
 * @returns The event; every content decodes to something.
 * @throws {ApiMisuseError} `bad-argument` when fewer than 128 bytes are there.
 */
export function decodeEvent(bytes: Uint8Array, at = 0): WireEvent {
  if (at < 0 || at + EVENT_BYTES > bytes.length) {
    throw new ApiMisuseError(
      "bad-argument",
      `an event needs ${EVENT_BYTES} bytes, has ${bytes.length - at}`,
    );
  }
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
 * Writes a packed event.
 *
 * @param event The event; fields left out are zero or the default of the kind's table.
 * @param out Where to write; every one of the 128 bytes is set.
 * @param at Where the event starts, in bytes.
 * @throws {ApiMisuseError} `bad-argument` when a value does not fit its field or the event does not fit `out`.
 */
export function encodeEvent(event: EventInput, out: Uint8Array, at = 0): void {
  if (at < 0 || at + EVENT_BYTES > out.length) {
    throw new ApiMisuseError(
      "bad-argument",
      `an event needs ${EVENT_BYTES} bytes, has ${out.length - at}`,
    );
  }
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
 * Reads the body of an event packet.
 *
 * @param body At least 139 bytes; may be reused afterwards, the result holds copies.
 * @throws {ApiMisuseError} `bad-argument` when the body is shorter.
 */
export function decodeEventPacket(body: Uint8Array): EventPacket {
  const { channel, event } = decodeChannelEvent(body);
  const view = viewOfBuffer(body);
  return {
    lastSeen: view.getBigUint64(body.byteOffset + LAST_SEEN_AT, true),
    channel,
    event,
    checksumOk:
      view.getUint16(body.byteOffset + CHECKSUM_AT, true) === eventChecksum(body, EVENT_AT),
  };
}

/**
 * Reads of an event packet what a receiver acts on: neither last-seen nor the checksum.
 *
 * @param body Holds 139 bytes from `at`; may be reused afterwards, the result holds copies.
 * @param at Where the body starts, in bytes.
 * @throws {ApiMisuseError} `bad-argument` when the body is shorter.
 */
export function decodeChannelEvent(
  body: Uint8Array,
  at = 0,
): Pick<EventPacket, "channel" | "event"> {
  return { channel: body[at + CHANNEL_AT]!, event: decodeEvent(body, at + EVENT_AT) };
}

/**
 * Writes the body of an event packet with its checksum.
 *
 * @param event The event.
 * @param head The sequence number of the last packet received, and the channel.
 * @param out Where to write; every one of the 139 bytes is set.
 * @param at Where the body starts, in bytes.
 * @throws {ApiMisuseError} `bad-argument` when a value does not fit its field or the body does not fit `out`.
 */
export function encodeEventPacket(
  event: EventInput,
  head: { readonly lastSeen: bigint | number; readonly channel: number },
  out: Uint8Array,
  at = 0,
): void {
  if (!Number.isInteger(head.channel) || head.channel < 0 || head.channel > 0xff) {
    throw new ApiMisuseError(
      "bad-argument",
      `channel is ${head.channel}, must be an integer from 0 to 255`,
    );
  }
  encodeEvent(event, out, at + EVENT_AT);
  const view = viewOfBuffer(out);
  const base = out.byteOffset + at;
  writeUint64(view, base + LAST_SEEN_AT, head.lastSeen);
  view.setUint8(base + CHANNEL_AT, head.channel);
  view.setUint16(base + CHECKSUM_AT, eventChecksum(out, at + EVENT_AT), true);
}
