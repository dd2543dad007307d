/**
 * UTF-8 in NUL-terminated fields of fixed size, where the NUL may be missing and the text invalid.
 *
 * @module
 */

import { viewOfBuffer } from "./view.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** @returns A view of the bytes before the first NUL, or of all bytes when there is none. */
export function untilNul(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** The number of bytes before the first NUL, at most `size`. */
export function lengthToNul(view: DataView, at: number, size: number): number {
  let length = 0;
  while (length < size && view.getUint8(at + length) !== 0) length++;
  return length;
}

/** Reads a text field without a copy of its bytes. @returns `undefined` unless it is ASCII. */
export function asciiField(view: DataView, at: number, size: number): string | undefined {
  return readAscii(view, at, at + lengthToNul(view, at, size));
}

/** @returns A view of the bytes of a field before the first NUL, or of all when there is none. */
export function bytesOfField(view: DataView, at: number, size: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, lengthToNul(view, at, size));
}

/** @returns `undefined` when the bytes are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const ascii = decodeShortAscii(bytes);
  if (ascii !== undefined) return ascii;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Replaces invalid bytes by U+FFFD. */
export function decodeUtf8Lenient(bytes: Uint8Array): string {
  return decodeShortAscii(bytes) ?? lenient.decode(bytes);
}

/** Editors on Windows write it at the beginning of a file. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

/** @returns A view of the bytes after the byte order mark, or `bytes` when there is none. */
export function withoutByteOrderMark<T extends Uint8Array>(bytes: T): T {
  const hasMark = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte);
  return (hasMark ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes) as T;
}

/** Longer texts go to `TextDecoder`, whose call costs 0.3 µs. */
const SHORT_BYTES = 80;

/** Most texts are a few ASCII letters; this decodes them faster than `TextDecoder` starts. */
function decodeShortAscii(bytes: Uint8Array): string | undefined {
  const { length, byteOffset } = bytes;
  if (length > SHORT_BYTES) return undefined;
  return readAscii(viewOfBuffer(bytes), byteOffset, byteOffset + length);
}

function readAscii(view: DataView, at: number, end: number): string | undefined {
  let text = "";
  for (; at + 8 <= end; at += 8) {
    const a = view.getUint8(at), b = view.getUint8(at + 1);
    const c = view.getUint8(at + 2), d = view.getUint8(at + 3);
    const e = view.getUint8(at + 4), f = view.getUint8(at + 5);
    const g = view.getUint8(at + 6), h = view.getUint8(at + 7);
    if ((a | b | c | d | e | f | g | h) >= 0x80) return undefined;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; at < end; at++) {
    const byte = view.getUint8(at);
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/**
 * Cuts UTF-8 between code points.
 *
 * @param limitBytes The most bytes a part may have, at least 4.
 * @returns Views into `bytes`, in order; one empty part for empty input.
 */
export function splitUtf8(bytes: Uint8Array, limitBytes: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  do {
    let end = Math.min(start + limitBytes, bytes.length);
    while (end < bytes.length && end > start && (bytes[end]! & 0xc0) === 0x80) end--;
    parts.push(bytes.subarray(start, end));
    start = end;
  } while (start < bytes.length);
  return parts;
}
