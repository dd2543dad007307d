/**
 * Sizes and offsets of A12 packets on the wire.
 *
 * A packet is `tag[16] | sequence u64 | type u8 | body`, encrypted from `sequence` on. The first packet
 * of a client has `tag[8] | nonce[8]` in place of the tag. A data body begins with
 * `channel u8 | stream u32 | length u16`. Source: arcan `a12.c`.
 *
 * @module
 */

import { NONCE_BYTES, TAG_BYTES } from "../crypto/provider.ts";
import {
  CONTROL_BODY_BYTES,
  DATA_HEAD_BYTES,
  EVENT_BODY_BYTES,
  PACKET_TYPE,
} from "../wire/constants.ts";

/** Sequence number and type: the head of the encrypted part. */
export const HEAD_BYTES = 9;
/** Everything in front of the body: tag, or short tag and nonce, and head. */
export const PREFIX_BYTES = TAG_BYTES + HEAD_BYTES;
/** Offset of the nonce in the first packet of a client. */
export const FIRST_NONCE_AT = TAG_BYTES - NONCE_BYTES;

export type PacketType = (typeof PACKET_TYPE)[keyof typeof PACKET_TYPE];

/**
 * The size of a packet's body; for data packets, of the head of the body alone.
 *
 * @returns `undefined` for an unknown type.
 */
export function bodyBytes(type: number): number | undefined {
  switch (type) {
    case PACKET_TYPE.control:
      return CONTROL_BODY_BYTES;
    case PACKET_TYPE.event:
      return EVENT_BODY_BYTES;
    case PACKET_TYPE.audio:
    case PACKET_TYPE.video:
    case PACKET_TYPE.binary:
      return DATA_HEAD_BYTES;
    default:
      return undefined;
  }
}
