/**
 * Field descriptors: the vocabulary in which the layouts of wire structures are written.
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

/** One field: where it is, how it is read, and (for the compiler alone) its value types. */
export interface Field<Out = unknown, In = Out> {
  /** How one element is read. */
  readonly type: FieldType;
  /** Bytes from the start of the structure. */
  readonly offset: number;
  /** Bytes of the whole field. */
  readonly size: number;
  /** Elements of an array, 0 for a single value. */
  readonly count: number;
  /** Whether text that is too long is cut at a code point instead of refused. */
  readonly cut: boolean;
  /** Never present; carries the type of a decoded value and of a value to encode. */
  readonly types?: readonly [decoded: Out, encodable: In];
}

/** A structure: the name of every field with its place and type. */
export type Layout = Readonly<Record<string, Field<unknown>>>;

/** The value that a layout decodes to. */
export type Decoded<L> = {
  readonly [K in keyof L]: L[K] extends Field<infer Out, infer _> ? Out : never;
};

/** The keys of a layout whose field may be left out when encoding. */
export type OptionalKey<L> = {
  [K in keyof L]: L[K] extends Field<infer _, infer In> ? undefined extends In ? K : never : never;
}[keyof L];

/** The value that a layout encodes from; fields that may be left out are zero then. */
export type Encodable<L> =
  & {
    readonly [K in Exclude<keyof L, OptionalKey<L>>]: L[K] extends Field<infer _, infer In> ? In
      : never;
  }
  & {
    readonly [K in OptionalKey<L>]?: L[K] extends Field<infer _, infer In> ? In : never;
  };

/** The value that a layout encodes from when every field may be left out. */
export type PartialEncodable<L> = {
  readonly [K in keyof L]?: L[K] extends Field<infer _, infer In> ? In : never;
};

/** Three numbers. */
export type Triple = readonly [number, number, number];

/** Four numbers. */
export type Quad = readonly [number, number, number, number];

/** The bytes of one element. */
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

/** An unsigned byte. @param offset Bytes from the start. */
export const u8 = (offset: number): Field<number> => single("u8", offset);
/** An unsigned 16-bit number. @param offset Bytes from the start. */
export const u16 = (offset: number): Field<number> => single("u16", offset);
/** An unsigned 32-bit number. @param offset Bytes from the start. */
export const u32 = (offset: number): Field<number> => single("u32", offset);
/** An unsigned 64-bit number; safe integers may be encoded too. @param offset Bytes from the start. */
export const u64 = (offset: number): Field<bigint, bigint | number> => single("u64", offset);
/** A signed byte. @param offset Bytes from the start. */
export const i8 = (offset: number): Field<number> => single("i8", offset);
/** A signed 16-bit number. @param offset Bytes from the start. */
export const i16 = (offset: number): Field<number> => single("i16", offset);
/** A signed 32-bit number. @param offset Bytes from the start. */
export const i32 = (offset: number): Field<number> => single("i32", offset);
/** A signed 64-bit number; safe integers may be encoded too. @param offset Bytes from the start. */
export const i64 = (offset: number): Field<bigint, bigint | number> => single("i64", offset);
/** A 32-bit float; every NaN is written with the same bits. @param offset Bytes from the start. */
export const f32 = (offset: number): Field<number> => single("f32", offset);
/** A byte that is true when it is not zero. @param offset Bytes from the start. */
export const bool8 = (offset: number): Field<boolean> => single("bool8", offset);

/**
 * Four unsigned bytes as numbers.
 *
 * @param offset Bytes from the start.
 */
export function u8x4(offset: number): Field<Quad> {
  return { type: "u8", offset, size: 4, count: 4, cut: false };
}

/**
 * Four signed 16-bit numbers.
 *
 * @param offset Bytes from the start.
 */
export function i16x4(offset: number): Field<Quad> {
  return { type: "i16", offset, size: 8, count: 4, cut: false };
}

/**
 * Three floats.
 *
 * @param offset Bytes from the start.
 */
export function f32x3(offset: number): Field<Triple> {
  return { type: "f32", offset, size: 12, count: 3, cut: false };
}

/**
 * Bytes of fixed length; decoding copies them.
 *
 * @param offset Bytes from the start.
 * @param size The length in bytes; encoding refuses another one.
 */
export function bytes(offset: number, size: number): Field<Uint8Array> {
  return { type: "bytes", offset, size, count: 0, cut: false };
}

/**
 * NUL-terminated text, with U+FFFD where the bytes are not UTF-8.
 *
 * @param offset Bytes from the start.
 * @param size The length in bytes with the terminator.
 * @param overflow What encoding does with text that does not fit.
 */
export function string(
  offset: number,
  size: number,
  overflow: "refuse" | "cut" = "refuse",
): Field<string> {
  return { type: "string", offset, size, count: 0, cut: overflow === "cut" };
}

/**
 * NUL-terminated text as raw bytes: for what is joined, filtered or checked before it is text.
 *
 * Decoding copies the bytes up to the first NUL, or all of them when there is none. Encoding leaves
 * room for the terminator, except for bytes that fill the field exactly, as decoding may give them.
 *
 * @param offset Bytes from the start.
 * @param size The length in bytes with the terminator.
 * @param overflow What encoding does with text that does not fit.
 */
export function text(
  offset: number,
  size: number,
  overflow: "refuse" | "cut" = "refuse",
): Field<Uint8Array, Uint8Array | string> {
  return { type: "text", offset, size, count: 0, cut: overflow === "cut" };
}

/**
 * The same field, which may be left out when encoding and is zero then.
 *
 * @param field Any field.
 */
export function optional<Out, In>(field: Field<Out, In>): Field<Out, In | undefined> {
  return field as Field<Out, In | undefined>;
}
