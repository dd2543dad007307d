/** Replaces the monotonic clock of the process by `nowMs` until it is disposed. */
export class FakeClock implements Disposable {
  readonly #real = performance.now;
  /** Whole milliseconds at first, so that sums of them are exact. */
  nowMs = Math.ceil(performance.now());

  constructor() {
    performance.now = () => this.nowMs;
  }

  [Symbol.dispose](): void {
    performance.now = this.#real;
  }
}
