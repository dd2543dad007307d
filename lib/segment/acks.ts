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

/** An announced frame. */
export interface PendingAck {
  readonly channel: number;
  /** The id of the frame. */
  readonly stream: number;
  /** Whether the frame was drawn, refused or abandoned. */
  done: boolean;
}

/** The frames of one connection that are announced and not yet acknowledged. */
export class AckQueue {
  readonly #pending: PendingAck[] = [];

  /**
   * Adds an announced frame.
   *
   * @returns The frame for {@linkcode finish}.
   * @throws {LimitError} `too-many-frames` when too many frames wait for one that does not end.
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

  /** Finishes a frame. @returns The frames to acknowledge now, in order. */
  finish(ack: PendingAck): PendingAck[] {
    ack.done = true;
    let count = 0;
    while (this.#pending[count]?.done) count++;
    return this.#pending.splice(0, count);
  }
}
