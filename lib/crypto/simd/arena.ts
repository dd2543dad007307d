/**
 * Receive blocks inside the memory of the WebAssembly module, so that a packet is decrypted where the
 * socket put it.
 *
 * @module
 */

import { type Arena, LARGE_BLOCK_BYTES, SMALL_BLOCK_BYTES } from "../../bytes/receive_buffer.ts";
import { ApiMisuseError } from "../../errors.ts";
import { BlockList } from "./blocks.ts";
import { LARGE_ARENA, LARGE_BLOCKS, type SimdModule, SMALL_ARENA, SMALL_BLOCKS } from "./module.ts";

/**
 * An arena with blocks of two sizes.
 *
 * Do not clone a view of a block or send it to a worker: that would copy the whole memory.
 */
export class SimdArena implements Arena {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #small = new BlockList(SMALL_BLOCKS);
  readonly #large = new BlockList(LARGE_BLOCKS);

  /** @param module Its memory holds the blocks; no other arena may use it. */
  constructor(module: SimdModule) {
    this.#bytes = module.bytes;
  }

  /**
   * @returns The whole smallest block that is large enough; it may hold old bytes. `undefined` when no
   *   block is left or none is that large.
   */
  alloc(sizeBytes: number): Uint8Array | undefined {
    if (sizeBytes <= SMALL_BLOCK_BYTES) {
      return this.#view(this.#small.take(), SMALL_ARENA, SMALL_BLOCK_BYTES);
    }
    if (sizeBytes > LARGE_BLOCK_BYTES) return undefined;
    return this.#view(this.#large.take(), LARGE_ARENA, LARGE_BLOCK_BYTES);
  }

  /** @throws {ApiMisuseError} `bad-argument` unless `block` is in use. */
  release(block: Uint8Array): void {
    const at = block.byteOffset;
    const isSmall = block.length === SMALL_BLOCK_BYTES && at < LARGE_ARENA;
    const index = isSmall
      ? (at - SMALL_ARENA) / SMALL_BLOCK_BYTES
      : (at - LARGE_ARENA) / LARGE_BLOCK_BYTES;
    if (
      block.buffer !== this.#bytes.buffer ||
      block.length !== (isSmall ? SMALL_BLOCK_BYTES : LARGE_BLOCK_BYTES) ||
      !(isSmall ? this.#small : this.#large).give(index)
    ) {
      throw new ApiMisuseError(
        "bad-argument",
        `the ${block.length} bytes at ${at} are not a block of the arena that is in use`,
      );
    }
  }

  #view(index: number | undefined, start: number, size: number): Uint8Array | undefined {
    if (index === undefined) return undefined;
    const at = start + index * size;
    return this.#bytes.subarray(at, at + size);
  }
}
