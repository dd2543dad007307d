/**
 * The memory that the pictures of one client, and those of all clients together, may take.
 *
 * @module
 */

import { FairShare, type Share } from "../bytes/fair_share.ts";
import { StreamError } from "../errors.ts";
import { MAX_CLIENT_SURFACE_BYTES, MAX_SURFACE_BYTES } from "../limits.ts";
import { allocatePixels, freePixels } from "./simd/memory.ts";

/** Counts the bytes of one client's surfaces and buffers, also in the share of all clients. */
export class MemoryBudget {
  readonly limitBytes: number;
  readonly #shared: Share | undefined;
  readonly #owner: string;
  #usedBytes = 0;
  #isClosed = false;

  /**
   * @param shared The budget of all clients, if there is one.
   * @param owner The owner of a part of `shared`.
   */
  constructor(limitBytes: number = MAX_CLIENT_SURFACE_BYTES, shared?: Share, owner = "") {
    this.limitBytes = limitBytes;
    this.#shared = shared;
    this.#owner = owner;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * Counts an allocation before it is made.
   *
   * @throws {StreamError} `memory-limit`; nothing is counted.
   */
  reserve(sizeBytes: number): void {
    // What is emptied at the end of a client takes nothing, also once its key has no part any more.
    if (sizeBytes === 0) return;
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
        `with ${sizeBytes} more bytes this key would have more than is left for all others ` +
          `(${used} of ${limit} bytes are in use)`,
      );
    }
    this.#usedBytes += sizeBytes;
  }

  /**
   * Counts and makes an allocation, which the caller must {@linkcode free}. The vector loops can draw on
   * it if it is large.
   *
   * @returns Zeros at the start of their buffer, which may be longer.
   * @throws {StreamError} `memory-limit`, also when the machine has too little memory.
   */
  allocate(sizeBytes: number): Uint8Array<ArrayBuffer> {
    this.reserve(sizeBytes);
    try {
      return allocatePixels(sizeBytes);
    } catch (cause) {
      this.release(sizeBytes);
      throw new StreamError("memory-limit", `the machine cannot allocate ${sizeBytes} bytes`, {
        cause,
      });
    }
  }

  /** Takes back an allocation, which nothing may use any more. */
  free(bytes: Uint8Array): void {
    this.release(bytes.length);
    freePixels(bytes);
  }

  /** Stops counting bytes that were reserved. */
  release(sizeBytes: number): void {
    if (this.#isClosed) return;
    this.#usedBytes -= sizeBytes;
    this.#shared?.give(this.#owner, sizeBytes);
  }

  /** Releases everything and refuses more: a client that has left must not take from others. */
  close(): void {
    if (this.#isClosed) return;
    this.release(this.#usedBytes);
    this.#isClosed = true;
  }
}

/** The memory of the pictures of all clients of this process, in bytes by key. */
export const processMemory: FairShare = new FairShare(MAX_SURFACE_BYTES);
