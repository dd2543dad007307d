/**
 * What waits to be read by a program: a queue for each sender, emptied in turn.
 *
 * A sender that has more waiting than the bound is asked to wait; the others are not.
 *
 * @module
 */

import { encodeUtf8 } from "../../bytes/text.ts";

interface Box {
  lines: string[];
  length: number;
  waiting: PromiseWithResolvers<void> | undefined;
}

/** The queues of one program. */
export class Mailbox {
  readonly #limit: number;
  readonly #boxes = new Map<number, Box>();
  #isClosed = false;
  #isHurried = false;
  #arrived: PromiseWithResolvers<void> | undefined;

  /**
   * Makes an empty mailbox.
   *
   * @param limit UTF-16 units that may wait of one sender.
   */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Adds a line.
   *
   * @param sender Who it comes from.
   * @param line A line without its line feed.
   * @returns When the sender may go on; `undefined` when it may at once.
   */
  put(sender: number, line: string): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    let box = this.#boxes.get(sender);
    if (box === undefined) {
      this.#boxes.set(sender, box = { lines: [], length: 0, waiting: undefined });
    }
    if (this.#isHurried && box.length > this.#limit) return undefined;
    box.lines.push(`${line}\n`);
    box.length += line.length + 1;
    this.#arrived?.resolve();
    if (box.length <= this.#limit || this.#isHurried) return undefined;
    box.waiting ??= Promise.withResolvers();
    return box.waiting.promise;
  }

  /**
   * Takes all lines of the sender whose turn it is, and lets it go on.
   *
   * @returns Whole lines; `undefined` once the mailbox is closed and empty.
   */
  async take(): Promise<Uint8Array | undefined> {
    for (;;) {
      const next = this.#boxes.entries().next().value;
      if (next !== undefined) {
        const [sender, box] = next;
        // A map keeps the order in which senders came: who comes again stands at its end.
        this.#boxes.delete(sender);
        box.waiting?.resolve();
        return encodeUtf8(box.lines.join(""));
      }
      if (this.#isClosed) return undefined;
      this.#arrived ??= Promise.withResolvers();
      await this.#arrived.promise;
      this.#arrived = undefined;
    }
  }

  /** Lets nobody wait any more; what is beyond the bound is thrown away instead. */
  hurry(): void {
    this.#isHurried = true;
    for (const { waiting } of this.#boxes.values()) waiting?.resolve();
  }

  /** Takes no more lines; those that are there can still be taken. */
  close(): void {
    this.#isClosed = true;
    this.#arrived?.resolve();
  }

  /** Throws away what is there and lets everybody go on. */
  clear(): void {
    for (const { waiting } of this.#boxes.values()) waiting?.resolve();
    this.#boxes.clear();
    this.close();
  }
}
