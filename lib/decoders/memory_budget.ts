/**
 * The memory that pictures may take: those of one client, and those of all clients together.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { MAX_CLIENT_SURFACE_BYTES, MAX_SURFACE_BYTES } from "../limits.ts";

/**
 * A shared counter of bytes with an upper bound; one client's surfaces and buffers draw on it, and it
 * draws on that of all clients, if it has such a parent.
 */
export class MemoryBudget {
  /** The upper bound in bytes. */
  readonly limitBytes: number;
  readonly #parent: MemoryBudget | undefined;
  #usedBytes = 0;
  #isClosed = false;

  /**
   * Makes an unused budget.
   *
   * @param limitBytes The upper bound in bytes.
   * @param parent What everything here is counted against as well.
   */
  constructor(limitBytes: number = MAX_CLIENT_SURFACE_BYTES, parent?: MemoryBudget) {
    this.limitBytes = limitBytes;
    this.#parent = parent;
  }

  /** Bytes in use. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * Counts an allocation that is about to be made.
   *
   * @param sizeBytes Its size.
   * @throws {StreamError} `memory-limit`; nothing is counted then.
   */
  reserve(sizeBytes: number): void {
    if (this.#isClosed) throw new StreamError("memory-limit", "the budget was closed");
    if (this.#usedBytes + sizeBytes > this.limitBytes) {
      throw new StreamError(
        "memory-limit",
        `${sizeBytes} more bytes beside ${this.#usedBytes} exceed the limit of ${this.limitBytes}`,
      );
    }
    this.#parent?.reserve(sizeBytes);
    this.#usedBytes += sizeBytes;
  }

  /**
   * Counts and makes an allocation.
   *
   * @param sizeBytes Its size.
   * @returns Zeroed bytes; the caller releases the count when it lets go of them.
   * @throws {StreamError} `memory-limit`, also when the machine has no such block left.
   */
  allocate(sizeBytes: number): Uint8Array<ArrayBuffer> {
    this.reserve(sizeBytes);
    try {
      return new Uint8Array(sizeBytes);
    } catch (cause) {
      this.release(sizeBytes);
      throw new StreamError("memory-limit", `the machine has no ${sizeBytes} bytes left`, {
        cause,
      });
    }
  }

  /**
   * Stops counting an allocation.
   *
   * @param sizeBytes The size of a counted allocation that is let go.
   */
  release(sizeBytes: number): void {
    if (this.#isClosed) return;
    this.#usedBytes -= sizeBytes;
    this.#parent?.release(sizeBytes);
  }

  /** Releases everything and counts no more, so that nothing of a client that left weighs on others. */
  close(): void {
    if (this.#isClosed) return;
    this.release(this.#usedBytes);
    this.#isClosed = true;
  }
}

/** What the pictures of all clients of this process draw on. */
export const processBudget: MemoryBudget = new MemoryBudget(MAX_SURFACE_BYTES);
