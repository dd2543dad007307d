/**
 * Holds a client up while its handler has much to read, but not for ever.
 *
 * @module
 */

import { BINARY_STALL_TIMEOUT_MS } from "../limits.ts";

/** The gate in front of what a client sends; open unless somebody waits at it. */
export class ReaderGate {
  #open: (() => void) | undefined;

  /**
   * Waits until it is opened.
   *
   * @param onStall Is told when nobody has opened it for a long time; must open it.
   */
  async wait(onStall: () => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open = resolve;
    const timer = setTimeout(onStall, BINARY_STALL_TIMEOUT_MS);
    await promise;
    clearTimeout(timer);
    this.#open = undefined;
  }

  /** Lets everything through. */
  open(): void {
    this.#open?.();
  }
}
