/**
 * Events on channels whose segments have not registered yet.
 *
 * `registered` is the first record of a segment, so earlier events wait for it. Real sources send some:
 * `afsrv_decode` lists its protocols before it registers, and may not register at all.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { MAX_EARLY_EVENTS } from "../limits.ts";
import type { EventPacket } from "../session/event_packet.ts";

/** The early events of all channels of one client. */
export class EarlyEvents {
  readonly #events = new Map<number, EventPacket[]>();
  #count = 0;

  /** Keeps a copy of an event. @returns Why it was not kept. */
  keep(event: EventPacket): StreamError | undefined {
    if (this.#count === MAX_EARLY_EVENTS) {
      const text = `more than ${MAX_EARLY_EVENTS} events before REGISTER, further ones are lost`;
      return new StreamError("too-many-events", text);
    }
    this.#count++;
    const kept = this.#events.get(event.channel);
    if (kept === undefined) this.#events.set(event.channel, [event.copy()]);
    else kept.push(event.copy());
    return undefined;
  }

  /** Takes out the events of a channel, in the order in which they came. */
  take(channel: number): readonly EventPacket[] {
    const kept = this.#events.get(channel) ?? [];
    this.#events.delete(channel);
    this.#count -= kept.length;
    return kept;
  }
}
