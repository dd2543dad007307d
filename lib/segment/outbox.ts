/**
 * Events to a client: in order, no faster than it reads and than its queue takes them.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";
import {
  EVENT_BURST,
  EVENT_PACE_MS,
  MAX_WAITING_CALLS,
  MAX_WAITING_UNITS,
  READ_PAUSE_OUTPUT_BYTES,
} from "../limits.ts";
import type { Session } from "../session/session.ts";
import { EVENT_BODY_BYTES } from "../wire/constants.ts";
import type { EventInput } from "../wire/event/types.ts";
import { EventWindow, PROBE } from "./event_window.ts";
import type { Sent } from "./sent.ts";

/** Tag, sequence number and type in front of the body. */
const PACKET_BYTES = EVENT_BODY_BYTES + 25;

/** The part of a session that is used. */
type EventSink = Pick<Session, "sendEvent" | "outputBytes">;

/** The result of a call whose events wait for their turn. */
export interface Waiter {
  readonly promise: Promise<boolean>;
  /** Settles the promise: `true` when all was sent, `false` when the client ended before. */
  readonly settle: (wasSent: boolean) => void;
}

/** The clock and the promises that the pacing of events needs. */
export interface Pacing {
  /** The time in milliseconds, from any start. */
  readonly nowMs: () => number;
  /** The time of what is taken from the client now, at most a few events old: reading a clock takes as long. */
  readonly takenMs: () => number;
  readonly waiter: () => Waiter;
}

/** Events that go one after the other. */
interface Burst {
  readonly channel: number;
  /** Read when they are sent. */
  readonly events: Iterable<EventInput>;
  /** What they count for while they wait, in UTF-16 units or events; absent for our own replies. */
  readonly units?: number;
}

/** A burst whose turn has not come or is not over. */
interface Waiting {
  readonly channel: number;
  readonly units: number | undefined;
  readonly events: Iterator<EventInput>;
  next: IteratorResult<EventInput>;
  waiter?: Waiter;
}

/** The events of one connection that wait for their turn. */
export class Outbox {
  readonly #sink: EventSink;
  readonly #pacing: Pacing | undefined;
  readonly #waiting: Waiting[] = [];
  #calls = 0;
  #units = 0;
  #allowance = EVENT_BURST;
  #burstMs = 0;
  #wakeAtMs = Infinity;
  /** What the client has taken. */
  readonly window: EventWindow;

  /** @param pacing Time and promises; events are not spread in time when absent. */
  constructor(sink: EventSink, pacing: Pacing | undefined) {
    this.#sink = sink;
    this.#pacing = pacing;
    this.window = new EventWindow(pacing?.nowMs() ?? 0);
  }

  /** When to {@linkcode fill} again although nothing was read or written; `Infinity` for never. */
  get wakeAtMs(): number {
    return this.#wakeAtMs;
  }

  /**
   * Sends events, at once if they can be.
   *
   * @returns `true` when all were sent, else a promise for when they are.
   * @throws {ApiMisuseError} `queue-full` when too much waits; nothing is sent then.
   */
  send(burst: Burst): Sent {
    const isReply = burst.units === undefined;
    if (!isReply) this.#mustHaveRoom(burst.units);
    else if (this.#waiting.length - this.#calls >= MAX_WAITING_CALLS) {
      // A client that asks without end gets its replies, whatever its queue does with them.
      for (const event of burst.events) this.#sink.sendEvent(burst.channel, event);
      return true;
    }
    const events = burst.events[Symbol.iterator]();
    const waiting: Waiting = {
      channel: burst.channel,
      units: burst.units,
      events,
      next: events.next(),
    };
    if (waiting.next.done) return true;
    this.#waiting.push(waiting);
    if (!isReply) this.#calls++;
    this.#units += burst.units ?? 0;
    this.fill();
    if (waiting.next.done || this.#pacing === undefined) return true;
    waiting.waiter = this.#pacing.waiter();
    return waiting.waiter.promise;
  }

  /** Sends what waits as far as it may go now. */
  fill(): void {
    this.#wakeAtMs = Infinity;
    if (this.#waiting.length === 0) return;
    const nowMs = this.#pacing?.nowMs() ?? 0;
    if (nowMs - this.#burstMs >= EVENT_PACE_MS) {
      this.#allowance = EVENT_BURST;
      this.#burstMs = nowMs;
    }
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#sink.outputBytes + PACKET_BYTES > READ_PAUSE_OUTPUT_BYTES) return;
      if (this.#pacing !== undefined && !this.#mayGoOn(nowMs)) return;
      this.#send(first.channel, first.next.value, nowMs);
      if (this.window.wantsProbe) this.#send(0, PROBE, nowMs);
      first.next = first.events.next();
      if (first.next.done) this.#done(this.#waiting.shift()!, true);
    }
  }

  /** Forgets what waits. */
  clear(): void {
    for (const waiting of this.#waiting.splice(0)) this.#done(waiting, false);
  }

  #mustHaveRoom(units = 0): void {
    const detail = this.#calls >= MAX_WAITING_CALLS
      ? `${this.#calls} calls of verbs wait for the client, the limit is ${MAX_WAITING_CALLS}`
      : this.#calls > 0 && this.#units + units > MAX_WAITING_UNITS
      ? `${this.#units} units of text and events wait for the client, ${units} more are over the ` +
        `limit of ${MAX_WAITING_UNITS}`
      : undefined;
    if (detail !== undefined) {
      throw new ApiMisuseError("queue-full", `${detail}; await what the verbs return`);
    }
  }

  #mayGoOn(nowMs: number): boolean {
    if (this.#allowance <= 0) {
      this.#wakeAtMs = this.#burstMs + EVENT_PACE_MS;
      return false;
    }
    if (this.window.room(nowMs) > 0) return true;
    if (this.window.mustProbe(nowMs)) this.#send(0, PROBE, nowMs);
    this.#wakeAtMs = nowMs + this.window.waitMs(nowMs);
    return false;
  }

  #send(channel: number, event: EventInput, nowMs: number): void {
    this.#sink.sendEvent(channel, event);
    this.window.sent(event, nowMs);
    this.#allowance--;
  }

  #done({ units, waiter }: Waiting, wasSent: boolean): void {
    if (units !== undefined) this.#calls--;
    this.#units -= units ?? 0;
    waiter?.settle(wasSent);
  }
}
