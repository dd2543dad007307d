/**
 * Tells when one connection has had the thread for long enough.
 *
 * @module
 */

import type { SessionEvent } from "../session/events.ts";
import { VIDEO_FORMAT } from "../wire/constants.ts";
import type { KnownControl } from "../wire/control.ts";
import type { Counters } from "./counters.ts";
import { TURN_MS } from "./turns.ts";

/** Events between two readings of the clock; one reading costs a twentieth of a line of text. */
const CLOCK_EVENTS = 16;
/** The clock is read after each piece of a frame with more work than this: a few bytes can mean 200 MB. */
const LARGE_FRAME_BYTES = 65_536;

/** The time that one connection has worked since the others last had their turn. */
export class TurnClock {
  readonly #largeChannels = new Set<number>();
  readonly #counters: Pick<Counters, "workMs"> | undefined;
  #workedMs = 0;
  #sinceMs = 0;
  #unclocked = 0;

  /** @param counters Get the time as well. */
  constructor(counters?: Pick<Counters, "workMs">) {
    this.#counters = counters;
  }

  /** Whether the others should have their turn, at the last reading of the clock. */
  get isOver(): boolean {
    return this.#workedMs >= TURN_MS;
  }

  /** The last reading of the clock, by `performance.now`. */
  get readMs(): number {
    return this.#sinceMs;
  }

  /** Work begins; what came before was waiting. */
  start(): void {
    this.#sinceMs = performance.now();
  }

  /** Work ends for now. */
  stop(): void {
    const nowMs = performance.now();
    const workMs = nowMs - this.#sinceMs;
    this.#workedMs += workMs;
    if (this.#counters !== undefined) this.#counters.workMs += workMs;
    this.#sinceMs = nowMs;
    this.#unclocked = 0;
  }

  /** Counts an event that was worked off. */
  count(event: SessionEvent): boolean {
    if (!this.#isLong(event) && ++this.#unclocked < CLOCK_EVENTS) return false;
    this.stop();
    return this.isOver;
  }

  /** The others had their turn; work goes on. */
  reset(): void {
    this.#workedMs = 0;
    this.start();
  }

  #isLong(event: SessionEvent): boolean {
    const large = this.#largeChannels;
    if (event.type === "data") {
      return event.stream !== "video" || large.size > 0 && large.has(event.channel);
    }
    if (event.type === "control" && event.control.command === "videoframe") {
      const { channel } = event.control;
      if (workBytes(event.control) > LARGE_FRAME_BYTES) large.add(channel);
      else if (large.size > 0) large.delete(channel);
    }
    return false;
  }
}

/** A frame of pixels may have its whole surface made or copied, however small its region is. */
function workBytes(header: KnownControl<"videoframe">): number {
  return header.format === VIDEO_FORMAT.tpack
    ? header.expandedLength
    : header.surfaceWidth * header.surfaceHeight * 4;
}
