/**
 * How an operation of the control interface is described: its parameters, and the fields of its result.
 *
 * @module
 */

/** One field of a result. */
export interface Field<Value = unknown, IsOptional extends boolean = boolean> {
  /** The type as the documentation shows it. */
  readonly type: string;
  readonly doc: string;
  readonly isOptional: IsOptional;
  /** The fields of each element of a list. */
  readonly fields?: Fields;
  /** Carries the type; never there. */
  readonly value?: Value;
}

export interface Fields {
  readonly [name: string]: Field;
}

/** The object that fields describe. */
export type ValuesOf<F extends Fields> =
  & { readonly [K in keyof F as F[K] extends Field<unknown, true> ? never : K]: ValueOf<F[K]> }
  & { readonly [K in keyof F as F[K] extends Field<unknown, true> ? K : never]?: ValueOf<F[K]> };
type ValueOf<F> = F extends Field<infer Value> ? Value : never;

function field<Value>(type: string, doc: string, fields?: Fields): Field<Value, false> {
  return { type, doc, isOptional: false, ...(fields && { fields }) };
}

export const text = (doc: string) => field<string>("string", doc);
export const whole = (doc: string) => field<number>("integer", doc);
export const number = (doc: string) => field<number>("number", doc);
export const truth = (doc: string) => field<boolean>("boolean", doc);
export const texts = (doc: string) => field<readonly string[]>("list of strings", doc);
export const counts = (doc: string) =>
  field<Readonly<Record<string, number>>>("object of integers", doc);
export const anything = (doc: string) => field<unknown>("any", doc);
export const list = <F extends Fields>(doc: string, fields: F) =>
  field<readonly ValuesOf<F>[]>("list", doc, fields);

/** A field that may be absent. */
export function optional<Value>(field: Field<Value, false>): Field<Value, true> {
  return { ...field, isOptional: true };
}

/** Bytes that come or go in pieces. */
export interface Content {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** How many there are; absent when that is not known. */
  readonly sizeBytes?: number | undefined;
  /** The media type of a result. */
  readonly type?: string;
  /** The name of the file that a result is, for people who keep it. */
  readonly name?: string;
}

/** One parameter. */
export interface Param<Value = unknown, IsOptional extends boolean = boolean> {
  /** Where it stands in a request; `content` is the body as it comes, in place of a JSON object. */
  readonly in: "path" | "query" | "body" | "content";
  readonly type: "string" | "integer" | "boolean" | "array" | "bytes";
  /** The longest text in UTF-16 units, the largest number, or the longest array; 1 for a boolean. */
  readonly max: number;
  readonly doc: string;
  readonly isOptional: IsOptional;
  /** Carries the type; never there. */
  readonly value?: Value;
}

export interface Params {
  readonly [name: string]: Param;
}

/** The object that parameters describe. */
export type ArgumentsOf<P extends Params> =
  & { readonly [K in keyof P as P[K] extends Param<unknown, true> ? never : K]: ArgumentOf<P[K]> }
  & {
    readonly [K in keyof P as P[K] extends Param<unknown, true> ? K : never]?:
      | ArgumentOf<P[K]>
      | undefined;
  };
type ArgumentOf<P> = P extends Param<infer Value> ? Value : never;

/** Text that must be there. */
export function textParam(at: Param["in"], max: number, doc: string): Param<string, false> {
  return { in: at, type: "string", max, doc, isOptional: false };
}

/** Text that may be absent. */
export function optionalText(at: Param["in"], max: number, doc: string): Param<string, true> {
  return { in: at, type: "string", max, doc, isOptional: true };
}

/** A number from 1 that may be absent. */
export function optionalWhole(at: Param["in"], max: number, doc: string): Param<number, true> {
  return { in: at, type: "integer", max, doc, isOptional: true };
}

/** A number from 1. */
export function wholeParam(at: Param["in"], max: number, doc: string): Param<number, false> {
  return { in: at, type: "integer", max, doc, isOptional: false };
}

/** Whether something is to be. */
export function truthParam(doc: string): Param<boolean, false> {
  return { in: "body", type: "boolean", max: 1, doc, isOptional: false };
}

/** An array of any values, in the body; empty when absent. */
export function optionalArray(max: number, doc: string): Param<readonly unknown[], true> {
  return { in: "body", type: "array", max, doc, isOptional: true };
}

/** The body as it comes, of at most `max` bytes. */
export function contentParam(max: number, doc: string): Param<Content, false> {
  return { in: "content", type: "bytes", max, doc, isOptional: false };
}

/** Whether something is to be, in the body; `false` when absent. */
export function optionalTruth(doc: string): Param<boolean, true> {
  return { in: "body", type: "boolean", max: 1, doc, isOptional: true };
}

/** One thing that can be asked of a listener. */
export interface Operation {
  readonly method: "GET" | "POST";
  /** With `:name` for each parameter that stands in it. */
  readonly path: string;
  /**
   * What it takes of a link to the page: to see clients (`look`), to act on them (`drive`), or to act on
   * the listener and see what concerns it alone (`manage`).
   */
  readonly access: "look" | "drive" | "manage";
  readonly doc: string;
  readonly params: Params;
  /** What comes back: one object, an array of them, lines of JSON as they come, or something to keep. */
  readonly result: "object" | "rows" | "lines" | "picture" | "text" | "content";
  /** The fields of an object or a row. */
  readonly fields: Fields;
}

/** Operations by name. */
export interface Operations {
  readonly [name: string]: Operation;
}
