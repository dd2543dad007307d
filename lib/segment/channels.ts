/**
 * The channel numbers of one connection. A number is never given out twice: a real source keeps the
 * last picture of a channel and would send its first frame as a difference to it.
 *
 * @module
 */

const LAST_CHANNEL = 255;

/** Gives out channel numbers, lowest first; 0 belongs to the primary segment. */
export class ChannelNumbers {
  #next = 1;

  /** The next number, 1 to 255, or `undefined` when all were given out. */
  take(): number | undefined {
    return this.#next <= LAST_CHANNEL ? this.#next++ : undefined;
  }
}
