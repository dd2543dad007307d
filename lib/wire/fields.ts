/**
 * Field descriptors: what the tables of wire structures are written in.
 *
 * @module
 */

/** How the bytes of a field are read. */
export type FieldType =
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "f32"
  | "bool8"
  | "bytes"
  | "string"
  | "text";

/** One field of a wire structure: where it is and how it is read. */
export interface Field<Out = unknown, In = Out> {
  /** How one element is read. */
  readonly type: FieldType;
  /** Bytes from the start of the structure. */
  readonly offset: number;
  /** Size of the whole field, in bytes. */
  readonly size: number;
  /** Number of array elements, 0 for a single value. */
  readonly count: number;
  /** Whether encoding cuts text that is too long, at a code point, instead of refusing it. */
  readonly cut: boolean;
  /** Never present: it carries the type of the decoded value and of the value to encode. */
  readonly types?: readonly [decoded: Out, encodable: In];
}

/** A wire structure: its fields by name. */
export type Layout = Readonly<Record<string, Field<unknown>>>;

/** The value that a layout decodes to. */
export type Decoded<L> = {
  readonly [K in keyof L]: L[K] extends Field<infer Out, infer _> ? Out : never;
};

/** The fields of a layout that may be left out when encoding. */
export type OptionalKey<L> = {
  [K in keyof L]: L[K] extends Field<infer _, infer In> ? undefined extends In ? K : never : never;
}[keyof L];

/** The value that a layout encodes from; optional fields that are absent become zero. */
export type Encodable<L> =
  & {
    readonly [K in Exclude<keyof L, OptionalKey<L>>]: L[K] extends Field<infer _, infer In> ? In
      : never;
  }
  & {
    readonly [K in OptionalKey<L>]?: L[K] extends Field<infer _, infer In> ? In : never;
  };

/** As {@linkcode Encodable}, with every field optional. */
export type PartialEncodable<L> = {
  readonly [K in keyof L]?: L[K] extends Field<infer _, infer In> ? In : never;
};

/** Three numbers. */
type Triple = readonly [number, number, number];

/** Four numbers. */
export type Quad = readonly [number, number, number, number];

/** Size of one element, in bytes. */
export const BYTES_OF = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  f32: 4,
  bool8: 1,
  bytes: 1,
  string: 1,
  text: 1,
} as const satisfies Record<FieldType, number>;

function single<Out, In = Out>(type: FieldType, offset: number): Field<Out, In> {
  return { type, offset, size: BYTES_OF[type], count: 0, cut: false };
}

// In all of these, `offset` is in bytes from the start of the structure.

export const u8 = (offset: number): Field<number> => single("u8", offset);
export const u16 = (offset: number): Field<number> => single("u16", offset);
export const u32 = (offset: number): Field<number> => single("u32", offset);
/** Encodes safe integers too. */
export const u64 = (offset: number): Field<bigint, bigint | number> => single("u64", offset);
export const i8 = (offset: number): Field<number> => single("i8", offset);
export const i16 = (offset: number): Field<number> => single("i16", offset);
export const i32 = (offset: number): Field<number> => single("i32", offset);
/** Encodes safe integers too. */
export const i64 = (offset: number): Field<bigint, bigint | number> => single("i64", offset);
/** A 32-bit float; encoding gives every NaN the same bits. */
export const f32 = (offset: number): Field<number> => single("f32", offset);
/** A byte that means `true` unless it is zero. */
export const bool8 = (offset: number): Field<boolean> => single("bool8", offset);

export function u8x4(offset: number): Field<Quad> {
  return { type: "u8", offset, size: 4, count: 4, cut: false };
}

export function i16x4(offset: number): Field<Quad> {
  return { type: "i16", offset, size: 8, count: 4, cut: false };
}

export function f32x3(offset: number): Field<Triple> {
  return { type: "f32", offset, size: 12, count: 3, cut: false };
}

/** Exactly `size` bytes; decoding copies them. */
export function bytes(offset: number, size: number): Field<Uint8Array> {
  return { type: "bytes", offset, size, count: 0, cut: false };
}

/** NUL-terminated text; `size` includes the NUL. Decoding replaces invalid UTF-8 by U+FFFD. */
export function string(
  offset: number,
  size: number,
  overflow: "refuse" | "cut" = "refuse",
): Field<string> {
  return { type: "string", offset, size, count: 0, cut: overflow === "cut" };
}

/**
 * NUL-terminated text as raw bytes, for text that must be joined, filtered or checked before it is
 * decoded; `size` includes the NUL.
 *
 * Decoding copies the bytes before the first NUL, or all of them when there is none. Encoding leaves room
 * for the NUL, except for bytes that fill the field exactly, which decoding may have produced.
 */
export function text(
  offset: number,
  size: number,
  overflow: "refuse" | "cut" = "refuse",
): Field<Uint8Array, Uint8Array | string> {
  return { type: "text", offset, size, count: 0, cut: overflow === "cut" };
}

/** The same field, which may be left out when encoding and is zero then. */
export function optional<Out, In>(field: Field<Out, In>): Field<Out, In | undefined> {
  return field as Field<Out, In | undefined>;
}
