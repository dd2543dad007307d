/**
 * The bytes of one connection that have arrived and are not yet parsed.
 *
 * The socket reads straight into {@linkcode ReceiveBuffer.writable}, packets are decrypted in place
 * and handed on as views, so that a byte is copied only when a packet straddles the end of the
 * buffer. An idle connection holds a small block; a busy one gets a large block and gives it back
 * when the traffic ends.
 *
 * @module
 */

/** Hands out blocks of memory, for instance inside the memory of a WebAssembly module. */
export interface Arena {
  /**
   * @param sizeBytes The least size of the block.
   * @returns A block, or `undefined` when none is left.
   */
  alloc(sizeBytes: number): Uint8Array | undefined;
  /** @param block A block from {@linkcode alloc}, not used after. */
  release(block: Uint8Array): void;
}

/** A block for a connection that sends little, in bytes. */
export const SMALL_BLOCK_BYTES = 4_096;
/** A block for a connection that sends much, in bytes; holds three of the largest packets. */
export const LARGE_BLOCK_BYTES = 262_144;

/** A connection that gets less at once waits in a small block: a screen of text is no busy traffic. */
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

  /** @param arena Where blocks come from; the heap serves when it has none left. */
  constructor(arena: Arena = heap) {
    this.#arena = arena;
    this.#block = this.#alloc(SMALL_BLOCK_BYTES);
  }

  /** How many bytes are waiting. */
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
   * Free space behind the waiting bytes, to be filled and then announced by {@linkcode commit}.
   * Invalidates all views handed out before.
   *
   * @param packetBytes The whole size of the packet that is being waited for.
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

  /**
   * Announces bytes written to the view of {@linkcode writable}.
   *
   * @param count How many bytes.
   */
  commit(count: number): void {
    this.#wantsLarge = this.#end + count === this.#block.length ||
      (this.#wantsLarge && count > BUSY_READ_BYTES);
    this.#end += count;
  }

  /**
   * Drops bytes from the front; views into them stay valid until {@linkcode writable}.
   *
   * @param count How many bytes, at most {@linkcode length}.
   */
  consume(count: number): void {
    this.#start += count;
  }

  /** Gives the block back; the buffer is unusable after. */
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
