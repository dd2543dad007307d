/**
 * Lets a client go on while its handler waits for it to take what a verb sends.
 *
 * A handler holds its client up until it is done with a record. A client that is held up cannot show
 * that it has taken something, and the verb that the handler waits for would never settle.
 *
 * @module
 */

import type { Waiter } from "../segment/outbox.ts";

/** The calls of verbs on one client that wait. */
export class VerbWaits {
  #count = 0;
  #release: (() => void) | undefined;

  /** Makes the promise of a call that waits. */
  readonly waiter = (): Waiter => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#count++;
    this.#release?.();
    const settle = (wasSent: boolean) => {
      this.#count--;
      resolve(wasSent);
    };
    return { promise, settle };
  };

  /**
   * Holds a client up.
   *
   * @param delivered Settles when its handler is done.
   * @returns Settles when the client may go on; `undefined` when it may at once.
   */
  hold(delivered: Promise<void>): Promise<void> | undefined {
    if (this.#count > 0) return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#release = resolve;
    delivered.then(resolve, reject);
    return promise;
  }
}
