import { EVENT_BODY_BYTES } from "../../lib/wire/constants.ts";
import { eventChecksum } from "../../lib/wire/event/event.ts";

const CHANNEL_AT = 8;
const CHECKSUM_AT = 9;
const EVENT_AT = 11;

/** The fields of an event packet that receivers ignore. */
export interface EventPacketHead {
  readonly lastSeen: number;
  readonly isChecksumRight: boolean;
}

/** @param body The 139 bytes of an event packet. */
export function readEventPacketHead(body: Uint8Array): EventPacketHead {
  const view = new DataView(body.buffer, body.byteOffset);
  return {
    lastSeen: Number(view.getBigUint64(0, true)),
    isChecksumRight: view.getUint16(CHECKSUM_AT, true) === eventChecksum(body, EVENT_AT),
  };
}

/** The body of a packet with the 128 bytes of an event; everything that receivers ignore is zero. */
export function eventBody(event: Uint8Array, channel = 0): Uint8Array {
  const body = new Uint8Array(EVENT_BODY_BYTES);
  body[CHANNEL_AT] = channel;
  body.set(event, EVENT_AT);
  return body;
}
