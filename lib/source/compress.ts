/**
 * The one zstd frame that a compressed video frame consists of.
 *
 * @module
 */

import { constants, zstdCompressSync, type ZstdOptions } from "node:zlib";

/** Fast rather than small: frames are made as quickly as they are shown. */
const LEVEL = 1;
const MAX_FRAME_OVERHEAD_BYTES = 512;

/**
 * Compresses the content of a frame.
 *
 * @param content Any bytes.
 * @returns One zstd frame that says how large its content is, as receivers demand.
 */
export function compress(content: Uint8Array): Uint8Array<ArrayBuffer> {
  // The first option is missing in the type. With an output of more than one chunk Deno appends an
  // empty second frame, so that the chunk must hold whatever may come.
  const options: ZstdOptions & { pledgedSrcSize: number } = {
    pledgedSrcSize: content.length,
    chunkSize: content.length + (content.length >> 7) + MAX_FRAME_OVERHEAD_BYTES,
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  };
  const { buffer, byteOffset, length } = zstdCompressSync(content, options);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}
