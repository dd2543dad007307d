/**
 * Joins texts that arrive in several events.
 *
 * @module
 */

import { asciiField, bytesOfField, decodeUtf8 } from "../bytes/text.ts";
import { MAX_RECEIVED_MESSAGE_BYTES } from "../limits.ts";

/** One part of a text, cut between code points. */
interface MessagePart {
  /** The text; empty when the bytes are not UTF-8. */
  readonly message: string;
  /** Whether more parts follow. */
  readonly multipart: boolean;
}

const NOTHING = new Uint8Array(0);

/**
 * Joins the parts of one kind of text on one channel.
 *
 * Senders cut texts anywhere, so a code point may begin in one event and end in the next: its first bytes
 * are held back until the next event. All other text is delivered with the event that it came in.
 */
export class MessageJoiner {
  #held: Uint8Array = NOTHING;
  #totalBytes = 0;

  /**
   * Takes the bytes of the next event, without terminator; they are not kept.
   *
   * @param more Whether more events follow.
   * @returns `undefined` for the part that exceeds `MAX_RECEIVED_MESSAGE_BYTES` and all further ones but the last,
   *   whose message is empty.
   */
  take(bytes: Uint8Array, more: boolean): MessagePart | undefined {
    const isTooLong = this.#isTooLong(bytes.length, more);
    const joined = isTooLong ? NOTHING : join(this.#held, bytes);
    const end = more ? wholeCodePoints(joined) : joined.length;
    const isWhole = end === joined.length;
    this.#held = isWhole ? NOTHING : joined.slice(end);
    if (isTooLong && more) return undefined;
    const text = isWhole ? joined : joined.subarray(0, end);
    return { message: decodeUtf8(text) ?? "", multipart: more };
  }

  /** {@linkcode take} for a text field of `size` bytes; ASCII, which is usual, is not copied. */
  takeField(view: DataView, at: number, size: number, more: boolean): MessagePart | undefined {
    const text = this.#held.length === 0 ? asciiField(view, at, size) : undefined;
    return text !== undefined && this.passes(text.length, more)
      ? { message: text, multipart: more }
      : this.take(bytesOfField(view, at, size), more);
  }

  /**
   * {@linkcode take} for a text of `bytes` ASCII characters that is the message as it stands.
   *
   * @returns `false`, and nothing is taken, if it continues a code point or exceeds the limit.
   */
  passes(bytes: number, more: boolean): boolean {
    const total = this.#totalBytes + bytes;
    if (this.#held.length > 0 || total > MAX_RECEIVED_MESSAGE_BYTES) return false;
    this.#totalBytes = more ? total : 0;
    return true;
  }

  /** Counts the bytes of a part. @returns Whether the text has exceeded the limit. */
  #isTooLong(bytes: number, more: boolean): boolean {
    const total = this.#totalBytes + bytes;
    this.#totalBytes = more ? total : 0;
    return total > MAX_RECEIVED_MESSAGE_BYTES;
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** The length without an incomplete code point at the end. */
function wholeCodePoints(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const isCut = sequenceLength(byte) > back;
    return isCut ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** The length of the code point that begins with `lead`; 1 when none does. */
function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
