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
import type { WireEvent } from "../wire/event/types.ts";
import { ownBytes } from "../wire/layout.ts";

/** The early events of all channels of one client. */
export class EarlyEvents {
  readonly #events = new Map<number, WireEvent[]>();
  #count = 0;

  /** Keeps a copy of an event. @returns Why it was not kept. */
  keep(channel: number, event: WireEvent): StreamError | undefined {
    if (this.#count === MAX_EARLY_EVENTS) {
      const text = `more than ${MAX_EARLY_EVENTS} events before REGISTER, further ones are lost`;
      return new StreamError("too-many-events", text);
    }
    this.#count++;
    const kept = this.#events.get(channel);
    if (kept === undefined) this.#events.set(channel, [ownBytes(event)]);
    else kept.push(ownBytes(event));
    return undefined;
  }

  /** Takes out the events of a channel, in the order in which they came. */
  take(channel: number): readonly WireEvent[] {
    const kept = this.#events.get(channel) ?? [];
    this.#events.delete(channel);
    this.#count -= kept.length;
    return kept;
  }
}
