/**
 * Events to a client: in order, no faster than it reads and than its queue takes them.
 *
 * A real source throws away what does not fit its client's queue, so that a text that is typed at
 * once would arrive in parts. Nothing tells how full that queue is; the events are spread in time.
 *
 * @module
 */

import { EVENT_BURST, MAX_OUTPUT_BYTES, MAX_WAITING_BURSTS } from "../limits.ts";
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
  readonly #onPace: (() => void) | undefined;
  readonly #bursts: Burst[] = [];
  /** How many events may be sent before the next {@linkcode tick}. */
  #allowance = EVENT_BURST;
  #isTickAsked = false;

  /**
   * @param sink The session.
   * @param onPace Asks for one {@linkcode tick} in `EVENT_PACE_MS`; nothing is spread when absent.
   */
  constructor(sink: EventSink, onPace: (() => void) | undefined) {
    this.#sink = sink;
    this.#onPace = onPace;
  }

  /**
   * Sends events, at once unless others wait or it would be too many.
   *
   * @param channel The channel.
   * @param events Read when they are sent.
   * @param limitBytes How much may wait in the output.
   */
  send(channel: number, events: Iterable<EventInput>, limitBytes: number): void {
    this.#bursts.push({ channel, events: events[Symbol.iterator]() });
    // A client that reads nothing is ended for its full output, however many events wait for it.
    if (this.#bursts.length > MAX_WAITING_BURSTS) this.#fill(2 * MAX_OUTPUT_BYTES, false);
    else this.fill(limitBytes);
  }

  /**
   * Sends what waits until so much waits in the output.
   *
   * @param limitBytes How much may wait.
   */
  fill(limitBytes: number): void {
    this.#fill(limitBytes, this.#onPace !== undefined);
  }

  /**
   * Goes on with the next burst.
   *
   * @param limitBytes How much may wait in the output.
   */
  tick(limitBytes: number): void {
    this.#isTickAsked = false;
    this.#allowance = EVENT_BURST;
    this.fill(limitBytes);
  }

  /** Forgets what waits. */
  clear(): void {
    this.#bursts.length = 0;
  }

  #fill(limitBytes: number, isPaced: boolean): void {
    for (let burst = this.#bursts[0]; burst !== undefined; burst = this.#bursts[0]) {
      if (isPaced && this.#allowance <= 0) break;
      if (this.#sink.outputBytes + PACKET_BYTES > limitBytes) break;
      const { done, value } = burst.events.next();
      if (done) {
        this.#bursts.shift();
      } else {
        this.#sink.sendEvent(burst.channel, value);
        this.#allowance--;
      }
    }
    if (this.#allowance === EVENT_BURST || this.#isTickAsked) return;
    this.#isTickAsked = true;
    this.#onPace?.();
  }
}
