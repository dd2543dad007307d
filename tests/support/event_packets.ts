import { eventChecksum } from "../../lib/wire/event/event.ts";

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
