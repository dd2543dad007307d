/**
 * The messages of an exchange: one byte for the kind, four for the number, then the content.
 *
 * @module
 */

/** What a message is. */
export const FRAME = {
  /** The first one of each end, an object of JSON. */
  head: 1,
  /** A piece of what one end sends. */
  data: 2,
  /** The end that sends it sends nothing further. */
  end: 3,
  /** How many bytes more the other end may send. */
  credit: 4,
  /** The end that sends it is there. */
  alive: 5,
  /** The exchange is over because of an error, an object of JSON with `error` and `code`. */
  abort: 6,
} as const;

export type FrameKind = typeof FRAME[keyof typeof FRAME];

export interface Frame {
  readonly kind: FrameKind;
  /** The place among the messages of its sender, from 0. */
  readonly number: number;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** The bytes in front of the content. */
export const FRAME_HEAD_BYTES = 5;

const EMPTY = new Uint8Array();

/** @param content Copied. */
export function makeFrame(
  kind: FrameKind,
  number: number,
  content: Uint8Array = EMPTY,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(FRAME_HEAD_BYTES + content.length);
  frame[0] = kind;
  new DataView(frame.buffer).setUint32(1, number);
  frame.set(content, FRAME_HEAD_BYTES);
  return frame;
}

/** @returns The message, whose content borrows the bytes; `undefined` for what is none. */
export function parseFrame(bytes: Uint8Array): Frame | undefined {
  const kind = bytes[0] as FrameKind;
  if (bytes.length < FRAME_HEAD_BYTES || !Object.values(FRAME).includes(kind)) return undefined;
  const { buffer, byteOffset } = bytes as Uint8Array<ArrayBuffer>;
  return {
    kind,
    number: new DataView(buffer, byteOffset).getUint32(1),
    content: (bytes as Uint8Array<ArrayBuffer>).subarray(FRAME_HEAD_BYTES),
  };
}

/** A number as the content of a message. */
export function makeCount(count: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, count);
  return bytes;
}

/** @returns The number; `undefined` for what is none. */
export function parseCount(content: Uint8Array): number | undefined {
  if (content.length !== 4) return undefined;
  return new DataView(content.buffer, content.byteOffset).getUint32(0);
}

/** @returns The object; `undefined` for what is none. */
export function parseObject(
  content: Uint8Array,
): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
