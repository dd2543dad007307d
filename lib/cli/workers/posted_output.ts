/**
 * The standard output of a worker: lines go to the main thread, a turn at a time.
 *
 * @module
 */

import { LineQueue, type LineQueueLimits } from "../line_queue.ts";

/** Holds up senders as the standard output of the process does. */
export class PostedOutput {
  readonly #post: (lines: string) => Promise<unknown>;
  readonly #onLost: (lines: number) => void;
  readonly #queue: LineQueue;
  #running: Promise<void> | undefined;

  /**
   * @param post Sends lines; returns when more may follow.
   * @param onLost Called when lines were dropped, once the others are sent.
   */
  constructor(
    limits: LineQueueLimits,
    post: (lines: string) => Promise<unknown>,
    onLost: (lines: number) => void,
  ) {
    this.#post = post;
    this.#onLost = onLost;
    this.#queue = new LineQueue(limits);
  }

  /** See {@linkcode OutputWriter.write}. */
  write(text: string, sender?: number): Promise<void> | undefined {
    const wait = this.#queue.put(text, sender);
    if (!this.#queue.isEmpty) this.#running ??= this.#run();
    return wait;
  }

  /** See {@linkcode LineQueue.endBackpressure}. */
  endBackpressure(): void {
    this.#queue.endBackpressure();
  }

  /** Settles when all lines are sent. */
  async flushed(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Collects the lines of this turn for one message.
    await Promise.resolve();
    for (let lines = this.#queue.take(); lines !== undefined; lines = this.#queue.take()) {
      await this.#post(lines);
    }
    this.#running = undefined;
    const lost = this.#queue.takeDropped();
    if (lost > 0) this.#onLost(lost);
  }
}
