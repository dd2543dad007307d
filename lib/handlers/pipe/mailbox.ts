/**
 * Lines that wait to be read by a program: a queue for each sender, emptied round robin, so that a
 * client with much to report delays no other. A sender with more than the limit has to wait.
 *
 * @module
 */

import { encodeUtf8 } from "../../bytes/text.ts";

interface Box {
  lines: string[];
  length: number;
  waiting: PromiseWithResolvers<void> | undefined;
}

export class Mailbox {
  readonly #limit: number;
  readonly #boxes = new Map<number, Box>();
  #isClosed = false;
  #isReleased = false;
  #arrived: PromiseWithResolvers<void> | undefined;

  /** @param limit UTF-16 units of one sender. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * @param line Without its line feed.
   * @returns When the sender may go on; `undefined` for at once.
   */
  put(sender: number, line: string): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    let box = this.#boxes.get(sender);
    if (box === undefined) {
      this.#boxes.set(sender, box = { lines: [], length: 0, waiting: undefined });
    }
    if (this.#isReleased && box.length > this.#limit) return undefined;
    box.lines.push(`${line}\n`);
    box.length += line.length + 1;
    this.#arrived?.resolve();
    if (box.length <= this.#limit || this.#isReleased) return undefined;
    box.waiting ??= Promise.withResolvers();
    return box.waiting.promise;
  }

  /**
   * Takes all lines of the next sender, which may go on then.
   *
   * @returns `undefined` once the mailbox is closed and empty.
   */
  async take(): Promise<Uint8Array | undefined> {
    for (;;) {
      const next = this.#boxes.entries().next().value;
      if (next !== undefined) {
        const [sender, box] = next;
        // A map keeps insertion order: the next line of this sender puts it behind the others.
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

  /** Makes no sender wait from now on; lines beyond the limit are dropped instead. */
  release(): void {
    this.#isReleased = true;
    for (const { waiting } of this.#boxes.values()) waiting?.resolve();
  }

  /** Ignores further lines; those that wait can still be taken. */
  close(): void {
    this.#isClosed = true;
    this.#arrived?.resolve();
  }

  /** Drops the lines that wait, and closes. */
  clear(): void {
    for (const { waiting } of this.#boxes.values()) waiting?.resolve();
    this.#boxes.clear();
    this.close();
  }
}
