/**
 * The events of a session.
 *
 * @module
 */

import type { Role } from "../wire/constants.ts";
import type { Control } from "../wire/control.ts";
import type { WireEvent } from "../wire/event/types.ts";
import type { EventPacket } from "./event_packet.ts";

/** Whether the static key is sent under an ephemeral exchange or in the first packet. */
export type HelloMode = "ephemeral" | "direct";

/** The peer claims a key but has proved nothing. Answer with `accept` or `reject`. */
export interface PeerOffered {
  readonly type: "peer-offered";
  /** The claimed static X25519 key, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly role: Role;
  readonly mode: HelloMode;
}

/** The peer has proved that it holds the private key of the key that it claimed. */
export interface PeerAuthenticated {
  readonly type: "peer-authenticated";
  /** The static X25519 key, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly role: Role;
}

/** A control command other than HELLO and REKEY. */
export interface ControlReceived {
  /** Tells this from other session events. */
  readonly type: "control";
  /** The command. */
  readonly control: Control;
}

/** An event of a segment, decoded. */
export interface EventReceived {
  /** Tells this from other events. */
  readonly type: "event";
  /** The channel of the segment. */
  readonly channel: number;
  /** The event. */
  readonly event: WireEvent;
}

/** A part of a stream. */
export interface DataReceived {
  readonly type: "data";
  readonly stream: "audio" | "video" | "binary";
  readonly channel: number;
  /** The id of a binary transfer; video and audio have a constant here. */
  readonly streamId: number;
  /** A view that is valid until more bytes are received. */
  readonly payload: Uint8Array;
}

/** The peer closed the connection between two packets. */
interface Closed {
  readonly type: "closed";
}

/** Everything that {@linkcode Session.nextEvent} returns. */
export type SessionEvent =
  | PeerOffered
  | PeerAuthenticated
  | ControlReceived
  | EventPacket
  | DataReceived
  | Closed;
