/** The deadline of a wait, for a machine that does much else. */
export const PATIENCE_MS = 60_000;

/** Lets a test wait for conditions that are checked at each change. */
export class Changes {
  readonly #waiters = new Set<() => void>();

  /** Checks all conditions. */
  notify(): void {
    for (const check of [...this.#waiters]) check();
  }

  /**
   * @param what Describes the condition in the error after the deadline.
   * @param patienceMs The deadline.
   */
  async until(
    isTrue: () => boolean,
    what: () => string,
    patienceMs = PATIENCE_MS,
  ): Promise<void> {
    if (isTrue()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => {
      if (isTrue()) resolve();
    };
    const timer = setTimeout(() => reject(new Error(`waited for ${what()}`)), patienceMs);
    this.#waiters.add(check);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(check);
    }
  }
}
