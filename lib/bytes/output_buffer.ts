/**
 * The bytes of one connection that wait to be sent, gathered so that one write takes them all.
 *
 * @module
 */

const FIRST_CAPACITY_BYTES = 1_024;
/** A burst must not keep its memory: a taken buffer larger than this is let go. */
const KEEP_CAPACITY_BYTES = 65_536;
const EMPTY = new Uint8Array(0);

/** A growing buffer whose filled part is taken as a whole. */
export class OutputBuffer {
  #bytes: Uint8Array = EMPTY;
  #spare: Uint8Array = EMPTY;
  #length = 0;

  /** How many bytes wait. */
  get length(): number {
    return this.#length;
  }

  /** The memory behind the waiting bytes; replaced by {@linkcode reserve}. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Appends space that holds zeros.
   *
   * @param count How many bytes.
   * @returns The offset of the space in {@linkcode bytes}.
   */
  reserve(count: number): number {
    const at = this.#length;
    const need = at + count;
    if (need > this.#bytes.length) {
      let capacity = Math.max(this.#bytes.length * 2, FIRST_CAPACITY_BYTES);
      while (capacity < need) capacity *= 2;
      const grown = new Uint8Array(capacity);
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    } else {
      this.#bytes.fill(0, at, need);
    }
    this.#length = need;
    return at;
  }

  /**
   * Gives space back that was reserved and will not be filled.
   *
   * @param at The offset that {@linkcode reserve} gave; what waits before it stays.
   */
  truncate(at: number): void {
    this.#length = Math.min(this.#length, at);
  }

  /**
   * Takes all waiting bytes.
   *
   * @returns A view that is valid until the next call, or `undefined` when nothing waits.
   */
  take(): Uint8Array | undefined {
    if (this.#length === 0) return undefined;
    const taken = this.#bytes;
    const filled = taken.subarray(0, this.#length);
    this.#bytes = this.#spare;
    this.#spare = taken.length <= KEEP_CAPACITY_BYTES ? taken : EMPTY;
    this.#length = 0;
    return filled;
  }
}
