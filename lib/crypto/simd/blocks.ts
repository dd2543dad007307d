/**
 * Which of some equal blocks are in use.
 *
 * The block that was returned last is handed out next, as its pages are warm; one that was never used
 * is touched only when no other is free.
 *
 * @module
 */

/** Numbers from 0 to `count - 1` that are taken and given back. */
export class BlockList {
  readonly #count: number;
  readonly #free: number[] = [];
  readonly #used: Uint8Array;
  #fresh = 0;

  constructor(count: number) {
    this.#count = count;
    this.#used = new Uint8Array(count);
  }

  /** @returns A free number, or `undefined` when all are in use. */
  take(): number | undefined {
    const index = this.#free.pop() ?? (this.#fresh < this.#count ? this.#fresh++ : undefined);
    if (index !== undefined) this.#used[index] = 1;
    return index;
  }

  /** @returns Whether `index`, which may be any number, was in use. */
  give(index: number): boolean {
    if (this.#used[index] !== 1) return false;
    this.#used[index] = 0;
    this.#free.push(index);
    return true;
  }
}
