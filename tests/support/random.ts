/** Randomness that is the same in every run, so that a failure can be repeated. */
export class SeededRandom {
  #state: number;

  /** @param seed Any number; equal seeds give equal values. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The next 32 bits (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** @param limit A positive number. @returns A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** @param list Not empty. @returns One of them. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** @param count How many. @returns Fresh bytes; a source of randomness for sessions. */
  readonly bytes = (count: number): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = this.next();
    return bytes;
  };
}
