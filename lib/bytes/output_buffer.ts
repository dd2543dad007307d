/**
 * The bytes of one connection that wait to be sent, gathered so that one write sends them all.
 *
 * A connection that sends little keeps a small buffer of its own. A burst (the acknowledgements of one
 * turn take 100 KiB) goes into a large block from a pool that all connections share, so that an idle
 * connection holds none.
 *
 * @module
 */

import { LARGE_BLOCK_BYTES, SMALL_BLOCK_BYTES } from "./receive_buffer.ts";

const FIRST_CAPACITY_BYTES = 1_024;
/** More connections than these seldom send a burst in one turn. */
const MAX_IDLE_BLOCKS = 8;
const EMPTY = new Uint8Array(0);

/** Large blocks that no connection uses. */
const idleBlocks: Uint8Array[] = [];

/** A growing buffer whose filled part is taken as a whole. */
export class OutputBuffer {
  #bytes: Uint8Array = EMPTY;
  /** Handed out by the last {@linkcode take}; the caller may still be reading it. */
  #taken: Uint8Array = EMPTY;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The memory behind the waiting bytes; replaced by {@linkcode reserve}. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Appends `count` zero bytes.
   *
   * @returns Their offset in {@linkcode bytes}.
   */
  reserve(count: number): number {
    const at = this.#length;
    const need = at + count;
    if (need > this.#bytes.length) {
      const grown = allocate(need);
      grown.set(this.#bytes.subarray(0, at));
      release(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.fill(0, at, need);
    this.#length = need;
    return at;
  }

  /** Drops the bytes from `at` on, such as reserved ones that could not be filled. */
  truncate(at: number): void {
    this.#length = Math.min(this.#length, at);
  }

  /** @returns All waiting bytes as a view that is valid until the next call. */
  take(): Uint8Array | undefined {
    const free = this.#taken;
    this.#taken = EMPTY;
    const filled = this.#length === 0 ? undefined : this.#bytes.subarray(0, this.#length);
    if (filled !== undefined) {
      this.#taken = this.#bytes;
      this.#bytes = EMPTY;
      this.#length = 0;
    }
    if (free.length <= SMALL_BLOCK_BYTES && this.#bytes.length === 0) this.#bytes = free;
    else release(free);
    return filled;
  }
}

/** At least `sizeBytes` of memory; it may hold old bytes. */
function allocate(sizeBytes: number): Uint8Array {
  if (sizeBytes <= SMALL_BLOCK_BYTES || sizeBytes > LARGE_BLOCK_BYTES) {
    let capacity = FIRST_CAPACITY_BYTES;
    while (capacity < sizeBytes) capacity *= 2;
    return new Uint8Array(capacity);
  }
  return idleBlocks.pop() ?? new Uint8Array(LARGE_BLOCK_BYTES);
}

function release(bytes: Uint8Array): void {
  if (bytes.length === LARGE_BLOCK_BYTES && idleBlocks.length < MAX_IDLE_BLOCKS) {
    idleBlocks.push(bytes);
  }
}
