/**
 * Acknowledges frames: every one, once, in the order in which they were announced.
 *
 * A source keeps one window for all its channels. If a later frame is acknowledged and an earlier
 * one never is, the source stops sending for good; so refused and abandoned frames count as well.
 *
 * @module
 */

import { LimitError } from "../errors.ts";
import { MAX_PENDING_FRAMES } from "../limits.ts";

/** One announced frame. */
export interface PendingAck {
  /** The channel of the frame. */
  readonly channel: number;
  /** The number of the frame. */
  readonly stream: number;
  /** Whether the frame has been dealt with. */
  done: boolean;
}

/** The frames of one connection that are announced and not yet acknowledged. */
export class AckQueue {
  readonly #pending: PendingAck[] = [];

  /**
   * Notes an announced frame.
   *
   * @param channel The channel of the frame.
   * @param stream The number of the frame.
   * @returns To be given to {@linkcode finish}.
   * @throws {LimitError} `too-many-frames` when a frame that never ends holds up so many others.
   */
  announce(channel: number, stream: number): PendingAck {
    if (this.#pending.length >= MAX_PENDING_FRAMES) {
      throw new LimitError(
        "too-many-frames",
        `more than ${MAX_PENDING_FRAMES} frames wait for the end of frame ${
          this.#pending[0]!.stream
        }`,
      );
    }
    const ack = { channel, stream, done: false };
    this.#pending.push(ack);
    return ack;
  }

  /**
   * Notes that a frame has been dealt with.
   *
   * @param ack The frame.
   * @returns The frames to acknowledge now, in order.
   */
  finish(ack: PendingAck): PendingAck[] {
    ack.done = true;
    let count = 0;
    while (this.#pending[count]?.done) count++;
    return this.#pending.splice(0, count);
  }
}
