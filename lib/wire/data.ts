/**
 * The head of data packets (types 3, 4 and 5).
 *
 * @module
 */

import { viewOfBuffer } from "../bytes/view.ts";
import { DATA_HEAD_BYTES } from "./constants.ts";
import { u16, u32, u8 } from "./fields.ts";
import { Codec, requireSpace } from "./layout.ts";

/** The 7 bytes in front of the payload of a data packet. */
interface DataHead {
  readonly channel: number;
  /** VIDEO_DATA_STREAM_ID for video and audio, the id of the transfer for binary. */
  readonly stream: number;
  /** Size of the payload, 0 to 65535 bytes. */
  readonly length: number;
}

const HEAD = new Codec({ channel: u8(0), stream: u32(1), length: u16(5) }, {});

/** @throws {ApiMisuseError} `bad-argument` unless 7 bytes follow `at`. */
export function decodeDataHead(bytes: Uint8Array, at = 0): DataHead {
  requireSpace("a data head", DATA_HEAD_BYTES, bytes, at);
  return HEAD.decode(viewOfBuffer(bytes), bytes.byteOffset + at);
}

/** @throws {ApiMisuseError} `bad-argument` when a value does not fit its field or the head `out`. */
export function encodeDataHead(head: DataHead, out: Uint8Array, at = 0): void {
  requireSpace("a data head", DATA_HEAD_BYTES, out, at);
  HEAD.encode(head, viewOfBuffer(out), out.byteOffset + at);
}
