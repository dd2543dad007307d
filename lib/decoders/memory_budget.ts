/**
 * The memory that the pictures of one client may take together.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { MAX_CLIENT_SURFACE_BYTES } from "../limits.ts";

/** A shared counter of bytes with an upper bound; one client's surfaces and buffers draw on it. */
export class MemoryBudget {
  /** The upper bound in bytes. */
  readonly limitBytes: number;
  #usedBytes = 0;

  /**
   * Makes an unused budget.
   *
   * @param limitBytes The upper bound in bytes.
   */
  constructor(limitBytes: number = MAX_CLIENT_SURFACE_BYTES) {
    this.limitBytes = limitBytes;
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
    if (this.#usedBytes + sizeBytes > this.limitBytes) {
      throw new StreamError(
        "memory-limit",
        `${sizeBytes} more bytes beside ${this.#usedBytes} exceed the client's limit of ${this.limitBytes}`,
      );
    }
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
    this.#usedBytes -= sizeBytes;
  }
}
