/**
 * The packets of a received binary transfer, and the checksum of its content.
 *
 * @module
 */

import { BLAKE3_MODE, INITIAL_KEY, RunningBlake3 } from "../crypto/blake3.ts";
import { StreamError } from "../errors.ts";
import { MAX_BINARY_PACKET_BYTES } from "../limits.ts";
import { inflateFrames } from "./inflate.ts";
import { readZstdPayload } from "./zstd_frame.ts";

/** The length of a checksum: the first bytes of BLAKE3 without a key. */
export const CHECKSUM_BYTES = 16;

/** The checksum of a content in pieces. */
export class ContentHash {
  readonly #hash = new RunningBlake3();

  constructor() {
    this.#hash.install(INITIAL_KEY, BLAKE3_MODE.hash);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes, 0, bytes.length);
  }

  /** @returns {@linkcode CHECKSUM_BYTES} bytes. */
  digest(): Uint8Array {
    const digest = new Uint8Array(CHECKSUM_BYTES);
    this.#hash.sample(digest, 0, CHECKSUM_BYTES);
    return digest;
  }
}

/**
 * Gives the content of one packet.
 *
 * @param payload Borrowed for the call.
 * @param isCompressed Whether the payload is zstd; each packet is compressed separately.
 * @param mostBytes The bytes that are left of the transfer; checked before anything is decompressed.
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
  // The next payload overwrites the result of the decompression.
  return new Uint8Array(inflateFrames(payload, zstd, limitBytes));
}

function checkLeft(sizeBytes: number, mostBytes: number): void {
  if (sizeBytes <= mostBytes) return;
  throw new StreamError(
    "stream-too-long",
    `a packet of ${sizeBytes} bytes, but ${mostBytes} are left of the transfer`,
  );
}
