/**
 * The records that handlers get: the vocabulary of Arcan's Lua API, names and fields unchanged.
 *
 * Records of what a client says are described with the events that they come from, in
 * `lib/wire/event/external.ts`; those that the listener makes by itself are described here. Types,
 * conversion, documentation and tests follow from the two tables. Source: arcan `arcan_lua.c`.
 *
 * @module
 */

import type { LineBytes } from "../bytes/line_bytes.ts";
import type { EventPacket } from "../session/event_packet.ts";
import { EXTERNAL_KINDS } from "../wire/event/external.ts";
import { compileEventLine, type EventLine } from "../wire/event_line.ts";
import { MessageJoiner } from "../wire/message_joiner.ts";
import * as lua from "../wire/record.ts";
import type { RecordContext, RecordOf, RecordTable } from "../wire/record.ts";
import { bare, either, quoted } from "../wire/record_line.ts";
import { compileRecord, type RecordMaker } from "../wire/record_maker.ts";

export type { IoTable } from "./status_io_types.ts";

const AUDIO = lua.given<number>("number", "the number of the segment's audio");
const PTS = lua.given<number>("number", "when it is to be shown, in milliseconds; 0 over A12");
const COUNT = lua.given<number>("number", "how many frames of the segment were committed so far");

/** The records that no EXTERNAL event stands for. */
export const LISTENER_RECORDS = {
  preroll: {
    kind: "preroll",
    doc:
      "a client waits to be let in; it may draw when the handler is done, and gets first what the " +
      "handler sends here",
    line: [bare("segkind")],
    fields: {
      segkind: lua.given<string>("string", "the segment kind by name"),
      source_audio: AUDIO,
    },
  },
  resized: {
    kind: "resized",
    doc: "a frame with another size, orientation or content was committed",
    line: [bare("width"), "x", bare("height"), either("tpack", [" text"])],
    fields: {
      source_audio: AUDIO,
      width: lua.given<number>("number", "width in pixels"),
      height: lua.given<number>("number", "height in pixels"),
      mirrored: lua.given<boolean>("boolean", "the older name of `origo_ll`"),
      origo_ll: lua.given<boolean>("boolean", "the rows come bottom up"),
      tpack: lua.given<boolean>("boolean", "the content is a grid of text"),
    },
  },
  frame: {
    kind: "frame",
    doc: "a frame was committed; only after `targetVerbose`",
    fields: {
      source_audio: AUDIO,
      pts: PTS,
      number: COUNT,
      x: lua.given<number>("number", "left edge of the changed region in pixels; 0 for text"),
      y: lua.given<number>("number", "upper edge of the changed region in pixels; 0 for text"),
      width: lua.given<number>("number", "width of the changed region in pixels"),
      height: lua.given<number>("number", "height of the changed region in pixels"),
      x1: lua.sometimes<number>("number", "the same as `x`; absent for text"),
      y1: lua.sometimes<number>("number", "the same as `y`; absent for text"),
      x2: lua.sometimes<number>("number", "the column behind the changed region; absent for text"),
      y2: lua.sometimes<number>("number", "the row behind the changed region; absent for text"),
      rows: lua.sometimes<number>("number", "rows of the grid of text; absent for pixels"),
      cols: lua.sometimes<number>("number", "columns of the grid of text; absent for pixels"),
    },
  },
  dropped_frame: {
    kind: "dropped_frame",
    doc:
      "a frame was left out, as it could not be decoded; only after `targetVerbose`. What later " +
      "frames leave alone stays as it was. The protocol cannot ask for a whole picture: " +
      "`targetDisplayhint` with another size and back makes a client send one",
    fields: { source_audio: AUDIO, pts: PTS, number: COUNT },
  },
  input: {
    kind: "input",
    doc: "the client sent input; the handler's third argument is the table",
    fields: {
      source_audio: AUDIO,
      tgtid: lua.given<number>("number", "the token of the segment that is meant, 0 for none"),
    },
  },
  unknown: {
    kind: "unknown",
    doc: "an event that has no name here",
    fields: {
      frame: lua.given<number>("number", "how many frames the client had signalled before"),
      kind_num: lua.given<number>("number", "its number"),
    },
  },
  terminated: {
    kind: "terminated",
    doc: "the segment has ended; always the last record, and the only one of its kind",
    line: [either("last_words", [quoted("last_words")])],
    fields: {
      last_words: lua.given<string>("string, at most 31 bytes", "why; empty unless the peer said"),
    },
  },
} as const satisfies Readonly<Record<string, RecordTable>>;

/** All tables of records. */
export type RecordTables =
  | typeof LISTENER_RECORDS[keyof typeof LISTENER_RECORDS]
  | Extract<typeof EXTERNAL_KINDS[keyof typeof EXTERNAL_KINDS], { record: unknown }>["record"];

/** The record that a table describes. */
export type RecordFrom<T> = T extends { readonly kind: infer Kind; readonly fields: infer Fields }
  ? { readonly kind: Kind } & RecordOf<Fields>
  : never;

/** Everything that happens to a segment; `kind` tells which record it is. */
export type Status = RecordFrom<RecordTables>;

/** The name of a kind of record. */
export type StatusKind = Status["kind"];

/** The record of one kind. */
export type StatusOf<K extends StatusKind> = Extract<Status, { readonly kind: K }>;

/** The tables of all records, in the order in which they are documented. */
export const RECORDS: readonly RecordTable[] = [
  ...Object.values(LISTENER_RECORDS),
  ...Object.values(EXTERNAL_KINDS).flatMap((kind) => "record" in kind ? [kind.record] : []),
];

/** What the records of one segment need beyond their events. */
export class StatusContext implements RecordContext {
  /** The number by which handlers know the segment. */
  readonly segment: number;
  readonly messages: MessageJoiner = new MessageJoiner();
  readonly alerts: MessageJoiner = new MessageJoiner();

  constructor(segment: number) {
    this.segment = segment;
  }
}

const MAKERS: ReadonlyMap<string, RecordMaker<Status>> = new Map(
  Object.entries(EXTERNAL_KINDS).flatMap(([name, kind]) =>
    "record" in kind ? [[name, compileRecord<Status>(kind.layout, kind.record)] as const] : []
  ),
);

/** Made when the first event is printed. */
let eventLines: ReadonlyMap<string, EventLine> | undefined;

function makeEventLines(): ReadonlyMap<string, EventLine> {
  const lines = new Map<string, EventLine>();
  for (const [name, kind] of Object.entries(EXTERNAL_KINDS)) {
    const line = "record" in kind ? compileEventLine(kind.layout, kind.record) : undefined;
    if (line !== undefined) lines.set(name, line);
  }
  return lines;
}

/** Whether more comes of an event of a kind than its record. */
export function doesMore(kind: EventPacket["kind"]): boolean {
  switch (kind) {
    case "register":
    case "segreq":
    case "inputmask":
    case "streamstatus":
      return true;
  }
  // Input has a table of its own.
  return kind === undefined;
}

/**
 * Makes the record of an event.
 *
 * Rules that need the segment's history are the caller's: the kind of a segment is fixed by its first
 * `register`, and a subsegment's request must be answered.
 *
 * @param context The segment that it came for; its joiners take part of messages.
 * @returns The record, or `undefined` for events that handlers do not get.
 */
export function statusFromEvent(event: EventPacket, context: RecordContext): Status | undefined {
  const { kind, view, base } = event;
  if (kind !== undefined && kind !== "unknown") return MAKERS.get(kind)?.(view, base, context);
  const decoded = event.decode();
  if (decoded.kind !== "unknown") {
    if (decoded.category !== "input") return undefined;
    return { kind: "input", source_audio: context.segment, tgtid: decoded.dst };
  }
  if (decoded.category !== "external") return undefined;
  return { kind: "unknown", frame: Number(decoded.frameId), kind_num: decoded.kindNumber };
}

/**
 * Appends the line of the record of an event, as `describe` makes it of the record.
 *
 * @param context See {@linkcode statusFromEvent}.
 * @returns `false` when only the record gives the line; a part of it may have been appended all the same.
 */
export function appendEventLine(
  line: LineBytes,
  { kind, view, base }: EventPacket,
  context: RecordContext,
): boolean {
  eventLines ??= makeEventLines();
  return eventLines.get(kind!)?.(line, view, base, context) ?? false;
}

/** @param event Of the kind `segreq`. */
export function segmentRequestStatus(
  event: EventPacket,
  context: RecordContext,
): StatusOf<"segment_request"> {
  return statusFromEvent(event, context) as StatusOf<"segment_request">;
}
