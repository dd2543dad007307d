/**
 * Compression into the one zstd frame that a payload consists of.
 *
 * @module
 */

import { constants, zstdCompressSync, type ZstdOptions } from "node:zlib";

const MAX_FRAME_OVERHEAD_BYTES = 512;
const DEFAULT_LEVEL = 3;

/** @returns One zstd frame that states the size of its content, as receivers require. */
export function compress(content: Uint8Array, level = DEFAULT_LEVEL): Uint8Array<ArrayBuffer> {
  // The type lacks `pledgedSrcSize`. Deno appends an empty second frame to an output of more than one
  // chunk, so one chunk must hold everything.
  const options: ZstdOptions & { pledgedSrcSize: number } = {
    pledgedSrcSize: content.length,
    chunkSize: content.length + (content.length >> 7) + MAX_FRAME_OVERHEAD_BYTES,
    params: { [constants.ZSTD_c_compressionLevel]: level },
  };
  const { buffer, byteOffset, length } = zstdCompressSync(content, options);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}
