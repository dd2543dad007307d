/**
 * Bursts of events, such as a text that is typed: sent no faster than the client reads, and never
 * overtaken by later events.
 *
 * @module
 */

import { MAX_OUTPUT_BYTES, MAX_WAITING_BURSTS } from "../limits.ts";
import { EVENT_BODY_BYTES } from "../wire/constants.ts";
import type { EventInput } from "../wire/event/types.ts";

/** Tag, sequence number and type in front of the body. */
const PACKET_BYTES = EVENT_BODY_BYTES + 25;

/** The part of a session that is used. */
export interface EventSink {
  /** Sends an event. */
  readonly sendEvent: (channel: number, event: EventInput) => void;
  /** Bytes that wait to be sent. */
  readonly outputBytes: number;
}

interface Burst {
  readonly channel: number;
  readonly events: Iterator<EventInput>;
}

/** The events of one connection that wait for their turn. */
export class Outbox {
  readonly #sink: EventSink;
  readonly #bursts: Burst[] = [];

  /** @param sink The session. */
  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#bursts.length === 0;
  }

  /**
   * Sends events, at once unless others wait or the output is full.
   *
   * @param channel The channel.
   * @param events Read when they are sent.
   * @param limitBytes How much may wait in the output.
   */
  send(channel: number, events: Iterable<EventInput>, limitBytes: number): void {
    this.#bursts.push({ channel, events: events[Symbol.iterator]() });
    // A client that reads nothing is ended for its full output, however many events wait for it.
    this.fill(this.#bursts.length > MAX_WAITING_BURSTS ? 2 * MAX_OUTPUT_BYTES : limitBytes);
  }

  /**
   * Sends what waits until so much waits in the output.
   *
   * @param limitBytes How much may wait.
   */
  fill(limitBytes: number): void {
    for (let burst = this.#bursts[0]; burst !== undefined; burst = this.#bursts[0]) {
      if (this.#sink.outputBytes + PACKET_BYTES > limitBytes) return;
      const { done, value } = burst.events.next();
      if (done) this.#bursts.shift();
      else this.#sink.sendEvent(burst.channel, value);
    }
  }

  /** Forgets what waits. */
  clear(): void {
    this.#bursts.length = 0;
  }
}
