/**
 * The bytes of one connection that wait to be sent, gathered so that one write takes them all.
 *
 * A connection that sends little keeps its little memory. Bursts are gathered in large blocks, which
 * all connections share, one after the other: the acknowledgements of one turn take 100 KiB, and an
 * idle connection must not hold that.
 *
 * @module
 */

const FIRST_CAPACITY_BYTES = 1_024;
/** What a connection keeps; more is gathered in a large block. */
const OWN_CAPACITY_BYTES = 4_096;
/** Holds the acknowledgements of a whole block of received bytes. */
const BLOCK_BYTES = 262_144;
/** More connections than these seldom send a burst in one turn. */
const MAX_IDLE_BLOCKS = 8;
const EMPTY = new Uint8Array(0);

/** Large blocks that no connection uses. */
const idleBlocks: Uint8Array[] = [];

/** A growing buffer whose filled part is taken as a whole. */
export class OutputBuffer {
  #bytes: Uint8Array = EMPTY;
  /** What was handed out by {@linkcode take} and is perhaps still read. */
  #taken: Uint8Array = EMPTY;
  #length = 0;

  /** How many bytes wait. */
  get length(): number {
    return this.#length;
  }

  /** The memory behind the waiting bytes; replaced by {@linkcode reserve}. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Appends space that holds zeros.
   *
   * @param count How many bytes.
   * @returns The offset of the space in {@linkcode bytes}.
   */
  reserve(count: number): number {
    const at = this.#length;
    const need = at + count;
    if (need > this.#bytes.length) {
      const grown = allocate(need);
      grown.set(this.#bytes.subarray(0, at));
      giveBack(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.fill(0, at, need);
    this.#length = need;
    return at;
  }

  /**
   * Gives space back that was reserved and will not be filled.
   *
   * @param at The offset that {@linkcode reserve} gave; what waits before it stays.
   */
  truncate(at: number): void {
    this.#length = Math.min(this.#length, at);
  }

  /**
   * Takes all waiting bytes.
   *
   * @returns A view that is valid until the next call, or `undefined` when nothing waits.
   */
  take(): Uint8Array | undefined {
    // By now nobody reads what was taken before.
    const free = this.#taken;
    this.#taken = EMPTY;
    const filled = this.#length === 0 ? undefined : this.#bytes.subarray(0, this.#length);
    if (filled !== undefined) {
      this.#taken = this.#bytes;
      this.#bytes = EMPTY;
      this.#length = 0;
    }
    if (isOwn(free) && this.#bytes.length === 0) this.#bytes = free;
    else giveBack(free);
    return filled;
  }
}

function isOwn(bytes: Uint8Array): boolean {
  return bytes.length <= OWN_CAPACITY_BYTES;
}

/** Memory for so many bytes or more, with whatever is in it. */
function allocate(sizeBytes: number): Uint8Array {
  if (sizeBytes <= OWN_CAPACITY_BYTES || sizeBytes > BLOCK_BYTES) {
    let capacity = FIRST_CAPACITY_BYTES;
    while (capacity < sizeBytes) capacity *= 2;
    return new Uint8Array(capacity);
  }
  return idleBlocks.pop() ?? new Uint8Array(BLOCK_BYTES);
}

/** Takes a large block back; what is small or of another size is left to the garbage collector. */
function giveBack(bytes: Uint8Array): void {
  if (bytes.length === BLOCK_BYTES && idleBlocks.length < MAX_IDLE_BLOCKS) idleBlocks.push(bytes);
}
