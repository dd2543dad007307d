/**
 * Field tables: one table of name, offset and type gives the TypeScript type, the reader and the
 * writer of a fixed-size wire structure.
 *
 * All numbers are little-endian. A reader never fails on content: every bit pattern of a structure
 * that is long enough decodes to something, so that judging it is left to the layers above. A writer
 * refuses values that do not fit instead of wrapping them.
 *
 * @module
 */

import { decodeUtf8Lenient, encodeUtf8, splitUtf8 } from "../bytes/text.ts";
import { ApiMisuseError } from "../errors.ts";

import {
  BYTES_OF,
  type Decoded,
  type Encodable,
  type Field,
  type FieldType,
  type Layout,
} from "./fields.ts";

const RANGES: Partial<Record<FieldType, readonly [min: number, max: number]>> = {
  u8: [0, 0xff],
  u16: [0, 0xffff],
  u32: [0, 0xffff_ffff],
  i8: [-0x80, 0x7f],
  i16: [-0x8000, 0x7fff],
  i32: [-0x8000_0000, 0x7fff_ffff],
};
const U64_MAX = 0xffff_ffff_ffff_ffffn;
const I64_MIN = -0x8000_0000_0000_0000n;
const I64_MAX = 0x7fff_ffff_ffff_ffffn;
const NAN_BITS = 0x7fc0_0000;
const EMPTY = new Uint8Array(0);

interface CompiledField extends Field {
  readonly name: string;
}

type Reader<T> = (view: DataView, base: number) => T;

/** A layout made ready for use: a flat list of fields and the shape of the decoded object. */
export class Codec<L extends Layout, Tag extends object = Record<never, never>> {
  /** The table this codec was made from. */
  readonly layout: L;
  readonly #fields: readonly CompiledField[];
  readonly #tag: Tag;
  #read: Reader<Tag & Decoded<L>> | undefined;

  /**
   * Compiles a table.
   *
   * @param layout The field table.
   * @param tag Constant properties that every decoded value gets, first.
   */
  constructor(layout: L, tag: Tag) {
    this.layout = layout;
    this.#fields = Object.entries(layout).map(([name, field]) => ({ name, ...field }));
    this.#tag = tag;
  }

  /**
   * Reads the structure.
   *
   * @param view Holds the structure; may be reused afterwards, nothing in the result refers to it.
   * @param base Where the structure starts in `view`, in bytes.
   * @throws {RangeError} From the view, when the structure does not fit behind `base`.
   */
  decode(view: DataView, base: number): Tag & Decoded<L> {
    return (this.#read ??= compileReader(this.#fields, this.#tag))(view, base);
  }

  /**
   * Writes the structure over zeroed memory; bytes that belong to no field are left alone.
   *
   * @param value The value of every field.
   * @param view Where to write.
   * @param base Where the structure starts in `view`, in bytes.
   * @throws {ApiMisuseError} `bad-argument` when a value does not fit its field; some fields may be written then.
   */
  encode(value: Encodable<L>, view: DataView, base: number): void {
    const values = value as Readonly<Record<string, unknown>>;
    for (const field of this.#fields) {
      const given = values[field.name];
      if (given === undefined) continue;
      const at = base + field.offset;
      if (field.count === 0) {
        writeOne(view, at, field, given);
        continue;
      }
      const items = given as readonly number[];
      if (items.length !== field.count) {
        throw new ApiMisuseError(
          "bad-argument",
          `${field.name} has ${items.length} values, must have ${field.count}`,
        );
      }
      for (const [i, item] of items.entries()) {
        writeOne(view, at + i * BYTES_OF[field.type], field, item);
      }
    }
  }
}

/**
 * Makes a function that is one object literal: four times as fast as a loop that stores by name. Its
 * text comes from the tables alone.
 */
function compileReader<T>(fields: readonly CompiledField[], tag: object): Reader<T> {
  const constants = Object.entries(tag).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const members = fields.map((field) => `${field.name}: ${readerText(field)}`);
  const text = `return (view, base) => ({ ${[...constants, ...members].join(", ")} });`;
  return new Function("copy", "lengthToNul", "readString", text)(copy, lengthToNul, readString);
}

function readerText({ type, offset, size, count }: Field): string {
  if (count === 0) return readerOfOne(type, offset, size);
  const step = BYTES_OF[type];
  const items = Array.from({ length: count }, (_, i) => readerOfOne(type, offset + i * step, step));
  return `[${items.join(", ")}]`;
}

function readerOfOne(type: FieldType, offset: number, size: number): string {
  const at = `base + ${offset}`;
  switch (type) {
    case "u8":
      return `view.getUint8(${at})`;
    case "u16":
      return `view.getUint16(${at}, true)`;
    case "u32":
      return `view.getUint32(${at}, true)`;
    case "u64":
      return `view.getBigUint64(${at}, true)`;
    case "i8":
      return `view.getInt8(${at})`;
    case "i16":
      return `view.getInt16(${at}, true)`;
    case "i32":
      return `view.getInt32(${at}, true)`;
    case "i64":
      return `view.getBigInt64(${at}, true)`;
    case "f32":
      return `view.getFloat32(${at}, true)`;
    case "bool8":
      return `view.getUint8(${at}) !== 0`;
    case "bytes":
      return `copy(view, ${at}, ${size})`;
    case "text":
      return `copy(view, ${at}, lengthToNul(view, ${at}, ${size}))`;
    case "string":
      return `readString(view, ${at}, ${size})`;
  }
}

function lengthToNul(view: DataView, at: number, size: number): number {
  let length = 0;
  while (length < size && view.getUint8(at + length) !== 0) length++;
  return length;
}

/** Decoded bytes share blocks: to make a buffer takes longer than to read all of an event. */
const BLOCK_BYTES = 8_192;
let block = EMPTY;
let used = 0;

function copy(view: DataView, at: number, length: number): Uint8Array {
  if (length === 0) return EMPTY;
  if (used + length > block.length) {
    block = new Uint8Array(BLOCK_BYTES);
    used = 0;
  }
  const start = used;
  used += length;
  for (let i = 0; i < length; i++) block[start + i] = view.getUint8(at + i);
  return block.subarray(start, used);
}

function readString(view: DataView, at: number, size: number): string {
  let result = "";
  for (let i = 0; i < size; i++) {
    const byte = view.getUint8(at + i);
    if (byte === 0) return result;
    if (byte >= 0x80) {
      return decodeUtf8Lenient(copy(view, at, lengthToNul(view, at, size)));
    }
    result += String.fromCharCode(byte);
  }
  return result;
}

function writeOne(view: DataView, at: number, field: CompiledField, value: unknown): void {
  switch (field.type) {
    case "u8":
      return view.setUint8(at, checkedInteger(field, value));
    case "u16":
      return view.setUint16(at, checkedInteger(field, value), true);
    case "u32":
      return view.setUint32(at, checkedInteger(field, value), true);
    case "u64":
      return view.setBigUint64(at, checkedBigint(field, value, 0n, U64_MAX), true);
    case "i8":
      return view.setInt8(at, checkedInteger(field, value));
    case "i16":
      return view.setInt16(at, checkedInteger(field, value), true);
    case "i32":
      return view.setInt32(at, checkedInteger(field, value), true);
    case "i64":
      return view.setBigInt64(at, checkedBigint(field, value, I64_MIN, I64_MAX), true);
    case "f32":
      // Which bits a NaN has is up to the compiler; the same bytes are written each time.
      if (Number.isNaN(value)) return view.setUint32(at, NAN_BITS, true);
      return view.setFloat32(at, value as number, true);
    case "bool8":
      return view.setUint8(at, value ? 1 : 0);
    case "bytes":
    case "string":
    case "text":
      target(view, at, field.size).set(checkedBytes(field, value as Uint8Array | string));
  }
}

function target(view: DataView, at: number, size: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, size);
}

function checkedInteger(field: CompiledField, value: unknown): number {
  const [min, max] = RANGES[field.type]!;
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw new ApiMisuseError(
      "bad-argument",
      `${field.name} is ${value}, must be an integer from ${min} to ${max}`,
    );
  }
  return value as number;
}

function checkedBigint(field: CompiledField, value: unknown, min: bigint, max: bigint): bigint {
  if (typeof value !== "bigint" && !Number.isSafeInteger(value)) {
    throw new ApiMisuseError(
      "bad-argument",
      `${field.name} is ${value}, must be a safe integer or a bigint`,
    );
  }
  const number = BigInt(value as bigint | number);
  if (number < min || number > max) {
    throw new ApiMisuseError(
      "bad-argument",
      `${field.name} is ${number}, must be from ${min} to ${max}`,
    );
  }
  return number;
}

function checkedBytes(field: CompiledField, value: Uint8Array | string): Uint8Array {
  const given = typeof value === "string" ? encodeUtf8(value) : value;
  if (field.type === "bytes") {
    if (given.length === field.size) return given;
    throw new ApiMisuseError(
      "bad-argument",
      `${field.name} has ${given.length} bytes, must have ${field.size}`,
    );
  }
  if (given.includes(0)) {
    throw new ApiMisuseError("bad-argument", `${field.name} contains a NUL byte`);
  }
  if (given.length < field.size) return given;
  // Bytes that were decoded from a field without a terminator must encode to the same field.
  if (given.length === field.size && typeof value !== "string") return given;
  if (field.cut) return splitUtf8(given, field.size - 1)[0]!;
  throw new ApiMisuseError(
    "bad-argument",
    `${field.name} has ${given.length} bytes, at most ${field.size - 1} fit`,
  );
}
