/**
 * Lines that wait for a reader, in the order in which they arose.
 *
 * A sender with more waiting than its allowance is asked to wait; the others are not.
 *
 * @module
 */

import { OUTPUT_BATCH_UNITS } from "../limits.ts";

/** What may wait, in UTF-16 units. */
export interface LineQueueLimits {
  /** Of one sender, before it is asked to wait. */
  readonly sender: number;
  /** Of all senders together; lines beyond that are lost. */
  readonly total: number;
}

interface Line {
  readonly text: string;
  readonly sender: number | undefined;
}

interface Allowance {
  units: number;
  waiting: PromiseWithResolvers<void> | undefined;
}

/** A bounded queue of lines. */
export class LineQueue {
  readonly #limits: LineQueueLimits;
  #lines: Line[] = [];
  readonly #senders = new Map<number, Allowance>();
  #units = 0;
  #lost = 0;
  #isHurried = false;

  /** @param limits What may wait. */
  constructor(limits: LineQueueLimits) {
    this.#limits = limits;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /**
   * Adds text.
   *
   * @param text One or more whole lines.
   * @param sender Its number; text without a sender is never lost and makes no caller wait.
   * @returns Settles when the sender may go on; `undefined` when it may at once.
   */
  put(text: string, sender?: number): Promise<void> | undefined {
    if (sender === undefined) {
      this.#push(text, undefined);
      return undefined;
    }
    const allowance = this.#senders.get(sender) ?? { units: 0, waiting: undefined };
    if (this.#units + text.length > this.#limits.total) {
      this.lose(text);
      return allowance.waiting?.promise;
    }
    this.#senders.set(sender, allowance);
    this.#push(text, sender);
    allowance.units += text.length;
    if (allowance.units <= this.#limits.sender || this.#isHurried) return undefined;
    allowance.waiting ??= Promise.withResolvers();
    return allowance.waiting.promise;
  }

  /**
   * Takes the oldest text, as much as goes out in one write.
   *
   * @returns Whole lines; `undefined` when there are none.
   */
  take(): string | undefined {
    let count = 0;
    let text = "";
    while (count < this.#lines.length && text.length < OUTPUT_BATCH_UNITS) {
      const line = this.#lines[count++]!;
      text += line.text;
      if (line.sender !== undefined) this.#release(line.sender, line.text.length);
    }
    if (count === 0) return undefined;
    if (count === this.#lines.length) this.#lines = [];
    else this.#lines.splice(0, count);
    this.#units -= text.length;
    return text;
  }

  /**
   * Counts lines that did not reach the reader.
   *
   * @param text The lines.
   */
  lose(text: string): void {
    this.#lost += text.split("\n").length - 1;
  }

  /**
   * Tells how many lines were lost since the last call.
   *
   * @returns 0 as well while the queue is over half full: more may be lost soon.
   */
  takeLost(): number {
    if (this.#units > this.#limits.total / 2) return 0;
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Makes no sender wait any more; lines beyond the total bound are still lost. */
  hurry(): void {
    this.#isHurried = true;
    for (const allowance of this.#senders.values()) wake(allowance);
  }

  /** Throws away what waits and lets all senders go on. */
  clear(): void {
    for (const allowance of this.#senders.values()) wake(allowance);
    this.#senders.clear();
    this.#lines = [];
    this.#units = 0;
  }

  #push(text: string, sender: number | undefined): void {
    this.#lines.push({ text, sender });
    this.#units += text.length;
  }

  #release(sender: number, units: number): void {
    const allowance = this.#senders.get(sender)!;
    allowance.units -= units;
    if (allowance.units === 0) this.#senders.delete(sender);
    if (allowance.units <= this.#limits.sender / 2) wake(allowance);
  }
}

function wake(allowance: Allowance): void {
  allowance.waiting?.resolve();
  allowance.waiting = undefined;
}
