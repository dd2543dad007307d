/**
 * How the tables describe an EXTERNAL event: its number, its fields in the 128 bytes, and its record.
 *
 * @module
 */

import type { Decoded, Field, Layout } from "../../fields.ts";
import { i64, text, u64, u8 } from "../../fields.ts";
import type { CompilableRecord, RecordField, RecordFields } from "../../record.ts";
import * as lua from "../../record.ts";
import { type LinePart, quoted } from "../../record_line.ts";
import { PRINTABLE } from "../../record_text.ts";

/**
 * The fields of all EXTERNAL events: the sender within the engine, and the number of frames that the client
 * had signalled when it queued the event.
 */
const COMMON: {
  readonly source: Field<bigint, bigint | number>;
  readonly frameId: Field<bigint, bigint | number>;
} = {
  source: i64(8),
  frameId: u64(104),
};

type Common = typeof COMMON;

/** The fields of an event that is a text; `multipart` is not 0 in all parts but the last. */
export const TEXT = { message: text(16, 78), multipart: u8(94) } as const;

const FRAME: RecordField<number, unknown> = lua.given(
  "number",
  "how many frames the client had signalled before",
);

const PART = {
  message: {
    ...lua.string("message", "this part of the text"),
    plain: { limitBytes: TEXT.message.size, bytes: PRINTABLE },
  },
  multipart: lua.flag("multipart", "more parts follow"),
};

/** An event that handlers get as a record. */
interface Recorded<Kind extends string, L, Fields> {
  readonly number: number;
  readonly layout: Common & L;
  readonly record: Omit<CompilableRecord, "kind" | "fields"> & {
    readonly kind: Kind;
    readonly fields: { readonly frame: typeof FRAME } & Fields;
  };
}

/** Describes an event that handlers get as a record; `when` selects the events that have one. */
export function recorded<
  const L extends Layout,
  const Kind extends string,
  const Fields extends RecordFields<Decoded<Common & L>>,
>(
  number: number,
  layout: L,
  record: {
    readonly kind: Kind;
    readonly doc: string;
    readonly line?: readonly LinePart[];
    readonly when?: (event: Decoded<Common & L>) => boolean;
    readonly fields: Fields;
  },
): Recorded<Kind, L, Fields> {
  const fields = { frame: FRAME, ...record.fields };
  return { number, layout: { ...COMMON, ...layout }, record: { ...record, fields } };
}

/**
 * Describes a text that arrives in parts, which may begin or end inside a code point.
 *
 * @param joiner The texts of the segment that it continues.
 */
export function textInParts<const Kind extends string>(
  number: number,
  kind: Kind,
  joiner: "messages" | "alerts",
  doc: string,
): Recorded<Kind, typeof TEXT, typeof PART> {
  const line = [quoted("message")];
  const record = { kind, doc, line, joiner, fields: { frame: FRAME, ...PART } };
  return { number, layout: { ...COMMON, ...TEXT }, record };
}

/** Describes an event that handlers do not get. */
export function consumed<const L extends Layout>(
  number: number,
  layout: L,
): { readonly number: number; readonly layout: Common & L } {
  return { number, layout: { ...COMMON, ...layout } };
}
