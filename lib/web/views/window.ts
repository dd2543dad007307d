/**
 * The messages on the way to one viewer, and how fast its line is.
 *
 * @module
 */

import { VIEWER_FAST_LINE, VIEWER_PICTURES_AHEAD, VIEWER_WINDOW_BYTES } from "../../limits.ts";

interface Sent {
  readonly segment: number;
  readonly bytes: number;
  /** Whether it ends a picture. */
  readonly isLast: boolean;
  readonly sentMs: number;
}

/** Smaller messages tell nothing about the line. */
const MEASURED_BYTES = 256 << 10;

export class Window {
  readonly #sent = new Map<number, Sent>();
  #bytes = 0;
  #lastSeq = 0;
  #lastAckMs = 0;
  #leastDelayMs = Infinity;
  #isFast = false;

  /** Whether bytes cost the viewer less than the time to compress a photo. */
  get isFast(): boolean {
    return this.#isFast;
  }

  /** Whether one more piece of a picture may be made. */
  get hasRoom(): boolean {
    return this.#bytes < VIEWER_WINDOW_BYTES;
  }

  /** Whether a picture of a segment may begin. */
  mayBegin(segment: number): boolean {
    let pictures = 0;
    for (const sent of this.#sent.values()) {
      if (sent.isLast && sent.segment === segment) pictures++;
    }
    return pictures < VIEWER_PICTURES_AHEAD && this.hasRoom;
  }

  /** A message is sent. @returns Its sequence number. */
  sent(segment: number, bytes: number, isLast: boolean): number {
    this.#sent.set(++this.#lastSeq, { segment, bytes, isLast, sentMs: performance.now() });
    this.#bytes += bytes;
    return this.#lastSeq;
  }

  /** A message was drawn. @returns Whether it was on the way. */
  acknowledged(seq: number): boolean {
    const sent = this.#sent.get(seq);
    if (sent === undefined) return false;
    this.#sent.delete(seq);
    this.#bytes -= sent.bytes;
    this.#measure(sent);
    return true;
  }

  #measure({ bytes, sentMs }: Sent): void {
    const nowMs = performance.now();
    const delayMs = nowMs - Math.max(sentMs, this.#lastAckMs);
    this.#lastAckMs = nowMs;
    this.#leastDelayMs = Math.min(this.#leastDelayMs, delayMs);
    if (bytes < MEASURED_BYTES) return;
    const rate = bytes / Math.max(delayMs - this.#leastDelayMs, 1) * 1_000;
    this.#isFast = rate > VIEWER_FAST_LINE;
  }
}
