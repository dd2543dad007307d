/**
 * Handlers that can do without the records of some events.
 *
 * @module
 */

import type { EventPacket } from "../session/event_packet.ts";
import type { Segment } from "./segment.ts";
import type { ClientHandler } from "./source.ts";

/** Names the method of {@linkcode EventHandler}: a symbol, so that no handler of a program has one by chance. */
export const TAKE_EVENT: unique symbol = Symbol("takeEvent");

/** A handler that may take events in place of their records, if they have no other effect. */
export type EventHandler = ClientHandler & {
  /**
   * Takes an event; must not throw.
   *
   * @returns `false` when it needs the record; then it has left the segment as it was.
   */
  readonly [TAKE_EVENT]?: (segment: Segment, event: EventPacket) => boolean;
};
