interface Timer {
  at: number;
  readonly everyMs: number | undefined;
  readonly call: () => void;
}

/**
 * Replaces the timers of the process until it is disposed, so that tests control the time. Timers that
 * were set before stay real.
 */
export class FakeTimers implements Disposable {
  #nowMs = 0;
  #lastId = 1e9;
  readonly #timers = new Map<number, Timer>();
  readonly #real = { setTimeout, clearTimeout, setInterval, clearInterval };

  constructor() {
    const set = (call: () => void, delayMs: number, everyMs?: number) => {
      this.#timers.set(++this.#lastId, { at: this.#nowMs + delayMs, everyMs, call });
      return this.#lastId;
    };
    const clear = (id?: number) => {
      if (!this.#timers.delete(id ?? 0)) this.#real.clearTimeout(id);
    };
    Object.assign(globalThis, {
      setTimeout: (call: () => void, delayMs = 0) => set(call, delayMs),
      setInterval: (call: () => void, delayMs = 0) => set(call, delayMs, delayMs),
      clearTimeout: clear,
      clearInterval: clear,
    });
  }

  /** The number of timers that are set. */
  get size(): number {
    return this.#timers.size;
  }

  /** Advances the time and calls the timers that are due. */
  pass(ms: number): void {
    this.#nowMs += ms;
    for (const [id, timer] of [...this.#timers]) {
      if (timer.at > this.#nowMs) continue;
      if (timer.everyMs === undefined) this.#timers.delete(id);
      else timer.at = this.#nowMs + timer.everyMs;
      timer.call();
    }
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
  }
}
