/**
 * Makes text of events safe for handlers: checks it as a whole, or filters it byte by byte.
 *
 * @module
 */

import { decodeUtf8 } from "../bytes/text.ts";

const REPLACEMENT = "?";

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
 * Decodes valid UTF-8; other bytes give an empty text.
 *
 * @param limitBytes What fits the field in front of its NUL; the rest is dropped.
 */
export function wholeText(bytes: Uint8Array, limitBytes: number): string {
  return decodeUtf8(upTo(bytes, limitBytes)) ?? "";
}

/**
 * Decodes text of a small alphabet.
 *
 * @param limitBytes What fits the field in front of its NUL; the rest is dropped.
 * @param allowed The bytes that stay.
 * @param other Whether each other byte becomes a `?` or is dropped.
 */
export function filteredText(
  bytes: Uint8Array,
  limitBytes: number,
  allowed: ReadonlySet<number>,
  other: "replace" | "drop" = "replace",
): string {
  const end = Math.min(bytes.length, limitBytes);
  let result = "";
  for (let at = 0; at < end; at++) {
    const byte = bytes[at]!;
    if (allowed.has(byte)) result += String.fromCharCode(byte);
    else if (other === "replace") result += REPLACEMENT;
  }
  return result;
}

/** Avoids a needless view: for a view of a short array V8 moves the bytes out of its heap. */
function upTo(bytes: Uint8Array, limitBytes: number): Uint8Array {
  return bytes.length <= limitBytes ? bytes : bytes.subarray(0, limitBytes);
}
