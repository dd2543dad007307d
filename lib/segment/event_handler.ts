/**
 * Handlers that can do without the records of some events.
 *
 * @module
 */

import type { EventPacket } from "../session/event_packet.ts";
import type { Segment } from "./segment.ts";
import type { ClientHandler } from "./source.ts";

/** The name of the method of {@linkcode EventHandler}; no program has it by chance. */
export const TAKE_EVENT: unique symbol = Symbol("takeEvent");

/** A handler that may have a method for events of which nothing comes but a record. */
export type EventHandler = ClientHandler & {
  /**
   * Takes an event in place of its record; must not throw.
   *
   * @returns `false` when it wants the record instead; the segment is as before then.
   */
  readonly [TAKE_EVENT]?: (segment: Segment, event: EventPacket) => boolean;
};
