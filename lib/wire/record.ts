/**
 * Descriptors of record fields: what the tables of records are written in.
 *
 * A record tells a handler what happened. The table of a kind lists its fields by their names in Lua, and
 * for each the source of its value, its type and its meaning. The type of the record, the function that
 * builds it and its documentation all follow from the table.
 *
 * @module
 */

import type { Field, Layout, Quad } from "./fields.ts";
import { Codec, readerText } from "./layout.ts";
import type { MessageJoiner } from "./message_joiner.ts";
import { filteredText, wholeText } from "./record_text.ts";

/** What a record needs beyond its event. */
export interface RecordContext {
  /** The segment's id in handlers. */
  readonly segment: number;
  readonly messages: MessageJoiner;
  readonly alerts: MessageJoiner;
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
  return { type: `string, at most ${limitBytes} bytes`, doc, from, read };
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
  allowed: ReadonlySet<number>,
  doc: string,
): RecordField<string, Holds<K, Uint8Array>> {
  const read = (view: DataView, at: number) => filteredText(view, at, limitBytes, allowed, "?");
  return { type: `string, at most ${limitBytes} bytes`, doc, from, read };
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
  /** Returns the object to use in place of the event, or `undefined` for no record. */
  readonly part?: (view: DataView, base: number, context: RecordContext) => object | undefined;
}

/** Makes the record of the event whose bytes begin at `base`; `undefined` when there is none. */
export type RecordMaker<Record> = (
  view: DataView,
  base: number,
  context: RecordContext,
) => Record | undefined;

/**
 * Makes the function that builds a record from the bytes of an event. It is compiled for the first event, as
 * most kinds never come.
 *
 * @param layout The fields of the event.
 */
export function compileRecord<Record>(
  layout: Layout,
  record: CompilableRecord,
): RecordMaker<Record> {
  let compiled: RecordMaker<Record> | undefined;
  return (view, base, context) => {
    compiled ??= compile(layout, record);
    return compiled(view, base, context);
  };
}

/**
 * The body is one object literal: four times as fast as a loop that stores by name. The event is decoded
 * only for functions that want it as a whole. No peer can influence the text, which comes from the tables.
 */
function compile<Record>(
  layout: Layout,
  { kind, fields, when, part }: CompilableRecord,
): RecordMaker<Record> {
  const callees: unknown[] = [];
  const call = (callee: unknown, ...args: readonly string[]) =>
    `f${callees.push(callee) - 1}(${args.join(", ")})`;
  const valueOf = ({ from, convert, read, make }: RecordField) => {
    if (make !== undefined) return call(make, "event", "context");
    if (part !== undefined) return `part.${from}`;
    const field = layout[from!]!;
    if (read !== undefined) return call(read, "view", `base + ${field.offset}`);
    const held = readerText(field);
    return convert === undefined ? held : call(convert, held);
  };
  const members = [`kind: ${JSON.stringify(kind)}`, `frame: ${frameText(layout["frameId"]!)}`];
  const statements: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (name === "frame") continue;
    const value = valueOf(field);
    if (!field.isOptional) members.push(`${name}: ${value}`);
    else statements.push(`const v = ${value}; if (v !== undefined) record.${name} = v;`);
  }
  const codec = new Codec(layout, {});
  const decode = (view: DataView, base: number) => codec.decode(view, base);
  const isWhole = when !== undefined ||
    Object.values(fields).some(({ make }) => make !== undefined);
  const text = `return (view, base, context) => {
    ${isWhole ? `const event = ${call(decode, "view", "base")};` : ""}
    ${when ? `if (!${call(when, "event")}) return undefined;` : ""}
    ${part ? `const part = ${call(part, "view", "base", "context")};` : ""}
    ${part ? "if (part === undefined) return undefined;" : ""}
    const record = { ${members.join(", ")} };
    ${statements.map((statement) => `{ ${statement} }`).join(" ")}
    return record;
  };`;
  return new Function(...callees.map((_, i) => `f${i}`), text)(...callees);
}

/** A u64 as a number, without the allocation of a bigint. */
function frameText({ offset }: Field): string {
  const [low, high] = [offset, offset + 4].map((at) => `view.getUint32(base + ${at}, true)`);
  return `${low} + ${high} * 0x1_0000_0000`;
}
