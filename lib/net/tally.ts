/**
 * What comes again and again: the first of each kind is worth a line in the log, the rest a count.
 *
 * @module
 */

/** Counts things of a few kinds. */
export class Tally {
  readonly #kinds = new Set<string>();
  #count = 0;

  /** How many there were, of all kinds. */
  get count(): number {
    return this.#count;
  }

  /**
   * Counts one.
   *
   * @returns Whether it is the first of its kind.
   */
  add(kind: string): boolean {
    this.#count++;
    if (this.#kinds.has(kind)) return false;
    this.#kinds.add(kind);
    return true;
  }
}
