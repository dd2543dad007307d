/**
 * Text of events as handlers get it: checked whole, or filtered byte by byte.
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
 * DEVIATION: upstream leaves out `:`, so that `01:02:03` arrives as `01?02?03`
 * (test "streamstatus: the colons of a time are kept").
 */
export const TIME: ReadonlySet<number> = bytesIn("0-9 - _ :");
/**
 * Small letters, digits, `:` and `-`: cursor names.
 *
 * DEVIATION: upstream leaves out `g`, `x` and `-`, so that `grabhint` arrives as `?rabhint`
 * (test "cursorhint: every documented name arrives as it is").
 */
export const CURSOR: ReadonlySet<number> = bytesIn("a-z 0-9 : -");
/** Small letters, digits, `;` and `*`: suffixes of files. */
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
 * Decodes text that is taken whole or not at all.
 *
 * @param bytes Without terminator.
 * @param limitBytes What fits the field in front of its terminator; bytes behind it are left out.
 * @returns The text; empty when it is not valid UTF-8.
 */
export function wholeText(bytes: Uint8Array, limitBytes: number): string {
  return decodeUtf8(upTo(bytes, limitBytes)) ?? "";
}

/**
 * Decodes text of a small alphabet.
 *
 * @param bytes Without terminator.
 * @param limitBytes What fits the field in front of its terminator; bytes behind it are left out.
 * @param allowed The bytes that stay as they are.
 * @param other What happens to others: a `?` for each, or nothing.
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

/** A view of a short array makes the engine move its bytes out of the heap: only where needed. */
function upTo(bytes: Uint8Array, limitBytes: number): Uint8Array {
  return bytes.length <= limitBytes ? bytes : bytes.subarray(0, limitBytes);
}
