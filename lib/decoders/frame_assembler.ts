/**
 * Collects the payload of one frame from the data packets it arrives in.
 *
 * A frame in one piece is never copied. Longer ones go into a buffer that is used again for the
 * next frame and grows with what has really arrived, so that a large length alone costs nothing.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import type { FramePayload } from "./frame_decoder.ts";
import { MemoryBudget } from "./memory_budget.ts";

const FIRST_BYTES = 65_536;
const GROWTH = 4;
const EMPTY = new Uint8Array(0);

/** Collects one frame at a time for one channel. */
export class FrameAssembler implements FramePayload {
  readonly #budget: MemoryBudget;
  #buffer: Uint8Array<ArrayBuffer> = EMPTY;
  #length = 0;
  #filled = 0;
  #payload: Uint8Array | undefined;

  /**
   * Makes an assembler without a buffer.
   *
   * @param budget What the buffer is counted against.
   */
  constructor(budget: MemoryBudget = new MemoryBudget()) {
    this.#budget = budget;
  }

  /** Bytes that the frame still lacks; 0 when none is under way. */
  get missing(): number {
    return this.#length - this.#filled;
  }

  /** Bytes that the buffer takes. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /**
   * The payload of the frame that was just completed; valid until the next call of any method
   * here, and no longer than the chunk itself when the frame came in one.
   */
  get bytes(): Uint8Array {
    return this.#payload ?? EMPTY;
  }

  keep(): Uint8Array {
    // A frame that came in one chunk is still in memory that is used again.
    return this.#isInBuffer ? this.bytes : this.#payload = this.bytes.slice();
  }

  get #isInBuffer(): boolean {
    return this.#payload?.buffer === this.#buffer.buffer;
  }

  /**
   * Starts a frame; one that was not complete is forgotten.
   *
   * @param length Bytes of payload, at least 1, from a validated header.
   */
  begin(length: number): void {
    this.#length = length;
    this.#filled = 0;
    this.#payload = undefined;
  }

  /**
   * Takes the next bytes of the frame.
   *
   * @param chunk Any number of bytes; borrowed, see {@linkcode bytes}.
   * @returns Whether the frame is complete.
   * @throws {StreamError} `bad-length` when there are more bytes than announced, `memory-limit`;
   * the frame is forgotten then.
   */
  push(chunk: Uint8Array): boolean {
    if (chunk.length > this.missing) {
      const excess = chunk.length - this.missing;
      this.abort();
      throw new StreamError("bad-length", `${excess} bytes more than the frame announced`);
    }
    if (chunk.length === 0) return this.#payload !== undefined;
    if (chunk.length === this.#length) {
      this.#payload = chunk;
    } else {
      this.#reserve(this.#filled + chunk.length);
      this.#buffer.set(chunk, this.#filled);
    }
    this.#filled += chunk.length;
    if (this.#filled < this.#length) return false;
    this.#payload ??= this.#buffer.subarray(0, this.#length);
    return true;
  }

  /** Forgets the frame under way. */
  abort(): void {
    this.begin(0);
  }

  /**
   * Hands the buffer over when it is exactly the payload of the complete frame.
   *
   * @returns The buffer with its count in the budget, or undefined.
   */
  takeBuffer(): Uint8Array<ArrayBuffer> | undefined {
    const buffer = this.#buffer;
    if (!this.#isInBuffer || buffer.length !== this.#length) return undefined;
    this.#buffer = EMPTY;
    this.abort();
    return buffer;
  }

  /**
   * Takes a buffer in exchange for one that was handed over.
   *
   * @param buffer A counted buffer, owned from here on.
   */
  giveBuffer(buffer: Uint8Array<ArrayBuffer>): void {
    this.#budget.release(this.#buffer.length);
    this.#buffer = buffer;
  }

  /** Releases a buffer of more than `mostBytes`; the frame under way is forgotten. */
  trim(mostBytes = 0): void {
    this.abort();
    if (this.#buffer.length > mostBytes) this.giveBuffer(EMPTY);
  }

  /** Makes room for the first `needed` bytes; never more than the frame has. */
  #reserve(needed: number): void {
    if (needed <= this.#buffer.length) return;
    const capacity = Math.min(
      this.#length,
      Math.max(FIRST_BYTES, needed, this.#buffer.length * GROWTH),
    );
    let grown: Uint8Array<ArrayBuffer>;
    try {
      grown = this.#budget.allocate(capacity);
    } catch (error) {
      this.abort();
      throw error;
    }
    grown.set(this.#buffer.subarray(0, this.#filled));
    this.#budget.release(this.#buffer.length);
    this.#buffer = grown;
  }
}
