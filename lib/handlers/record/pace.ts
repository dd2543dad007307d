/**
 * How often pictures are taken, so that recording leaves the thread to others.
 *
 * @module
 */

/** Shares a part of the thread's time among everything that encodes pictures. */
export class CpuShare {
  readonly #share: number;
  #freeAtMs = 0;

  /**
   * Makes a share of which nothing is spent.
   *
   * @param share The part, above 0 to 1.
   */
  constructor(share: number) {
    this.#share = share;
  }

  /** When the next picture may be encoded, in milliseconds. */
  get freeAtMs(): number {
    return this.#freeAtMs;
  }

  /**
   * Counts work that was done.
   *
   * @param nowMs When it ended.
   * @param costMs How long it took.
   */
  spend(nowMs: number, costMs: number): void {
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + costMs / this.#share - costMs;
  }
}

/** Decides when the next picture of one client is due. */
export class Pace {
  readonly #cpu: CpuShare;
  readonly #leastGapMs: number;
  #nextAtMs = 0;

  /**
   * Makes a pace whose first picture is due.
   *
   * @param cpu What is shared with others.
   * @param maxFps Pictures a second, above 0.
   */
  constructor(cpu: CpuShare, maxFps: number) {
    this.#cpu = cpu;
    this.#leastGapMs = 1000 / maxFps;
  }

  /**
   * How long the next picture has to wait.
   *
   * @param nowMs The time.
   * @returns Milliseconds, 0 when it is due.
   */
  waitMs(nowMs: number): number {
    return Math.max(this.#nextAtMs - nowMs, this.#cpu.freeAtMs - nowMs, 0);
  }

  /**
   * Counts a picture.
   *
   * @param startMs When it was begun.
   * @param endMs When it was done.
   */
  taken(startMs: number, endMs: number): void {
    this.#nextAtMs = startMs + this.#leastGapMs;
    this.#cpu.spend(endMs, endMs - startMs);
  }
}
