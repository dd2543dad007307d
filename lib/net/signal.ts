/**
 * Wakes up whoever waits for something to change.
 *
 * @module
 */

/** Something that changes; waiters look again each time. */
export class Signal {
  #waiting: PromiseWithResolvers<void> | undefined;

  /** Settles at the next {@linkcode notify}. */
  wait(): Promise<void> {
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Wakes up all who wait. */
  notify(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  /**
   * Waits until something holds.
   *
   * @param holds Looks; called at once and after each {@linkcode notify}.
   */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.wait();
  }
}
