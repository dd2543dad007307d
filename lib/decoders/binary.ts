/**
 * The packets of a binary transfer, and the checksum of its content.
 *
 * @module
 */

import { zstdCompressSync, type ZstdOptions } from "node:zlib";
import { blake3 } from "@noble/hashes/blake3.js";
import { StreamError } from "../errors.ts";
import { MAX_BINARY_PACKET_BYTES } from "../limits.ts";
import { inflate } from "./inflate.ts";
import { zstdContentBytes } from "./zstd_frame.ts";

const MAX_FRAME_OVERHEAD_BYTES = 512;

/** The length of a checksum: BLAKE3 without a key, cut. */
export const CHECKSUM_BYTES = 16;

/** The checksum of a content that arrives in pieces. */
export class ContentHash {
  readonly #hash = blake3.create({ dkLen: CHECKSUM_BYTES });

  /** @param bytes The next piece; borrowed. */
  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** The checksum of all pieces, 16 bytes; call once. */
  digest(): Uint8Array {
    return this.#hash.digest();
  }
}

/**
 * Gives the content of one packet.
 *
 * @param payload The payload; borrowed.
 * @param isCompressed Whether it is a zstd frame of its own.
 * @param mostBytes What the transfer may still bring; checked before anything is decompressed.
 * @returns A copy.
 * @throws {StreamError} `stream-too-long`, `bad-zstd`, `zstd-size`, `zstd-truncated`,
 * `memory-limit`.
 */
export function packetContent(
  payload: Uint8Array,
  isCompressed: boolean,
  mostBytes: number,
): Uint8Array<ArrayBuffer> {
  const sizeBytes = isCompressed ? zstdContentBytes(payload) : payload.length;
  if (sizeBytes > mostBytes) {
    throw new StreamError(
      "stream-too-long",
      `a packet brings ${sizeBytes} bytes, ${mostBytes} are left of the transfer`,
    );
  }
  if (!isCompressed) return new Uint8Array(payload);
  if (sizeBytes > MAX_BINARY_PACKET_BYTES) {
    throw new StreamError(
      "zstd-size",
      `a packet holds ${sizeBytes} bytes, the limit is ${MAX_BINARY_PACKET_BYTES}`,
    );
  }
  // The result is the decompressor's until the next frame.
  return sizeBytes === 0 ? new Uint8Array(0) : new Uint8Array(inflate(payload, sizeBytes));
}

/**
 * Compresses the content of one packet.
 *
 * @param content Borrowed.
 * @returns One zstd frame that says how large its content is.
 */
export function compressedPacket(content: Uint8Array): Uint8Array {
  // The first option is missing in the type; without it the frame says no size. With an output of
  // more than one chunk Deno appends an empty second frame, so that one must hold whatever may come.
  const options: ZstdOptions & { pledgedSrcSize: number } = {
    pledgedSrcSize: content.length,
    chunkSize: content.length + (content.length >> 7) + MAX_FRAME_OVERHEAD_BYTES,
  };
  return zstdCompressSync(content, options);
}
