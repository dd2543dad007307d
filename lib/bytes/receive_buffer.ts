/**
 * The received bytes of one connection that are not yet parsed.
 *
 * The socket reads straight into {@linkcode ReceiveBuffer.writable}; packets are decrypted in place and
 * handed on as views. A byte is copied only when its packet straddles the end of the block. A quiet
 * connection holds a small block, a busy one a large block, which it returns when the traffic ends.
 *
 * @module
 */

/** A source of memory blocks, for instance inside the memory of a WebAssembly module. */
export interface Arena {
  /** @returns A block of at least `sizeBytes`, or `undefined` when none is left. */
  alloc(sizeBytes: number): Uint8Array | undefined;
  /** @param block A block from {@linkcode alloc}; the caller may not use it afterwards. */
  release(block: Uint8Array): void;
}

export const SMALL_BLOCK_BYTES = 4_096;
/**
 * What a busy connection reads at once. With half of it raw video costs up to a tenth more, twice as
 * much saves nothing.
 */
export const LARGE_BLOCK_BYTES = 524_288;

/** A read of more than this means a busy connection; a screen of text is smaller. */
const BUSY_READ_BYTES = 16_384;

const heap: Arena = {
  alloc: (sizeBytes) => new Uint8Array(sizeBytes),
  release: () => {},
};

/** A contiguous queue of received bytes. */
export class ReceiveBuffer {
  readonly #arena: Arena;
  #fromArena = true;
  #block: Uint8Array;
  #start = 0;
  #end = 0;
  #wantsLarge = false;

  /** @param arena Where blocks come from; when it has none left, the heap. */
  constructor(arena: Arena = heap) {
    this.#arena = arena;
    this.#block = this.#alloc(SMALL_BLOCK_BYTES);
  }

  get length(): number {
    return this.#end - this.#start;
  }

  /** The block that holds the waiting bytes; replaced by {@linkcode writable}. */
  get block(): Uint8Array {
    return this.#block;
  }

  /** Offset of the first waiting byte in {@linkcode block}. */
  get start(): number {
    return this.#start;
  }

  /**
   * Returns the free space after the waiting bytes. Fill it, then call {@linkcode commit}.
   * Invalidates all views handed out before.
   *
   * @param packetBytes The whole size of the next packet, as far as it is known.
   */
  writable(packetBytes: number): Uint8Array {
    const waiting = this.length;
    if (packetBytes > SMALL_BLOCK_BYTES) this.#wantsLarge = true;
    if (this.#wantsLarge && this.#block.length < LARGE_BLOCK_BYTES) {
      this.#move(LARGE_BLOCK_BYTES);
    } else if (!this.#wantsLarge && this.#block.length > SMALL_BLOCK_BYTES && waiting === 0) {
      this.#move(SMALL_BLOCK_BYTES);
    } else if (this.#start > 0) {
      // Moving the rest of a packet to the front keeps every packet contiguous.
      if (waiting > 0) this.#block.copyWithin(0, this.#start, this.#end);
      this.#start = 0;
      this.#end = waiting;
    }
    return this.#block.subarray(this.#end);
  }

  /** @param count How many bytes were written to the view from {@linkcode writable}. */
  commit(count: number): void {
    this.#wantsLarge = this.#end + count === this.#block.length ||
      (this.#wantsLarge && count > BUSY_READ_BYTES);
    this.#end += count;
  }

  /** Drops `count` bytes from the front; views of them stay valid until {@linkcode writable}. */
  consume(count: number): void {
    this.#start += count;
  }

  /** Releases the block; the buffer is unusable afterwards. */
  free(): void {
    if (this.#fromArena) this.#arena.release(this.#block);
    this.#fromArena = false;
    this.#block = new Uint8Array(0);
    this.#start = this.#end = 0;
  }

  #move(sizeBytes: number): void {
    const waiting = this.#block.subarray(this.#start, this.#end);
    const old = this.#block;
    const wasFromArena = this.#fromArena;
    const next = this.#alloc(sizeBytes);
    next.set(waiting);
    this.#end -= this.#start;
    this.#start = 0;
    this.#block = next;
    if (wasFromArena) this.#arena.release(old);
  }

  #alloc(sizeBytes: number): Uint8Array {
    const block = this.#arena.alloc(sizeBytes);
    this.#fromArena = block !== undefined;
    return block ?? new Uint8Array(sizeBytes);
  }
}
