/**
 * Checks of what handlers give to verbs; nothing is sent when one fails.
 *
 * @module
 */

import { encodeUtf8 } from "../../bytes/text.ts";
import { ApiMisuseError } from "../../errors.ts";

const I32_MAX = 0x7fff_ffff;

/**
 * Refuses an argument.
 *
 * @param text What is wrong with it.
 * @throws {ApiMisuseError} `bad-argument`, always.
 */
export function refuse(text: string): never {
  throw new ApiMisuseError("bad-argument", text);
}

/**
 * Checks a whole number.
 *
 * @param name What it is, for the error.
 * @param value The number.
 * @param min The least.
 * @param max The greatest; that of 32 bits unless given.
 * @returns The number.
 * @throws {ApiMisuseError} `bad-argument`.
 */
export function integer(name: string, value: number, min: number, max: number = I32_MAX): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  return refuse(`${name} is ${value}, must be a whole number from ${min} to ${max}`);
}

/**
 * Checks a number that may have a fraction.
 *
 * @param name What it is, for the error.
 * @param value The number.
 * @param min The least.
 * @param max The greatest.
 * @returns The number.
 * @throws {ApiMisuseError} `bad-argument`, also for NaN.
 */
export function number(name: string, value: number, min: number, max: number): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  return refuse(`${name} is ${value}, must be from ${min} to ${max}`);
}

/**
 * Looks a name up. Names may come from a program that knows no types, so that `toString` is none.
 *
 * @param what What is named, for the error.
 * @param table The numbers by name.
 * @param name The name.
 * @throws {ApiMisuseError} `bad-argument` when there is no such name.
 */
export function named(
  what: string,
  table: Readonly<Record<string, number>>,
  name: string,
): number {
  return Object.hasOwn(table, name) ? table[name]! : refuse(`no ${what} has the name ${name}`);
}

/**
 * Checks text for a field of fixed size.
 *
 * @param name What it is, for the error.
 * @param value The text.
 * @param limitBytes The most bytes of UTF-8 that the field holds in front of its terminator.
 * @returns The bytes.
 * @throws {ApiMisuseError} `bad-argument`, also for text with NUL.
 */
export function textBytes(
  name: string,
  value: string,
  limitBytes: number,
): Uint8Array<ArrayBuffer> {
  if (typeof value !== "string") return refuse(`${name} is not text`);
  const bytes = encodeUtf8(value);
  if (bytes.length > limitBytes) {
    return refuse(`${name} has ${bytes.length} bytes, the limit is ${limitBytes}`);
  }
  if (bytes.includes(0)) return refuse(`${name} contains NUL`);
  return bytes;
}
