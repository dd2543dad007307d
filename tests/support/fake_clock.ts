/** Replaces the monotonic clock of the process by `nowMs` until it is disposed. */
export class FakeClock implements Disposable {
  readonly #real = performance.now;
  nowMs = performance.now();

  constructor() {
    performance.now = () => this.nowMs;
  }

  [Symbol.dispose](): void {
    performance.now = this.#real;
  }
}
