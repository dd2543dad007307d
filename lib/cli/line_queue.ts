/**
 * Lines that wait to be written, in order.
 *
 * Once more than a little waits in all, a sender with more than its allowance has to wait; the others do not.
 *
 * @module
 */

import {
  LOG_QUEUE_UNITS,
  OUTPUT_BATCH_UNITS,
  STDOUT_FREE_UNITS,
  STDOUT_QUEUE_UNITS,
  STDOUT_SENDER_UNITS,
} from "../limits.ts";

/** Bounds in UTF-16 units. */
export interface LineQueueLimits {
  /** What one sender may have in the queue before it has to wait. */
  readonly sender: number;
  /** While no more than this is in the queue in all, no sender has to wait. */
  readonly free: number;
  /** What all senders together may have in the queue; further lines are dropped. */
  readonly total: number;
}

/** The bounds of standard output. */
export const STDOUT_LIMITS: LineQueueLimits = {
  sender: STDOUT_SENDER_UNITS,
  free: STDOUT_FREE_UNITS,
  total: STDOUT_FREE_UNITS + STDOUT_QUEUE_UNITS,
};

/** The bounds of a log, which never has to wait. */
export const LOG_LIMITS: LineQueueLimits = {
  sender: LOG_QUEUE_UNITS,
  free: 0,
  total: LOG_QUEUE_UNITS,
};

/** Lines of one sender that follow each other. */
interface Lines {
  text: string;
  readonly allowance: Allowance | undefined;
}

interface Allowance {
  readonly sender: number;
  units: number;
  waiting: PromiseWithResolvers<void> | undefined;
}

export class LineQueue {
  readonly #limits: LineQueueLimits;
  #lines: Lines[] = [];
  readonly #senders = new Map<number, Allowance>();
  #units = 0;
  #dropped = 0;
  #hasBackpressure = true;

  constructor(limits: LineQueueLimits) {
    this.#limits = limits;
  }

  /** How much waits. */
  get units(): number {
    return this.#units;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /**
   * @param text Whole lines.
   * @param sender Text without a sender is never dropped and never has to wait.
   * @returns Settles when the sender may write more; `undefined` when it may at once.
   */
  put(text: string, sender?: number): Promise<void> | undefined {
    if (sender === undefined) {
      this.#push(text, undefined);
      return undefined;
    }
    let allowance = this.#senders.get(sender);
    if (this.#units + text.length > this.#limits.total) {
      this.drop(text);
      return allowance?.waiting?.promise;
    }
    if (allowance === undefined) {
      allowance = { sender, units: 0, waiting: undefined };
      this.#senders.set(sender, allowance);
    }
    this.#push(text, allowance);
    allowance.units += text.length;
    if (!this.#hasBackpressure || this.#hasRoom(allowance)) return undefined;
    allowance.waiting ??= Promise.withResolvers();
    return allowance.waiting.promise;
  }

  /** @returns The oldest whole lines, enough for one write; `undefined` when there are none. */
  take(): string | undefined {
    let count = 0;
    let text = "";
    while (count < this.#lines.length && text.length < OUTPUT_BATCH_UNITS) {
      const lines = this.#lines[count++]!;
      text += lines.text;
      if (lines.allowance !== undefined) this.#release(lines.allowance, lines.text.length);
    }
    if (count === 0) return undefined;
    if (count === this.#lines.length) this.#lines = [];
    else this.#lines.splice(0, count);
    this.#units -= text.length;
    return text;
  }

  /** Counts lines that were dropped or could not be written. */
  drop(text: string): void {
    this.#dropped += text.split("\n").length - 1;
  }

  /**
   * @returns How many lines were dropped since the last call; 0 also while the queue is over half full,
   *   when more may be dropped soon.
   */
  takeDropped(): number {
    if (this.#units > this.#limits.total / 2) return 0;
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** Lets all senders go on from now on; lines beyond the total bound are still dropped. */
  endBackpressure(): void {
    this.#hasBackpressure = false;
    for (const allowance of this.#senders.values()) wake(allowance);
  }

  /** Discards all lines and lets their senders go on. */
  clear(): void {
    for (const allowance of this.#senders.values()) wake(allowance);
    this.#senders.clear();
    this.#lines = [];
    this.#units = 0;
  }

  #hasRoom({ units }: Allowance): boolean {
    return units <= this.#limits.sender || this.#units <= this.#limits.free;
  }

  #push(text: string, allowance: Allowance | undefined): void {
    const last = this.#lines.at(-1);
    const isNext = last !== undefined && last.allowance === allowance &&
      last.text.length < OUTPUT_BATCH_UNITS;
    if (isNext) last.text += text;
    else this.#lines.push({ text, allowance });
    this.#units += text.length;
  }

  #release(allowance: Allowance, units: number): void {
    allowance.units -= units;
    if (allowance.units === 0) this.#senders.delete(allowance.sender);
    if (allowance.units <= this.#limits.sender / 2) wake(allowance);
  }
}

function wake(allowance: Allowance): void {
  allowance.waiting?.resolve();
  allowance.waiting = undefined;
}
