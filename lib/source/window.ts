/**
 * The frames of one connection that are sent and not yet acknowledged.
 *
 * @module
 */

const LAST_STREAM_ID = 0xffff_ffff;

/** Numbers frames and limits how many are unacknowledged, all channels together. */
export class FrameWindow {
  readonly #limit: number;
  readonly #pending: number[] = [];
  #next = 1;
  #acknowledged = 0;
  #skipped = 0;

  /** @param limit How many frames may be unacknowledged; arcan-net has 1, `Infinity` never waits. */
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

  get pending(): number {
    return this.#pending.length;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Frames that were covered by the acknowledgement of a later one. */
  get skipped(): number {
    return this.#skipped;
  }

  /** @returns The number of the next frame, which is unacknowledged from now on. */
  send(): number {
    const stream = this.#next;
    this.#next = stream === LAST_STREAM_ID ? 1 : stream + 1;
    this.#pending.push(stream);
    return stream;
  }

  /** Takes an acknowledgement, which covers earlier frames too; other numbers, such as 0, do nothing. */
  acknowledge(stream: number): void {
    const at = this.#pending.indexOf(stream);
    if (at < 0) return;
    this.#pending.splice(0, at + 1);
    this.#acknowledged++;
    this.#skipped += at;
  }
}
