/**
 * Acknowledges frames: every one, once, in the order in which they were announced.
 *
 * A source keeps one window for all its channels. If a later frame is acknowledged and an earlier
 * one never is, the source stops sending for good; so refused and abandoned frames count as well.
 *
 * @module
 */

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
   */
  announce(channel: number, stream: number): PendingAck {
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
