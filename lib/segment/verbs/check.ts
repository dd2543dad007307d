/**
 * Checks of what handlers give to verbs; nothing is sent when one fails.
 *
 * @module
 */

import { encodeUtf8 } from "../../bytes/text.ts";
import { ApiMisuseError } from "../../errors.ts";

export const U32_MAX = 0xffff_ffff;
export const I32_MIN = -0x8000_0000;
const I32_MAX = 0x7fff_ffff;

/**
 * Makes a misuse of the errors that JavaScript throws for an argument of a wrong type, which a program
 * without types can give.
 *
 * @throws {ApiMisuseError} `bad-argument` in place of a TypeError or a RangeError.
 */
export function refuseWrongTypes<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause;
    const text = `an argument has the wrong type: ${cause.message}`;
    throw new ApiMisuseError("bad-argument", text, { cause });
  }
}

/**
 * Refuses an argument.
 *
 * @throws {ApiMisuseError} `bad-argument`, always.
 */
export function refuse(text: string): never {
  throw new ApiMisuseError("bad-argument", text);
}

export function integer(name: string, value: number, min: number, max: number = I32_MAX): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  return refuse(`${name} is ${value}, must be a whole number from ${min} to ${max}`);
}

/**
 * Checks a number that may have a fraction.
 *
 * @throws {ApiMisuseError} `bad-argument`, also for NaN.
 */
export function number(name: string, value: number, min: number, max: number): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  return refuse(`${name} is ${value}, must be from ${min} to ${max}`);
}

/**
 * Looks a name up. Names may come from a program that knows no types, so that `toString` is none.
 *
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
 * @param limitBytes The most bytes of UTF-8 that the field holds in front of its terminator.
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
