/**
 * Text in fixed-size fields: NUL-terminated, possibly without the NUL, possibly not UTF-8.
 *
 * @module
 */

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * The bytes of a field up to its first NUL, or all of them when there is none.
 *
 * @param field The whole field; bytes behind the NUL are stale and never read.
 * @returns A view into `field`.
 */
export function untilNul(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/**
 * Decodes UTF-8.
 *
 * @param bytes The bytes, without a terminator.
 * @returns The text, or `undefined` when the bytes are not valid UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const ascii = decodeShortAscii(bytes);
  if (ascii !== undefined) return ascii;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Decodes UTF-8 and puts U+FFFD where the bytes are invalid.
 *
 * @param bytes The bytes, without a terminator.
 */
export function decodeUtf8Lenient(bytes: Uint8Array): string {
  return decodeShortAscii(bytes) ?? lenient.decode(bytes);
}

/** What editors on Windows put at the beginning of a file. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

/**
 * Leaves out the byte order mark at the beginning of a file or stream.
 *
 * @param bytes The first bytes.
 * @returns A view into `bytes`.
 */
export function withoutByteOrderMark<T extends Uint8Array>(bytes: T): T {
  const hasMark = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte);
  return (hasMark ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes) as T;
}

/**
 * Finds the first character that is not valid UTF-8.
 *
 * @param bytes The bytes, without a terminator.
 * @returns Its offset, or `undefined` when all of them are valid.
 */
export function findInvalidUtf8(bytes: Uint8Array): number | undefined {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let start = 0;
  try {
    for (let at = 0; at < bytes.length; at++) {
      const isCharacter = decoder.decode(bytes.subarray(at, at + 1), { stream: true }) !== "";
      if (isCharacter) start = at + 1;
    }
    decoder.decode();
    return undefined;
  } catch {
    return start;
  }
}

/** Longer texts are left to the decoder of the runtime, whose call costs 0.3 us. */
const SHORT_BYTES = 80;

/** Most texts of events are a few letters: they are text before the decoder would have begun. */
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

/**
 * Encodes text as UTF-8.
 *
 * @param text Any text.
 */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/**
 * Cuts UTF-8 into parts that each end on a code point boundary.
 *
 * @param bytes Valid UTF-8.
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
