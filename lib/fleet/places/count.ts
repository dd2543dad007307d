/**
 * The count of one secret: how many places are taken, and which keys hold one.
 *
 * A key first holds a place for each listener that it connects to, until a lease runs out. When it has
 * proved itself the place is taken, which nothing undoes; then the key is written, and then the place is
 * counted as spent. Any listener can do these last two steps for one that has died.
 *
 * @module
 */

import { KeystoreError } from "../../errors.ts";
import { MAX_HELD_PLACES } from "../../limits.ts";

/** A place that is taken for a key that may not be written yet. */
export interface Taking {
  /** The revision of the key's entry before: it is written only if it still has this one. */
  readonly revision: number;
  /** From when on another listener writes the key, in milliseconds since 1970. */
  readonly untilMs: number;
}

export class PlaceCount {
  #spent: number;
  /** By key, then by listener: until when, in milliseconds since 1970. */
  readonly #held: Map<string, Map<string, number>>;
  readonly #taken: Map<string, Taking>;

  private constructor(
    spent: number,
    held: Map<string, Map<string, number>>,
    taken: Map<string, Taking>,
  ) {
    this.#spent = spent;
    this.#held = held;
    this.#taken = taken;
  }

  /**
   * Reads the text of an entry.
   *
   * @param text `undefined` for a secret that nobody has used.
   * @param place Where it is, for the error.
   * @throws {KeystoreError} `bad-line` when it is damaged.
   */
  static parse(text: string | undefined, place: string): PlaceCount {
    if (text === undefined) return new PlaceCount(0, new Map(), new Map());
    try {
      const { spent, held, taken } = JSON.parse(text) as Record<string, unknown>;
      return new PlaceCount(
        requireCount(spent),
        mapOf(held, (by) => mapOf(by, requireCount)),
        mapOf(taken, (taking) => {
          const { revision, untilMs } = taking as Record<string, unknown>;
          return { revision: requireCount(revision), untilMs: requireCount(untilMs) };
        }),
      );
    } catch {
      throw new KeystoreError(
        "bad-line",
        `${place} is damaged, so the number of places taken is unknown; ` +
          `remove the entry to open all places of its secret again`,
        { path: place },
      );
    }
  }

  format(): string {
    return JSON.stringify({
      spent: this.#spent,
      held: Object.fromEntries([...this.#held].map(([key, by]) => [key, Object.fromEntries(by)])),
      taken: Object.fromEntries(this.#taken),
    });
  }

  /** How many places are not free for other keys any more. */
  get spent(): number {
    return this.#spent + this.#taken.size;
  }

  /** Whether there is anything to store. */
  get isUsed(): boolean {
    return this.spent > 0 || this.#held.size > 0;
  }

  /** Ends reservations whose lease has run out. @param nowMs Milliseconds since 1970. */
  expire(nowMs: number): void {
    for (const [key, by] of this.#held) {
      for (const [listener, untilMs] of by) if (untilMs <= nowMs) by.delete(listener);
      if (by.size === 0) this.#held.delete(key);
    }
  }

  /** The keys that their listeners should have written by now. @param nowMs Milliseconds since 1970. */
  overdue(nowMs: number): [key: string, taking: Taking][] {
    return [...this.#taken].filter(([, { untilMs }]) => untilMs <= nowMs);
  }

  /**
   * Reserves a place for a key at a listener.
   *
   * @param count How many places there are.
   * @param untilMs When the reservation ends, in milliseconds since 1970.
   * @returns Whether there was one.
   */
  hold(key: string, listener: string, count: number, untilMs: number): boolean {
    const by = this.#held.get(key);
    if (by !== undefined) {
      by.set(listener, untilMs);
      return true;
    }
    // The place that it has taken already is its own.
    const isTaken = this.#taken.has(key);
    const isFree = this.spent + this.#held.size < count && this.#held.size < MAX_HELD_PLACES;
    if (!isTaken && !isFree) return false;
    if (!isTaken) this.#held.set(key, new Map([[listener, untilMs]]));
    return true;
  }

  /** Gives the place of a key back at one listener. */
  release(key: string, listener: string): void {
    const by = this.#held.get(key);
    if (by === undefined) return;
    by.delete(listener);
    if (by.size === 0) this.#held.delete(key);
  }

  /** Ends the reservation of a key that needs none. */
  drop(key: string): void {
    this.#held.delete(key);
  }

  /**
   * Takes a place for a key that has proved itself. A key that has lost its reservation takes a free
   * place.
   *
   * @returns How far taking it is; `undefined` when no place is left.
   */
  take(key: string, count: number, taking: Taking): Taking | undefined {
    const before = this.#taken.get(key);
    if (before !== undefined) return before;
    const others = this.#held.size - (this.#held.has(key) ? 1 : 0);
    const isLeft = this.#held.has(key) ? this.spent < count : this.spent + others < count;
    if (!isLeft) return undefined;
    this.#held.delete(key);
    this.#taken.set(key, taking);
    return taking;
  }

  /** Counts a taken place as spent, now that its key is written. */
  settle(key: string): void {
    if (this.#taken.delete(key)) this.#spent++;
  }
}

function mapOf<T>(value: unknown, read: (value: unknown) => T): Map<string, T> {
  if (typeof value !== "object" || value === null) throw new TypeError();
  return new Map(Object.entries(value).map(([key, each]) => [key, read(each)]));
}

function requireCount(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new TypeError();
}
