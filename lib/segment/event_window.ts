/**
 * How many events a client may have under way.
 *
 * A source hands events to its client through a queue of 126 places and silently drops what does not
 * fit. So no more events are sent than the queue holds until the client shows that it has
 * taken some.
 *
 * A client of libarcan_tui says so exactly: it answers the label `COPY_WINDOW`, which it announces, by
 * a segment request, in the order of its other input. Such a probe follows every few events; its answer
 * is not handed on and gets no reply. Other clients are judged by signs of life: each frame or event
 * that comes from them stands for everything sent so far. Without a sign events trickle.
 *
 * No sink can prevent what arcan-net loses with room in the queue: it fills it from two threads without
 * a lock, so that one event may overwrite another on a machine that is busy.
 *
 * Source: arcan `posix/frameserver.c`, `platform_fsrv_pushevent`; `tui/core/input.c`, `consume_label`.
 *
 * @module
 */

import { decodeUtf8Lenient } from "../bytes/text.ts";
import {
  CLIENT_QUEUE_EVENTS,
  CLIENT_TICK_MS,
  EVENT_PACE_MS,
  EVENT_PROBE_LOST_MS,
  EVENT_PROBE_REPEAT_MS,
  EVENT_TRICKLE_MS,
  EVENTS_PER_PROBE,
  MAX_EVENTS_UNCONFIRMED,
  MAX_EVENTS_UNDER_WAY,
  MAX_PROBES_IGNORED,
} from "../limits.ts";
import type { EventInput, InputEventInput, WireEvent } from "../wire/event/types.ts";
import { isMasked } from "./verbs/input_mask.ts";

/** The label that libarcan_tui answers. */
const PROBE_LABEL = "COPY_WINDOW";
/** The id of the segment request that answers it. */
const PROBE_REQUEST_ID = 0x2c0c0;

/** The probe: a key of no symbol and no text, which does nothing but carry the label. */
export const PROBE: InputEventInput<"translated"> = {
  category: "input",
  kind: "translated",
  label: PROBE_LABEL,
  active: true,
};

/** A probe whose answer has not come. */
interface Mark {
  /** How many events were sent up to and with it. */
  readonly at: number;
  readonly sentMs: number;
  /** Whether there was room for it in the client's queue. */
  readonly isSure: boolean;
  /** Whether it is ours; the answer to a handler's own use of the label belongs to the handler. */
  readonly isOurs: boolean;
}

/** The events of one client that are under way. */
export class EventWindow {
  #sent = 0;
  #taken = 0;
  #marks: Mark[] = [];
  /** Earlier probes in whose place another one was sent; their answers may still come. */
  #replaced = 0;
  /** Whether a probe was sent in place of others, and whether an answer has come since. */
  #repeat: "none" | "sent" | "answered" = "none";
  /** Whether the next probe is sent although there may be no room for it. */
  #isAsking = false;
  #hasAnnounced = false;
  #isMasked = false;
  #isPaused = false;
  /** Whether nothing is read from the client. */
  isReadingPaused = false;
  /** Probes in a row that a living client has left unanswered. */
  #ignored = 0;
  #hasSign = false;
  #signMs: number;
  /** All that was in the client's queue at that time has been taken. */
  #drainedMs: number;
  /** When a probe was sent or an answer came. */
  #probedMs: number;
  #refilledMs: number;
  #trickledMs: number;

  constructor(nowMs: number) {
    this.#signMs = this.#drainedMs = nowMs;
    this.#probedMs = this.#refilledMs = this.#trickledMs = nowMs;
  }

  /** Whether a probe is to follow what was sent. */
  get wantsProbe(): boolean {
    const probed = this.#marks.at(-1)?.at ?? this.#taken;
    return this.#canProbe && this.#sent - probed >= EVENTS_PER_PROBE;
  }

  get #canProbe(): boolean {
    return this.#hasAnnounced && !this.#isMasked && !this.#isPaused && !this.isReadingPaused;
  }

  /** Whether the client says what it has taken. */
  get #isExact(): boolean {
    return this.#canProbe && this.#ignored < MAX_PROBES_IGNORED;
  }

  /**
   * How many events may be sent.
   *
   * @returns 0 or less when none may.
   */
  room(nowMs: number): number {
    if (!this.#isExact) {
      this.#refill(nowMs);
      return MAX_EVENTS_UNCONFIRMED - (this.#sent - this.#taken);
    }
    // The clock of a client that stands still goes on filling its queue.
    const ticks = Math.ceil((nowMs - this.#drainedMs) / CLIENT_TICK_MS);
    return Math.min(MAX_EVENTS_UNDER_WAY, CLIENT_QUEUE_EVENTS - ticks) - (this.#sent - this.#taken);
  }

  /**
   * Decides whether to send a probe although there is no room: one that has no answer for long may
   * have been thrown away.
   */
  mustProbe(nowMs: number): boolean {
    if (!this.#isExact) return false;
    if (this.#marks.length > 0) {
      const isDrained = this.#signMs - this.#probedMs >= EVENT_PROBE_REPEAT_MS;
      const isSure = this.#marks.some((mark) => mark.isSure);
      const patienceMs = isSure ? EVENT_PROBE_LOST_MS : EVENT_PROBE_REPEAT_MS;
      if (!isDrained && nowMs - this.#probedMs < patienceMs) return false;
      if (this.#signMs > this.#probedMs && this.#repeat !== "answered") this.#ignored++;
      // Behind a frame, or behind the answers that have come, there are no more to come.
      const isOver = isDrained || this.#repeat === "answered";
      this.#replaced = isOver ? 0 : this.#replaced + this.#marks.length;
      this.#marks = [];
      this.#repeat = "sent";
    }
    this.#isAsking = true;
    return true;
  }

  /**
   * When there may be room although nothing has come from the client.
   *
   * @returns Milliseconds from now.
   */
  waitMs(nowMs: number): number {
    if (this.#isExact) return EVENT_PROBE_REPEAT_MS;
    const trickleMs = this.#trickledMs + EVENT_TRICKLE_MS - nowMs;
    if (!this.#hasSign) return trickleMs;
    return Math.min(trickleMs, this.#refilledMs + EVENT_PACE_MS - nowMs);
  }

  sent(event: EventInput, nowMs: number): void {
    if (this.#sent === this.#taken) this.#trickledMs = nowMs;
    this.#sent++;
    if (event.category === "target") {
      // A paused client may throw probes away.
      if (event.kind === "pause") this.#isPaused = true;
      if (event.kind === "unpause") this.#isPaused = false;
    } else if (event.category === "input" && event.kind === "translated") {
      if (event.label === PROBE_LABEL && event.active) this.#mark(event === PROBE, nowMs);
    }
  }

  /** Counts a sign of life: a client empties its queue before it draws. */
  alive(nowMs: number): void {
    this.#signMs = this.#drainedMs = nowMs;
    this.#hasSign = true;
  }

  /**
   * Takes an event of the client's primary segment.
   *
   * @returns Whether it is the answer to a probe of ours.
   */
  observe(event: WireEvent, nowMs: number): boolean {
    if (event.category === "external" && event.kind === "segreq" && event.id === PROBE_REQUEST_ID) {
      return this.#answered(nowMs);
    }
    this.alive(nowMs);
    if (event.category !== "external") return false;
    if (event.kind === "labelhint") {
      this.#hasAnnounced ||= decodeUtf8Lenient(event.label) === PROBE_LABEL;
    }
    if (event.kind === "inputmask") {
      this.#isMasked = isMasked(PROBE, { devices: event.device, types: event.types });
    }
    return false;
  }

  #answered(nowMs: number): boolean {
    this.#ignored = 0;
    this.#hasSign = true;
    this.#probedMs = nowMs;
    if (this.#repeat === "sent") this.#repeat = "answered";
    if (this.#replaced > 0) {
      this.#replaced--;
      return true;
    }
    const mark = this.#marks.shift();
    if (mark !== undefined) {
      this.#taken = Math.max(this.#taken, mark.at);
      this.#drainedMs = Math.max(this.#drainedMs, mark.sentMs);
    }
    if (this.#marks.length === 0) this.#repeat = "none";
    return mark?.isOurs ?? false;
  }

  #mark(isOurs: boolean, nowMs: number): void {
    if (!this.#isExact) this.#marks = [];
    this.#marks.push({ at: this.#sent, sentMs: nowMs, isSure: !this.#isAsking, isOurs });
    this.#isAsking = false;
    this.#probedMs = nowMs;
  }

  #refill(nowMs: number): void {
    if (this.#hasSign && nowMs - this.#refilledMs >= EVENT_PACE_MS) {
      this.#hasSign = false;
      this.#refilledMs = nowMs;
      this.#taken = this.#sent;
    }
    const steps = Math.floor((nowMs - this.#trickledMs) / EVENT_TRICKLE_MS);
    this.#trickledMs += steps * EVENT_TRICKLE_MS;
    this.#taken = Math.min(this.#sent, this.#taken + steps);
  }
}
