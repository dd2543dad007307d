/**
 * Lets asynchronous code wait for a condition.
 *
 * @module
 */

/** Something that changes; each waiter checks its condition again after every change. */
export class Signal {
  #change = Promise.withResolvers<void>();

  notify(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  /** @param holds The condition; checked at once and after each {@linkcode notify}. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#change.promise;
  }
}
