/**
 * The book-keeping of equal blocks: the last one given back is handed out next, as its pages are
 * warm, and a block never used is touched only when no other is free.
 *
 * @module
 */

/** Numbers from 0 that are handed out and given back. */
export class BlockList {
  readonly #count: number;
  readonly #free: number[] = [];
  readonly #used: Uint8Array;
  #fresh = 0;

  /**
   * Makes a list in which every number is free.
   *
   * @param count How many numbers there are.
   */
  constructor(count: number) {
    this.#count = count;
    this.#used = new Uint8Array(count);
  }

  /** A number that is not in use, or `undefined` when all are. */
  take(): number | undefined {
    const index = this.#free.pop() ?? (this.#fresh < this.#count ? this.#fresh++ : undefined);
    if (index !== undefined) this.#used[index] = 1;
    return index;
  }

  /**
   * Gives a number back.
   *
   * @param index Any number.
   * @returns Whether it was in use.
   */
  give(index: number): boolean {
    if (this.#used[index] !== 1) return false;
    this.#used[index] = 0;
    this.#free.push(index);
    return true;
  }
}
