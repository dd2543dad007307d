/**
 * The memory that pictures may take: those of one client, and those of all clients together.
 *
 * @module
 */

import { FairShare } from "../bytes/fair_share.ts";
import { StreamError } from "../errors.ts";
import { MAX_CLIENT_SURFACE_BYTES, MAX_SURFACE_BYTES } from "../limits.ts";

/**
 * A counter of bytes with an upper bound; one client's surfaces and buffers draw on it, and it draws on
 * what is shared by all clients, if anything is.
 */
export class MemoryBudget {
  /** The upper bound in bytes. */
  readonly limitBytes: number;
  readonly #shared: FairShare | undefined;
  readonly #owner: string;
  #usedBytes = 0;
  #isClosed = false;

  /**
   * Makes an unused budget.
   *
   * @param limitBytes The upper bound in bytes.
   * @param shared What everything here is counted against as well.
   * @param owner Whose share of that it is.
   */
  constructor(limitBytes: number = MAX_CLIENT_SURFACE_BYTES, shared?: FairShare, owner = "") {
    this.limitBytes = limitBytes;
    this.#shared = shared;
    this.#owner = owner;
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
    if (this.#shared?.take(this.#owner, sizeBytes) === false) {
      const { used, limit } = this.#shared;
      throw new StreamError(
        "memory-limit",
        `with ${sizeBytes} more bytes this key would take more than is left to others ` +
          `(${used} of ${limit} are taken)`,
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
    if (this.#isClosed) return;
    this.#usedBytes -= sizeBytes;
    this.#shared?.give(this.#owner, sizeBytes);
  }

  /** Releases everything and counts no more, so that nothing of a client that left weighs on others. */
  close(): void {
    if (this.#isClosed) return;
    this.release(this.#usedBytes);
    this.#isClosed = true;
  }
}

/** What the pictures of all clients of this process draw on, in bytes, key by key. */
export const processMemory: FairShare = new FairShare(MAX_SURFACE_BYTES);
