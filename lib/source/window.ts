/**
 * Which frames are under way, so that a source is never further ahead than its sink can follow.
 *
 * @module
 */

const LAST_STREAM_ID = 0xffff_ffff;

/** The frames of one connection, all channels together, that were sent and not acknowledged. */
export class FrameWindow {
  readonly #limit: number;
  readonly #pending: number[] = [];
  #next = 1;
  #acknowledged = 0;
  #skipped = 0;

  /**
   * Makes a window in which no frame is under way.
   *
   * @param limit How many frames may be under way; 1 as with arcan-net, `Infinity` to never wait.
   */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Whether one more frame may be sent.
   *
   * DEVIATION: the reference does not wait for a sink that has never acknowledged a frame; pinned by
   * "a sink that never acknowledges gets one frame".
   */
  get isOpen(): boolean {
    return this.#pending.length < this.#limit;
  }

  /** How many frames are under way. */
  get pending(): number {
    return this.#pending.length;
  }

  /** How many frames the sink has acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** How many frames the sink has passed over; one is enough to stall arcan-net for ever. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Numbers the next frame and counts it as under way. @returns Its number. */
  send(): number {
    const stream = this.#next;
    this.#next = stream === LAST_STREAM_ID ? 1 : stream + 1;
    this.#pending.push(stream);
    return stream;
  }

  /**
   * Takes an acknowledgement: it covers the frame and those before it.
   *
   * @param stream The number of the frame; others, such as 0, are ignored.
   * @returns Whether a frame was acknowledged.
   */
  acknowledge(stream: number): boolean {
    const at = this.#pending.indexOf(stream);
    if (at < 0) return false;
    this.#pending.splice(0, at + 1);
    this.#acknowledged++;
    this.#skipped += at;
    return true;
  }
}
