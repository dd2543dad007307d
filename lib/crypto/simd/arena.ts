/**
 * Receive blocks inside the memory of the WebAssembly module, so that a packet is decrypted where
 * the socket put it.
 *
 * @module
 */

import { ApiMisuseError } from "../../errors.ts";
import { BlockList } from "./blocks.ts";
import {
  LARGE_ARENA,
  LARGE_BLOCK_BYTES,
  LARGE_BLOCKS,
  SMALL_ARENA,
  SMALL_BLOCK_BYTES,
  SMALL_BLOCKS,
} from "./memory_map.ts";
import type { SimdModule } from "./module.ts";

/**
 * Hands out blocks of two sizes, 4 KiB and 256 KiB.
 *
 * A view of a block must not be sent to a worker or cloned: that would copy the whole memory.
 */
export class SimdArena {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #small = new BlockList(SMALL_BLOCKS);
  readonly #large = new BlockList(LARGE_BLOCKS);

  /**
   * Takes over the arena of a module.
   *
   * @param module Whose memory holds the blocks; no other arena may use it.
   */
  constructor(module: SimdModule) {
    this.#bytes = module.bytes;
  }

  /**
   * Hands out a block.
   *
   * @param sizeBytes The least size of the block.
   * @returns All of the smallest block that is large enough, with bytes of former use in it, or
   *   `undefined` when none is left or none is so large.
   */
  alloc(sizeBytes: number): Uint8Array | undefined {
    if (sizeBytes <= SMALL_BLOCK_BYTES) {
      return this.#view(this.#small.take(), SMALL_ARENA, SMALL_BLOCK_BYTES);
    }
    if (sizeBytes > LARGE_BLOCK_BYTES) return undefined;
    return this.#view(this.#large.take(), LARGE_ARENA, LARGE_BLOCK_BYTES);
  }

  /**
   * Takes a block back.
   *
   * @param block A block of {@linkcode alloc}; no view of it may be used after.
   * @throws {ApiMisuseError} `bad-argument` when it is not a block that is in use.
   */
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
      throw new ApiMisuseError("bad-argument", `no block of ${block.length} bytes at ${at} in use`);
    }
  }

  #view(index: number | undefined, start: number, size: number): Uint8Array | undefined {
    if (index === undefined) return undefined;
    const at = start + index * size;
    return this.#bytes.subarray(at, at + size);
  }
}
