/**
 * The messages on the way to one viewer, and how fast its line is.
 *
 * @module
 */

import {
  VIEWER_FAST_LINE,
  VIEWER_LOCAL_LINE,
  VIEWER_PICTURES_AHEAD,
  VIEWER_WINDOW_BYTES,
} from "../../limits.ts";
import type { Line } from "./compress.ts";
import type { Ack } from "./protocol.ts";

interface Sent {
  readonly segment: number;
  readonly bytes: number;
  /** Whether it ends a picture. */
  readonly isLast: boolean;
  readonly sentMs: number;
}

/** Smaller messages do not tell what the line carries. */
const MEASURED_BYTES = 256 << 10;
/** Messages up to this size tell how long the line takes at least. */
const SMALL_BYTES = 4_096;
/** How much the latest message counts. */
const LATEST_SHARE = 0.3;

export class Window {
  readonly #sent = new Map<number, Sent>();
  readonly #sounds = new Set<number>();
  #soundBytes = 0;
  #bytes = 0;
  #lastSeq = 0;
  #lastArrivedMs = 0;
  #leastDelayMs = Infinity;
  /** Bytes a second; 0 while nothing large was sent. */
  #rate = 0;

  get line(): Line {
    return this.#rate > VIEWER_LOCAL_LINE
      ? "local"
      : this.#rate > VIEWER_FAST_LINE
      ? "fast"
      : "slow";
  }

  /** Whether one more piece of a picture may be made. */
  get hasRoom(): boolean {
    return this.#bytes < VIEWER_WINDOW_BYTES;
  }

  /** Bytes of sound on the way. */
  get soundBytes(): number {
    return this.#soundBytes;
  }

  /** Sound is sent. @returns Its sequence number. */
  sentSound(segment: number, bytes: number): number {
    const seq = this.sent(segment, bytes, false);
    this.#sounds.add(seq);
    this.#soundBytes += bytes;
    return seq;
  }

  /** Whether a picture of a segment may begin. @param most How many may be on the way. */
  mayBegin(segment: number, most = VIEWER_PICTURES_AHEAD): boolean {
    let pictures = 0;
    for (const sent of this.#sent.values()) {
      if (sent.isLast && sent.segment === segment) pictures++;
    }
    return pictures < most && this.hasRoom;
  }

  /** A message is sent. @returns Its sequence number. */
  sent(segment: number, bytes: number, isLast: boolean): number {
    this.#sent.set(++this.#lastSeq, { segment, bytes, isLast, sentMs: performance.now() });
    this.#bytes += bytes;
    return this.#lastSeq;
  }

  /** A message was drawn; one that is not on the way is ignored. */
  acknowledged({ seq, ms = 0 }: Ack): void {
    const sent = this.#sent.get(seq);
    if (sent === undefined) return;
    this.#sent.delete(seq);
    this.#bytes -= sent.bytes;
    if (this.#sounds.delete(seq)) this.#soundBytes -= sent.bytes;
    this.#measure(sent, ms);
  }

  /** @param drawingMs What the viewer needed beside the line. */
  #measure({ bytes, sentMs }: Sent, drawingMs: number): void {
    const arrivedMs = performance.now() - drawingMs;
    const delayMs = Math.max(arrivedMs - Math.max(sentMs, this.#lastArrivedMs), 0);
    this.#lastArrivedMs = Math.max(this.#lastArrivedMs, arrivedMs);
    if (bytes <= SMALL_BYTES) this.#leastDelayMs = Math.min(this.#leastDelayMs, delayMs);
    if (bytes < MEASURED_BYTES) return;
    const fixedMs = Number.isFinite(this.#leastDelayMs) ? this.#leastDelayMs : 0;
    const rate = bytes / Math.max(delayMs - fixedMs, 0.1) * 1_000;
    this.#rate = this.#rate === 0 ? rate : this.#rate + (rate - this.#rate) * LATEST_SHARE;
  }
}
