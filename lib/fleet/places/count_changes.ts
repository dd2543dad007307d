/**
 * Changes of one count. Those of one moment are written together, so that many clients at a listener
 * contend with other listeners as one.
 *
 * @module
 */

import type { Bucket } from "../bucket.ts";
import { PlaceCount, type Taking } from "./count.ts";

/** Changes the count; must do nothing where its result is there already. */
export type CountChange<T, P> = (count: PlaceCount, prepared: P) => T;

interface Waiting {
  readonly prepare: () => Promise<unknown>;
  readonly change: CountChange<unknown, unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class CountChanges {
  readonly #bucket: Bucket;
  readonly #key: string;
  readonly #wallMs: () => number;
  readonly #overdue: (key: string, taking: Taking) => void;
  #waiting: Waiting[] = [];
  #isRunning = false;

  /**
   * @param key The entry of the count.
   * @param wallMs The time in milliseconds since 1970.
   * @param overdue Called with keys that have taken a place and that their listener has not written.
   */
  constructor(
    bucket: Bucket,
    key: string,
    wallMs: () => number,
    overdue: (key: string, taking: Taking) => void,
  ) {
    this.#bucket = bucket;
    this.#key = key;
    this.#wallMs = wallMs;
    this.#overdue = overdue;
  }

  /**
   * Changes the count.
   *
   * @param change Called again when another process has come between.
   * @param prepare Called before each `change` and after the count was read, for what it depends on.
   * @throws {FleetError} `fleet-unreachable`.
   * @throws {KeystoreError} `bad-line`.
   */
  run<T, P = undefined>(
    change: CountChange<T, P>,
    prepare: () => Promise<P> = () => Promise.resolve(undefined as P),
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.push({
      prepare,
      change: change as CountChange<unknown, unknown>,
      resolve,
      reject,
    });
    if (!this.#isRunning) void this.#runAll();
    return promise as Promise<T>;
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const results = await this.#write(batch);
        batch.forEach(({ resolve }, i) => resolve(results[i]));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isRunning = false;
  }

  async #write(batch: readonly Waiting[]): Promise<unknown[]> {
    let overdue: [string, Taking][] = [];
    const { result } = await this.#bucket.change(this.#key, async ({ text }) => {
      const prepared = await Promise.all(batch.map(({ prepare }) => prepare()));
      const count = PlaceCount.parse(text, this.#bucket.placeOf(this.#key));
      const nowMs = this.#wallMs();
      count.expire(nowMs);
      const results = batch.map(({ change }, i) => change(count, prepared[i]));
      overdue = count.overdue(nowMs);
      const changed = count.format();
      const isNew = text === undefined ? count.isUsed : changed !== text;
      return { result: results, text: isNew ? changed : undefined };
    });
    for (const [key, taking] of overdue) this.#overdue(key, taking);
    return result;
  }
}
