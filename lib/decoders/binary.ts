/**
 * The packets of a binary transfer, and the checksum of its content.
 *
 * @module
 */

import { zstdCompressSync, type ZstdOptions } from "node:zlib";
import { blake3 } from "@noble/hashes/blake3.js";
import { StreamError } from "../errors.ts";
import { MAX_BINARY_PACKET_BYTES } from "../limits.ts";
import { inflateFrames } from "./inflate.ts";
import { readZstdPayload } from "./zstd_frame.ts";

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
 * @param isCompressed Whether it is compressed by itself, with zstd.
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
  if (!isCompressed) {
    checkLeft(payload.length, mostBytes);
    return new Uint8Array(payload);
  }
  const zstd = readZstdPayload(payload);
  checkLeft(zstd.leastBytes, mostBytes);
  if (zstd.leastBytes > MAX_BINARY_PACKET_BYTES) {
    throw new StreamError(
      "zstd-size",
      `a packet holds ${zstd.leastBytes} bytes, the limit is ${MAX_BINARY_PACKET_BYTES}`,
    );
  }
  const limitBytes = Math.min(zstd.mostBytes, mostBytes, MAX_BINARY_PACKET_BYTES);
  // The result is the decompressor's until the next payload.
  return new Uint8Array(inflateFrames(payload, zstd, limitBytes));
}

function checkLeft(sizeBytes: number, mostBytes: number): void {
  if (sizeBytes <= mostBytes) return;
  throw new StreamError(
    "stream-too-long",
    `a packet brings ${sizeBytes} bytes, ${mostBytes} are left of the transfer`,
  );
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
