/**
 * Reads and writes wire structures by their field tables.
 *
 * All numbers are little-endian. Reading never fails on content: every bit pattern decodes to something,
 * and the layers above judge it. Writing refuses values that do not fit instead of wrapping them.
 *
 * @module
 */

import { decodeUtf8Lenient, encodeUtf8, lengthToNul, splitUtf8 } from "../bytes/text.ts";
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

export class Codec<L extends Layout, Tag extends object = Record<never, never>> {
  readonly #fields: readonly CompiledField[];
  readonly #tag: Tag;
  #read: Reader<Tag & Decoded<L>> | undefined;

  /** @param tag Constant properties that every decoded value begins with. */
  constructor(layout: L, tag: Tag) {
    this.#fields = Object.entries(layout).map(([name, field]) => ({ name, ...field }));
    this.#tag = tag;
  }

  /**
   * Reads the structure at `base`; the result shares no memory with `view`.
   *
   * @throws {RangeError} When the structure does not fit behind `base`.
   */
  decode(view: DataView, base: number): Tag & Decoded<L> {
    return (this.#read ??= compileReader(this.#fields, this.#tag))(view, base);
  }

  /**
   * Writes the given fields; all other bytes stay as they are, so the memory should be zeroed.
   *
   * @throws {ApiMisuseError} `bad-argument` when a value does not fit its field; the fields before it
   *   are written.
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
 * Compiles a reader whose body is one object literal: four times as fast as a loop that stores by name.
 * No peer can influence its text, which comes from the tables.
 */
function compileReader<T>(fields: readonly CompiledField[], tag: object): Reader<T> {
  const constants = Object.entries(tag).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const members = fields.map((field) => `${field.name}: ${readerText(field)}`);
  const text = `return (view, base) => ({ ${[...constants, ...members].join(", ")} });`;
  return new Function(...Object.keys(READERS), text)(...Object.values(READERS));
}

/**
 * The text of an expression that reads a field; compiled code has `view` and `base`, and the functions
 * of {@linkcode READERS} for fields of bytes and text.
 */
export function readerText({ type, offset, size, count }: Field): string {
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

/** Decoded bytes share blocks: a new buffer takes longer than reading a whole event. */
const BLOCK_BYTES = 8_192;
let block = EMPTY;
let used = 0;

/** A decoded value with bytes of its own: to keep decoded bytes keeps their whole block in memory. */
export function ownBytes<T extends object>(value: T): T {
  const fields = Object.entries(value).map(([name, field]) => [
    name,
    field instanceof Uint8Array ? field.slice() : field,
  ]);
  return Object.fromEntries(fields);
}

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

/** What compiled readers call, by name. */
const READERS = { copy, lengthToNul, readString } as const;

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
      // The bits of a decoded NaN depend on whether the code was compiled; these never do.
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

function checkedInteger({ name, type }: CompiledField, value: unknown): number {
  const [min, max] = RANGES[type]!;
  return requireInteger(name, value, min, max);
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
  // Bytes decoded from a field without a NUL must encode to the same field.
  if (given.length === field.size && typeof value !== "string") return given;
  if (field.cut) return splitUtf8(given, field.size - 1)[0]!;
  throw new ApiMisuseError(
    "bad-argument",
    `${field.name} has ${given.length} bytes, at most ${field.size - 1} fit`,
  );
}

/** @throws {ApiMisuseError} `bad-argument` unless `value` is an integer from `min` to `max`. */
export function requireInteger(name: string, value: unknown, min: number, max: number): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) {
    return value as number;
  }
  throw new ApiMisuseError(
    "bad-argument",
    `${name} is ${value}, must be an integer from ${min} to ${max}`,
  );
}

/** @throws {ApiMisuseError} `bad-argument` unless `size` bytes follow `at`. */
export function requireSpace(what: string, size: number, bytes: Uint8Array, at: number): void {
  if (at >= 0 && at + size <= bytes.length) return;
  throw new ApiMisuseError(
    "bad-argument",
    `${what} needs ${size} bytes, has ${bytes.length - at}`,
  );
}
