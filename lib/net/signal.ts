/**
 * Lets asynchronous code wait for a condition.
 *
 * @module
 */

/** Something that changes; each waiter checks its condition again after every change. */
export class Signal {
  /** Settles at the next change; made when something waits for it. */
  #change: PromiseWithResolvers<void> | undefined;

  notify(): void {
    this.#change?.resolve();
    this.#change = undefined;
  }

  /** @param holds The condition; checked at once and after each {@linkcode notify}. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await (this.#change ??= Promise.withResolvers()).promise;
  }
}
