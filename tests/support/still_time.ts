import { FakeClock } from "./fake_clock.ts";
import { FakeTimers } from "./fake_timers.ts";

/** Lets promises settle that wait for nothing else. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Time that stands still until it passes, for clock and timers. */
export class StillTime implements Disposable {
  readonly #clock = new FakeClock();
  readonly #timers = new FakeTimers();

  /** The number of timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  async pass(ms: number): Promise<void> {
    this.#clock.nowMs += ms;
    this.#timers.pass(ms);
    await settle();
  }

  [Symbol.dispose](): void {
    this.#timers[Symbol.dispose]();
    this.#clock[Symbol.dispose]();
  }
}
