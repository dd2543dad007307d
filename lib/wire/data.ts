/**
 * The head of data packets (types 3, 4 and 5).
 *
 * @module
 */

import { viewOfBuffer } from "../bytes/view.ts";
import { ApiMisuseError } from "../errors.ts";
import { DATA_HEAD_BYTES } from "./constants.ts";

/** The 7 bytes before the payload of a data packet. */
export interface DataHead {
  /** The channel, 0 to 255. */
  readonly channel: number;
  /** The stream; a constant for video and audio, the transfer's id for binary. */
  readonly stream: number;
  /** The payload that follows, 0 to 65535 bytes. */
  readonly length: number;
}

/**
 * Reads a data head.
 *
 * @param bytes Holds 7 bytes from `at`.
 * @param at Where the head starts, in bytes.
 * @throws {ApiMisuseError} `bad-argument` when fewer than 7 bytes are there.
 */
export function decodeDataHead(bytes: Uint8Array, at = 0): DataHead {
  if (at < 0 || at + DATA_HEAD_BYTES > bytes.length) {
    throw new ApiMisuseError(
      "bad-argument",
      `a data head needs ${DATA_HEAD_BYTES} bytes, has ${bytes.length - at}`,
    );
  }
  const view = viewOfBuffer(bytes);
  const base = bytes.byteOffset + at;
  return {
    channel: view.getUint8(base),
    stream: view.getUint32(base + 1, true),
    length: view.getUint16(base + 5, true),
  };
}

/**
 * The payload length of a data head, without decoding the rest.
 *
 * @param bytes Holds 7 bytes from `at`.
 * @param at Where the head starts, in bytes.
 */
export function dataLength(bytes: Uint8Array, at = 0): number {
  return bytes[at + 5]! | (bytes[at + 6]! << 8);
}

/**
 * Writes a data head.
 *
 * @param head The channel, the stream and the payload length.
 * @param out Where to write 7 bytes.
 * @param at Where the head starts, in bytes.
 * @throws {ApiMisuseError} `bad-argument` when a value does not fit its field or the head does not fit `out`.
 */
export function encodeDataHead(head: DataHead, out: Uint8Array, at = 0): void {
  check("channel", head.channel, 0xff);
  check("stream", head.stream, 0xffff_ffff);
  check("length", head.length, 0xffff);
  if (at < 0 || at + DATA_HEAD_BYTES > out.length) {
    throw new ApiMisuseError(
      "bad-argument",
      `a data head needs ${DATA_HEAD_BYTES} bytes, has ${out.length - at}`,
    );
  }
  const view = viewOfBuffer(out);
  const base = out.byteOffset + at;
  view.setUint8(base, head.channel);
  view.setUint32(base + 1, head.stream, true);
  view.setUint16(base + 5, head.length, true);
}

function check(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw new ApiMisuseError(
    "bad-argument",
    `${name} is ${value}, must be an integer from 0 to ${max}`,
  );
}
