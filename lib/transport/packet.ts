/**
 * Sizes and offsets of A12 packets on the wire.
 *
 * A packet is `tag[16] | seq u64 | type u8 | body`, encrypted from `seq` on. The first packet of a
 * client has `tag[8] | nonce[8]` in place of the tag. A data body begins with
 * `channel u8 | stream u32 | length u16`. Source: arcan `a12.c`.
 *
 * @module
 */

import { NONCE_BYTES, TAG_BYTES } from "../crypto/provider.ts";
import { CONTROL_BODY_BYTES, DATA_HEAD_BYTES, EVENT_BODY_BYTES } from "../wire/constants.ts";

/** Bytes of sequence number and type, the head of the encrypted part. */
export const HEAD_BYTES = 9;
/** Bytes before the body: tag (or short tag and nonce) and head. */
export const PREFIX_BYTES = TAG_BYTES + HEAD_BYTES;
/** Where the nonce stands in the first packet of a client. */
export const FIRST_NONCE_AT = TAG_BYTES - NONCE_BYTES;

/** The packet types that may appear on the wire. */
export type PacketType = 1 | 2 | 3 | 4 | 5;

/**
 * The fixed size of a packet's body.
 *
 * @param type The type byte of the head.
 * @returns Bytes of the body; for data packets the head of the body alone; `undefined` for a type
 *   that does not exist.
 */
export function bodyBytes(type: number): number | undefined {
  switch (type) {
    case 1:
      return CONTROL_BODY_BYTES;
    case 2:
      return EVENT_BODY_BYTES;
    case 3:
    case 4:
    case 5:
      return DATA_HEAD_BYTES;
    default:
      return undefined;
  }
}

/** One verified packet. */
export interface Packet {
  /** 1 control, 2 event, 3 audio, 4 video, 5 binary. */
  readonly type: PacketType;
  /** The sender's running number. */
  readonly sequence: number;
  /** The decrypted body, a view that is valid until more bytes are received. */
  readonly body: Uint8Array;
}
