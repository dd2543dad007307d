/**
 * Descriptors of record fields: what the tables of records are written in.
 *
 * A record tells a handler what happened. The table of a kind lists its fields by their names in Lua, and
 * for each the source of its value, its type and its meaning. The type of the record, the function that
 * builds it and its documentation all follow from the table.
 *
 * @module
 */

import type { Quad } from "./fields.ts";
import type { MessageJoiner } from "./message_joiner.ts";
import type { LinePart } from "./record_line.ts";
import { type ByteSet, filteredText, PRINTABLE, wholeText } from "./record_text.ts";

/** What a record needs beyond its event. */
export interface RecordContext {
  /** The segment's id in handlers. */
  readonly segment: number;
  readonly messages: MessageJoiner;
  readonly alerts: MessageJoiner;
}

/** Text whose bytes stay as they are. */
interface PlainText {
  /** The most bytes; the rest of the field is dropped. */
  readonly limitBytes: number;
  /** The text stays as it is if it has no other bytes. */
  readonly bytes: ByteSet;
}

/** One field of a record. */
export interface RecordField<Value = unknown, Event = never> {
  /** The type as the documentation shows it. */
  readonly type: string;
  /** Its meaning, with unit and range. */
  readonly doc: string;
  /** The field of the event that it comes from. */
  readonly from?: string;
  /** Converts the value of `from`, which is copied when this is absent. */
  readonly convert?: (held: never) => Value;
  /** Reads the value of `from` from the bytes of a text that begins at `at`. */
  readonly read?: (view: DataView, at: number) => Value;
  /** When the value is the bytes of `from` as they are. */
  readonly plain?: PlainText;
  /** Computes the value from the whole event. */
  readonly make?: (event: Event, context: RecordContext) => Value | undefined;
  /** Whether the field is absent when `make` returns `undefined`. */
  readonly isOptional?: boolean;
  /** Never present: it carries the value's type and the fields that the event must have. */
  readonly types?: (event: Event) => Value;
}

/** The fields of a record, by their names in Lua. */
export type RecordFields<Event> = Readonly<Record<string, RecordField<unknown, Event>>>;

/** The table of one kind of record. */
export interface RecordTable<Fields = RecordFields<never>> {
  /** The kind, as handlers get it. */
  readonly kind: string;
  /** Its meaning. */
  readonly doc: string;
  /** Its line behind the kind; the fields by their names when absent. */
  readonly line?: readonly LinePart[];
  /** Its fields in order, without `kind`. */
  readonly fields: Fields;
}

/** The names of the optional fields. */
export type OptionalName<F> = {
  [K in keyof F]: F[K] extends { readonly isOptional: true } ? K : never;
}[keyof F];

/** The type of a field's value. */
export type ValueOf<F> = F extends { readonly types?: (event: never) => infer Value } ? Value
  : never;

/** The type of a record, without `kind`. */
export type RecordOf<F> =
  & { readonly [K in Exclude<keyof F, OptionalName<F>>]: ValueOf<F[K]> }
  & { readonly [K in OptionalName<F>]?: ValueOf<F[K]> };

type Holds<K extends string, T> = { readonly [Name in K]: T };

/** A field whose value other code computes. */
export function given<Value>(type: string, doc: string): RecordField<Value, unknown> {
  return { type, doc };
}

/** An optional field whose value other code computes. */
export function sometimes<Value>(
  type: string,
  doc: string,
): RecordField<Value, unknown> & { readonly isOptional: true } {
  return { type, doc, isOptional: true };
}

/** Text that needs no check. */
export function string<K extends string>(
  from: K,
  doc: string,
): RecordField<string, Holds<K, string>> {
  return { type: "string", doc, from };
}

export function number<K extends string>(
  from: K,
  doc: string,
): RecordField<number, Holds<K, number>> {
  return { type: "number", doc, from };
}

/** Four numbers. */
export function quad<K extends string>(from: K, doc: string): RecordField<Quad, Holds<K, Quad>> {
  return { type: "[number, number, number, number]", doc, from };
}

/** A float; NaN and infinities, which JSON lacks, become 0. */
export function float<K extends string>(
  from: K,
  doc: string,
): RecordField<number, Holds<K, number>> {
  return { type: "number", doc, from, convert: (held: number) => Number.isFinite(held) ? held : 0 };
}

export function flag<K extends string>(
  from: K,
  doc: string,
): RecordField<boolean, Holds<K, boolean>> {
  return { type: "boolean", doc, from };
}

/** Whether the bit `mask` is set. */
export function bit<K extends string>(
  from: K,
  mask: number,
  doc: string,
): RecordField<boolean, Holds<K, number>> {
  return { type: "boolean", doc, from, convert: (held: number) => (held & mask) !== 0 };
}

/**
 * Text that is empty unless it is valid UTF-8.
 *
 * @param limitBytes What fits the event's field in front of its NUL.
 */
export function text<K extends string>(
  from: K,
  limitBytes: number,
  doc: string,
): RecordField<string, Holds<K, Uint8Array>> {
  const read = (view: DataView, at: number) => wholeText(view, at, limitBytes);
  const plain = { limitBytes, bytes: PRINTABLE };
  return { type: `string, at most ${limitBytes} bytes`, doc, from, read, plain };
}

/**
 * Text of a small alphabet, with `?` for every other byte.
 *
 * @param limitBytes What fits the event's field in front of its NUL.
 * @param allowed The bytes that stay.
 */
export function filtered<K extends string>(
  from: K,
  limitBytes: number,
  allowed: ByteSet,
  doc: string,
): RecordField<string, Holds<K, Uint8Array>> {
  const read = (view: DataView, at: number) => filteredText(view, at, limitBytes, allowed, "?");
  const plain = { limitBytes, bytes: allowed };
  return { type: `string, at most ${limitBytes} bytes`, doc, from, read, plain };
}

/**
 * The name of a number.
 *
 * @param names The names of the numbers from 0 on.
 * @param other The name of all other numbers.
 */
export function choice<K extends string, const Name extends string>(
  from: K,
  names: readonly Name[],
  doc: string,
  other: Name,
): RecordField<Name, Holds<K, number>> {
  const all = names.includes(other) ? names : [...names, other];
  return { type: union(all), doc, from, convert: (held: number) => names[held] ?? other };
}

/** A field that `convert` computes from one field of the event; `type` is for the documentation. */
export function converted<K extends string, Held, Value>(
  from: K,
  type: string,
  doc: string,
  convert: (held: Held) => Value,
): RecordField<Value, Holds<K, Held>> {
  return { type, doc, from, convert };
}

/** A field that `read` computes from the bytes of a text; `type` is for the documentation. */
export function fromText<K extends string, Value>(
  from: K,
  type: string,
  doc: string,
  read: (view: DataView, at: number) => Value,
): RecordField<Value, Holds<K, Uint8Array>> {
  return { type, doc, from, read };
}

/** As {@linkcode fromText}, but the field is absent when `read` returns `undefined`. */
export function optionalFromText<K extends string, Value>(
  from: K,
  type: string,
  doc: string,
  read: (view: DataView, at: number) => Value | undefined,
): RecordField<Value, Holds<K, Uint8Array>> & { readonly isOptional: true } {
  return { type, doc, from, read: read as (view: DataView, at: number) => Value, isOptional: true };
}

/** A field that `make` computes from the whole event; `type` is for the documentation. */
export function made<Value, Event>(
  type: string,
  doc: string,
  make: (event: Event, context: RecordContext) => Value,
): RecordField<Value, Event> {
  return { type, doc, make };
}

/** As {@linkcode made}, but the field is absent when `make` returns `undefined`. */
export function optionally<Value, Event>(
  type: string,
  doc: string,
  make: (event: Event, context: RecordContext) => Value | undefined,
): RecordField<Value, Event> & { readonly isOptional: true } {
  return { type, doc, make, isOptional: true };
}

/** A union of names, as the documentation shows it. */
export function union(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(" \\| ");
}

/** The table of a record that comes from an EXTERNAL event. */
export interface CompilableRecord extends RecordTable {
  /** Whether there is a record for the event; always when absent. */
  readonly when?: (event: never) => boolean;
  /** The texts of the segment that `message` continues; it and `multipart` come from there. */
  readonly joiner?: "messages" | "alerts";
}
