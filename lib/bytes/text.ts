/**
 * UTF-8 in NUL-terminated fields of fixed size, where the NUL may be missing and the text invalid.
 *
 * @module
 */

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** @returns A view of the bytes before the first NUL, or of all bytes when there is none. */
export function untilNul(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
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

/** Most texts of events are a few ASCII letters; this decodes them faster than `TextDecoder` starts. */
function decodeShortAscii(bytes: Uint8Array): string | undefined {
  const { length } = bytes;
  if (length > SHORT_BYTES) return undefined;
  let text = "";
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    const a = bytes[at]!, b = bytes[at + 1]!, c = bytes[at + 2]!, d = bytes[at + 3]!;
    const e = bytes[at + 4]!, f = bytes[at + 5]!, g = bytes[at + 6]!, h = bytes[at + 7]!;
    if ((a | b | c | d | e | f | g | h) >= 0x80) return undefined;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; at < length; at++) {
    const byte = bytes[at]!;
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
