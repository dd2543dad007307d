/**
 * Makes text of events safe for handlers: checks it as a whole, or filters it byte by byte.
 *
 * @module
 */

import { asciiField, bytesOfField, decodeUtf8, lengthToNul } from "../bytes/text.ts";

/** Letters, `-` and `_`: language codes. */
export const LETTERS: ReadonlySet<number> = bytesIn("A-Z a-z - _");
/** Letters, digits, `-` and `_`: input labels. */
export const WORD: ReadonlySet<number> = bytesIn("A-Z a-z 0-9 - _");
/**
 * Digits, `-`, `_` and `:`: positions in time.
 *
 * DEVIATION: upstream lacks `:`, so that `01:02:03` arrives as `01?02?03`
 * (test "streamstatus: the colons of a time are kept").
 */
export const TIME: ReadonlySet<number> = bytesIn("0-9 - _ :");
/**
 * Small letters, digits, `:` and `-`: cursor names.
 *
 * DEVIATION: upstream lacks `g`, `x` and `-`, so that `grabhint` arrives as `?rabhint`
 * (test "cursorhint: every documented name arrives as it is").
 */
export const CURSOR: ReadonlySet<number> = bytesIn("a-z 0-9 : -");
/** Small letters, digits, `;` and `*`: file suffixes. */
export const SUFFIXES: ReadonlySet<number> = bytesIn("a-z 0-9 ; *");

function bytesIn(classes: string): Set<number> {
  const result = new Set<number>();
  for (const part of classes.split(" ")) {
    const last = part.charCodeAt(part.length - 1);
    for (let byte = part.charCodeAt(0); byte <= last; byte++) result.add(byte);
  }
  return result;
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
  allowed: ReadonlySet<number>,
  other: "?" | "",
): string {
  const end = at + lengthToNul(view, at, limitBytes);
  let result = "";
  for (; at < end; at++) {
    const byte = view.getUint8(at);
    result += allowed.has(byte) ? String.fromCharCode(byte) : other;
  }
  return result;
}
