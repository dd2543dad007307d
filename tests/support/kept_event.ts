import type { EventPacket } from "../../lib/session/event_packet.ts";
import type { EventReceived, SessionEvent } from "../../lib/session/events.ts";

/** A session event that shares no memory with the session. */
export type KeptEvent = Exclude<SessionEvent, EventPacket> | EventReceived;

export function keep(event: SessionEvent): KeptEvent {
  switch (event.type) {
    case "data":
      return { ...event, payload: event.payload.slice() };
    case "event":
      return { type: "event", channel: event.channel, event: event.decode() };
    default:
      return event;
  }
}
