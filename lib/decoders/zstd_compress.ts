/**
 * Compression into the one zstd frame with a content size that receivers require.
 *
 * @module
 */

import { constants, zstdCompressSync, type ZstdOptions } from "node:zlib";

/** The default of zstd. */
const LEVEL = 3;
const MAX_FRAME_OVERHEAD_BYTES = 512;

/**
 * Compresses a content.
 *
 * @param content Borrowed for the call.
 * @param level The compression level of zstd.
 * @returns One zstd frame.
 */
export function zstdFrame(content: Uint8Array, level: number = LEVEL): Uint8Array<ArrayBuffer> {
  // The type lacks the first option, without which the frame has no content size. The output must fit
  // in one chunk, as Deno appends an empty second frame otherwise.
  const options: ZstdOptions & { pledgedSrcSize: number } = {
    pledgedSrcSize: content.length,
    chunkSize: content.length + (content.length >> 7) + MAX_FRAME_OVERHEAD_BYTES,
    params: { [constants.ZSTD_c_compressionLevel]: level },
  };
  const { buffer, byteOffset, length } = zstdCompressSync(content, options);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}
