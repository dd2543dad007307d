import { PREFIX_BYTES } from "../../lib/transport/packet.ts";
import type { PacketType } from "../../lib/transport/packet.ts";
import type { Transport } from "../../lib/transport/transport.ts";
import { CONTROL_BODY_BYTES } from "../../lib/wire/constants.ts";

/** The size of a control packet on the wire, such as a HELLO. */
export const CONTROL_PACKET_BYTES = PREFIX_BYTES + CONTROL_BODY_BYTES;

/** One verified packet. */
export interface Packet {
  readonly type: PacketType;
  readonly sequence: number;
  /** A view that is valid until more bytes are received. */
  readonly body: Uint8Array;
}

/** @returns The next packet as an object, or `undefined` when more bytes are needed. */
export function nextPacket(transport: Transport): Packet | undefined {
  if (!transport.advance()) return undefined;
  const { packetType, packetBlock, bodyStart, bodyEnd, lastSeen } = transport;
  return { type: packetType, sequence: lastSeen, body: packetBlock.subarray(bodyStart, bodyEnd) };
}
