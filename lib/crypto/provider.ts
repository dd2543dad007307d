/**
 * The contract between the protocol and its symmetric cryptography.
 *
 * Each direction of a connection has one continuing ChaCha8 key stream and one running keyed BLAKE3;
 * both start anew only when the keys change, not with each packet. There are two implementations, in
 * plain TypeScript and in WebAssembly with SIMD, and both give the same bytes.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";

/** Length of every key, of cipher, MAC and X25519, in bytes. */
export const KEY_BYTES = 32;
/** Length of a cipher nonce, in bytes. */
export const NONCE_BYTES = 8;
/** Length of a packet's tag, in bytes. */
export const TAG_BYTES = 16;
/** Length of the tag of the first packet that a client sends, in bytes. */
export const SHORT_TAG_BYTES = 8;
/** The most bytes that {@linkcode Opener.peek} can decrypt ahead. */
export const PEEK_BYTES = 16;

/** What both directions of a connection have in common. */
interface Direction {
  /**
   * Starts cipher and MAC with new keys.
   *
   * @param key 32 bytes, copied.
   * @param nonce 8 bytes, copied.
   * @param macKey 32 bytes, copied.
   */
  install(key: Uint8Array, nonce: Uint8Array, macKey: Uint8Array): void;

  /** Feeds bytes to the MAC alone: the nonce of a client's first packet. */
  absorb(bytes: Uint8Array): void;

  /** Wipes the keys and releases what the implementation holds; the object is unusable afterwards. */
  free(): void;
}

/** The receiving direction of one connection. */
export interface Opener extends Direction {
  /**
   * Decrypts the first bytes of a packet without moving cipher or MAC. The result is not
   * authenticated: use it for the packet's length alone.
   *
   * @param buffer Holds the ciphertext of the packet from `start` on.
   * @param length 1 to 16 bytes.
   * @returns A scratch view, valid until the next call on this object.
   */
  peek(buffer: Uint8Array, start: number, length: number): Uint8Array;

  /**
   * Verifies a packet and, only if its tag is right, decrypts it in place.
   *
   * @param buffer Holds ciphertext from `start` to `end`, and the tag.
   * @param tagLength 16, or 8 for a client's first packet.
   * @returns Whether the tag was right, compared in constant time. If not, the ciphertext is unchanged
   *   and the object can open no more packets.
   */
  open(
    buffer: Uint8Array,
    start: number,
    end: number,
    tagStart: number,
    tagLength: number,
  ): boolean;

  /**
   * Opens consecutive packets of one size and kind, each a tag and then ciphertext. Computing their
   * tags together is faster than one by one.
   *
   * @param start Offset of the first tag in `buffer`.
   * @returns How many packets were verified and decrypted in place: all, or those before the first of
   *   another kind. If a wrong tag ended the run, the complement (`~`) of the number; then the bytes
   *   after those packets are garbage and the object can open no more.
   */
  openRun(buffer: Uint8Array, start: number, run: PacketRun): number;
}

/** What the packets of a run have in common. */
export interface PacketRun {
  /** How many packets there are at most. */
  readonly count: number;
  /** Bytes of each packet with its tag. */
  readonly size: number;
  /** Offset of the type byte after the tag, 0 to 15. */
  readonly kindAt: number;
  /** The decrypted value of the type byte. */
  readonly kind: number;
}

/** The sending direction of one connection. */
export interface Sealer extends Direction {
  /**
   * Encrypts a packet in place and writes its tag.
   *
   * @param buffer Holds the plaintext from `start` to `end`.
   * @param tagLength 16, or 8 for a client's first packet.
   */
  seal(buffer: Uint8Array, start: number, end: number, tagStart: number, tagLength: number): void;
}

/** One implementation of the symmetric cryptography. */
export interface CryptoProvider {
  /** For logs and `--version`. */
  readonly name: "simd" | "typescript";
  opener(): Opener;
  sealer(): Sealer;
}

/** An {@linkcode Opener.openRun} that shares no work between the packets. */
export function openOneByOne(
  opener: Pick<Opener, "peek" | "open">,
  buffer: Uint8Array,
  start: number,
  { count, size, kindAt, kind }: PacketRun,
): number {
  for (let opened = 0; opened < count; opened++) {
    const tag = start + opened * size;
    const data = tag + TAG_BYTES;
    if (opener.peek(buffer, data, kindAt + 1)[kindAt] !== kind) return opened;
    if (!opener.open(buffer, data, tag + size, tag, TAG_BYTES)) return ~opened;
  }
  return count;
}

// Both implementations make these checks: a wrong range would touch the memory of another connection.

export function requireKeyMaterial(key: Uint8Array, nonce: Uint8Array, macKey: Uint8Array): void {
  if (
    key.length !== KEY_BYTES || nonce.length !== NONCE_BYTES || macKey.length !== KEY_BYTES
  ) {
    throw new ApiMisuseError(
      "bad-argument",
      `key, nonce and MAC key have ${key.length}, ${nonce.length} and ${macKey.length} bytes, ` +
        `must have ${KEY_BYTES}, ${NONCE_BYTES} and ${KEY_BYTES}`,
    );
  }
}

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
      `packet from ${start} to ${end} with its tag at ${tagStart} is outside the buffer of ` +
        `${buffer.length} bytes`,
    );
  }
}

export function requirePeek(buffer: Uint8Array, start: number, length: number): void {
  if (!(start >= 0 && length >= 1 && length <= PEEK_BYTES && start + length <= buffer.length)) {
    throw new ApiMisuseError(
      "bad-argument",
      `cannot peek at ${length} bytes at ${start}: the buffer has ${buffer.length} bytes, ` +
        `the limit is ${PEEK_BYTES}`,
    );
  }
}

export function requireRun(buffer: Uint8Array, start: number, run: PacketRun): void {
  const { count, size, kindAt } = run;
  // Looking for the type byte decrypts PEEK_BYTES of each packet.
  const isInside = start >= 0 && count >= 0 && size >= TAG_BYTES + PEEK_BYTES && kindAt >= 0 &&
    kindAt < PEEK_BYTES && start + count * size <= buffer.length;
  if (!isInside) {
    throw new ApiMisuseError(
      "bad-argument",
      `${count} packets of ${size} bytes at ${start}, type byte at ${kindAt}, are outside the ` +
        `buffer of ${buffer.length} bytes`,
    );
  }
}

export function throwFreed(): never {
  throw new ApiMisuseError("wrong-state", "the cryptography of this connection was freed");
}
