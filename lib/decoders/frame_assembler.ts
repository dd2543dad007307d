/**
 * Collects the payload of one frame from the data packets that it arrives in.
 *
 * A frame in one packet is not copied. Longer ones go into a buffer that the next frame uses again.
 * The buffer grows with the bytes that have arrived, so that a large announced length alone costs
 * nothing.
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

  /** @param budget The memory that the buffer counts in. */
  constructor(budget: MemoryBudget = new MemoryBudget()) {
    this.#budget = budget;
  }

  /** Bytes of the frame that have not arrived; 0 without a frame. */
  get missing(): number {
    return this.#length - this.#filled;
  }

  /**
   * The payload of the frame that {@linkcode push} completed: valid until the next call of another
   * method; when the frame came in one chunk, as long as that chunk.
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
   * Begins a frame and drops an incomplete one.
   *
   * @param length Bytes of payload, at least 1.
   */
  begin(length: number): void {
    this.#length = length;
    this.#filled = 0;
    this.#payload = undefined;
  }

  /**
   * Takes the next bytes of the frame.
   *
   * @param chunk Borrowed, see {@linkcode bytes}.
   * @returns Whether the frame is complete.
   * @throws {StreamError} `bad-length` for more bytes than announced, `memory-limit`; the frame is
   * dropped.
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

  /** Drops the frame. */
  abort(): void {
    this.begin(0);
  }

  /**
   * Takes the buffer out if it is exactly the payload of the complete frame.
   *
   * @returns The buffer, still counted in the budget and owned by the caller; or `undefined`.
   */
  takeBuffer(): Uint8Array<ArrayBuffer> | undefined {
    const buffer = this.#buffer;
    if (!this.#isInBuffer || buffer.length !== this.#length) return undefined;
    this.#buffer = EMPTY;
    this.abort();
    return buffer;
  }

  /**
   * Replaces the buffer.
   *
   * @param buffer Counted in the budget; owned by the assembler from now on.
   */
  setBuffer(buffer: Uint8Array<ArrayBuffer>): void {
    this.#budget.free(this.#buffer);
    this.#buffer = buffer;
  }

  /** Drops the frame, and the buffer if it has more than `mostBytes`. */
  trim(mostBytes = 0): void {
    this.abort();
    if (this.#buffer.length > mostBytes) this.setBuffer(EMPTY);
  }

  /** Makes room for the first `needed` bytes of the frame, and for more of them. */
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
    this.#budget.free(this.#buffer);
    this.#buffer = grown;
  }
}
