/**
 * The checks of what both implementations of the seam are given: a wrong range would read or write
 * the memory of another connection.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";
import { KEY_BYTES, NONCE_BYTES, type PacketRun, PEEK_BYTES, TAG_BYTES } from "./provider.ts";

/**
 * Checks the lengths of key material.
 *
 * @param key 32 bytes.
 * @param nonce 8 bytes.
 * @param macKey 32 bytes.
 * @throws {ApiMisuseError} `bad-argument` when one has another length.
 */
export function requireKeyMaterial(key: Uint8Array, nonce: Uint8Array, macKey: Uint8Array): void {
  if (
    key.length !== KEY_BYTES || nonce.length !== NONCE_BYTES || macKey.length !== KEY_BYTES
  ) {
    throw new ApiMisuseError(
      "bad-argument",
      `keys of ${key.length}, ${nonce.length} and ${macKey.length} bytes, need 32, 8 and 32`,
    );
  }
}

/**
 * Checks that a packet and its tag are inside a buffer.
 *
 * @param buffer Where they are said to be.
 * @param start Offset of the first byte.
 * @param end Offset behind the last byte.
 * @param tagStart Offset of the tag.
 * @param tagLength 16 or 8 bytes.
 * @throws {ApiMisuseError} `bad-argument` when they are not.
 */
export function requirePacket(
  buffer: Uint8Array,
  start: number,
  end: number,
  tagStart: number,
  tagLength: number,
): void {
  const isInside = start >= 0 && start <= end && end <= buffer.length && tagStart >= 0 &&
    tagLength <= TAG_BYTES && tagStart + tagLength <= buffer.length;
  if (!isInside) {
    throw new ApiMisuseError(
      "bad-argument",
      `packet ${start} to ${end} with tag at ${tagStart} in ${buffer.length} bytes`,
    );
  }
}

/**
 * Checks that what is decrypted ahead is inside a buffer.
 *
 * @param buffer Where it is said to be.
 * @param start Offset of the first byte.
 * @param length 1 to 16 bytes.
 * @throws {ApiMisuseError} `bad-argument` when it is not.
 */
export function requirePeek(buffer: Uint8Array, start: number, length: number): void {
  if (!(start >= 0 && length >= 1 && length <= PEEK_BYTES && start + length <= buffer.length)) {
    throw new ApiMisuseError(
      "bad-argument",
      `${length} bytes ahead at ${start} in ${buffer.length} bytes, limit ${PEEK_BYTES}`,
    );
  }
}

/**
 * Checks that equal packets are inside a buffer.
 *
 * @param buffer Where they are said to be.
 * @param start Offset of the first tag.
 * @param run The packets.
 * @throws {ApiMisuseError} `bad-argument` when they are not.
 */
export function requireRun(buffer: Uint8Array, start: number, run: PacketRun): void {
  const { count, size, kindAt } = run;
  // The byte of the kind is looked at in whole key stream words of PEEK_BYTES.
  const isInside = start >= 0 && count >= 0 && size >= TAG_BYTES + PEEK_BYTES && kindAt >= 0 &&
    kindAt < PEEK_BYTES && start + count * size <= buffer.length;
  if (!isInside) {
    throw new ApiMisuseError(
      "bad-argument",
      `${count} packets of ${size} bytes at ${start} in ${buffer.length} bytes, kind at ${kindAt}`,
    );
  }
}

/**
 * Refuses the use of an object that was freed.
 *
 * @throws {ApiMisuseError} `wrong-state`, always.
 */
export function throwFreed(): never {
  throw new ApiMisuseError("wrong-state", "this half of a connection was freed");
}
