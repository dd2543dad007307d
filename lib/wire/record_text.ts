/**
 * Makes text of events safe for handlers: checks it as a whole, or filters it byte by byte.
 *
 * @module
 */

import { asciiField, bytesOfField, decodeUtf8, lengthToNul } from "../bytes/text.ts";

/** A set of bytes: 1 for each of them, 0 for the other ones of all 256. */
export type ByteSet = Uint8Array;

/** What JSON and a terminal show as it is: ASCII without control characters, `"` and the backslash. */
export const PRINTABLE: ByteSet = bytesIn(/[ !#-[\]-~]/);
/** Letters, `-` and `_`: language codes. */
export const LETTERS: ByteSet = bytesIn(/[A-Za-z_-]/);
/** Letters, digits, `-` and `_`: input labels. */
export const WORD: ByteSet = bytesIn(/[A-Za-z0-9_-]/);
/**
 * Digits, `-`, `_` and `:`: positions in time.
 *
 * DEVIATION: upstream lacks `:`, so that `01:02:03` arrives as `01?02?03`
 * (test "streamstatus: the colons of a time are kept").
 */
export const TIME: ByteSet = bytesIn(/[0-9_:-]/);
/**
 * Small letters, digits, `:` and `-`: cursor names.
 *
 * DEVIATION: upstream lacks `g`, `x` and `-`, so that `grabhint` arrives as `?rabhint`
 * (test "cursorhint: every documented name arrives as it is").
 */
export const CURSOR: ByteSet = bytesIn(/[a-z0-9:-]/);
/** Small letters, digits, `;` and `*`: file suffixes. */
export const SUFFIXES: ByteSet = bytesIn(/[a-z0-9;*]/);

function bytesIn(pattern: RegExp): ByteSet {
  const has = (byte: number) => pattern.test(String.fromCharCode(byte));
  return Uint8Array.from({ length: 256 }, (_, byte) => has(byte) ? 1 : 0);
}

/**
 * Reads a text field; bytes that are not valid UTF-8 give an empty text.
 *
 * @param limitBytes What fits the field in front of its NUL; the rest is dropped.
 */
export function wholeText(view: DataView, at: number, limitBytes: number): string {
  return asciiField(view, at, limitBytes) ??
    decodeUtf8(bytesOfField(view, at, limitBytes)) ?? "";
}

/**
 * Reads a text field of a small alphabet.
 *
 * @param limitBytes What fits the field in front of its NUL; the rest is dropped.
 * @param allowed The bytes that stay.
 * @param other What takes the place of each other byte.
 */
export function filteredText(
  view: DataView,
  at: number,
  limitBytes: number,
  allowed: ByteSet,
  other: "?" | "",
): string {
  const end = at + lengthToNul(view, at, limitBytes);
  let same = at;
  while (same < end && allowed[view.getUint8(same)] === 1) same++;
  if (same === end) return asciiField(view, at, end - at)!;
  let result = "";
  for (; at < end; at++) {
    const byte = view.getUint8(at);
    result += allowed[byte] === 1 ? String.fromCharCode(byte) : other;
  }
  return result;
}
