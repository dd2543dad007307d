/**
 * The compression function of BLAKE3, in plain TypeScript.
 *
 * @module
 */

/** The initial words of SHA-256, which BLAKE3 uses too. */
const IV0 = 0x6a09e667, IV1 = 0xbb67ae85 | 0, IV2 = 0x3c6ef372, IV3 = 0xa54ff53a | 0;

/** The eight initial words as bytes: the key where a mode has none. */
export const INITIAL_KEY: Uint8Array<ArrayBuffer> = Uint8Array.of(
  ...[0x67, 0xe6, 0x09, 0x6a, 0x85, 0xae, 0x67, 0xbb, 0x72, 0xf3, 0x6e, 0x3c, 0x3a, 0xf5, 0x4f],
  ...[0xa5, 0x7f, 0x52, 0x0e, 0x51, 0x8c, 0x68, 0x05, 0x9b, 0xab, 0xd9, 0x83, 0x1f, 0x19, 0xcd],
  ...[0xe0, 0x5b],
);

/** The mode of a plain hash sets no flag of its own. */
export const PLAIN_HASH = 0;
/** Set on the first block of a chunk. */
export const CHUNK_START = 1;
/** Set on the last block of a chunk. */
export const CHUNK_END = 2;
/** Set on a block that holds two chaining values. */
export const PARENT = 4;
/** Set on the block whose output is the digest. */
export const ROOT = 8;
/** Set on every block of a keyed hash. */
export const KEYED_HASH = 16;
/** Set on every block of the context string in the derive_key mode. */
export const DERIVE_KEY_CONTEXT = 32;
/** Set on every block of the key material in the derive_key mode. */
export const DERIVE_KEY_MATERIAL = 64;

/**
 * Compresses one block to a chaining value.
 *
 * @param cv Chaining value before, 8 words from `cvAt` on.
 * @param cvAt Index in words.
 * @param message Holds 64 bytes from `at` on.
 * @param at Offset in bytes.
 * @param counterLow Low half of the number of the chunk, 0 for parents.
 * @param counterHigh High half of it.
 * @param length Bytes of the block that count, the others are zero.
 * @param flags Sum of the flags of this module.
 * @param out Gets 8 words from `outAt` on; may be `cv`.
 * @param outAt Index in words.
 */
export function compress(
  cv: Int32Array,
  cvAt: number,
  message: DataView,
  at: number,
  counterLow: number,
  counterHigh: number,
  length: number,
  flags: number,
  out: Int32Array,
  outAt: number,
): void {
  let m0 = message.getInt32(at, true);
  let m1 = message.getInt32(at + 4, true);
  let m2 = message.getInt32(at + 8, true);
  let m3 = message.getInt32(at + 12, true);
  let m4 = message.getInt32(at + 16, true);
  let m5 = message.getInt32(at + 20, true);
  let m6 = message.getInt32(at + 24, true);
  let m7 = message.getInt32(at + 28, true);
  let m8 = message.getInt32(at + 32, true);
  let m9 = message.getInt32(at + 36, true);
  let m10 = message.getInt32(at + 40, true);
  let m11 = message.getInt32(at + 44, true);
  let m12 = message.getInt32(at + 48, true);
  let m13 = message.getInt32(at + 52, true);
  let m14 = message.getInt32(at + 56, true);
  let m15 = message.getInt32(at + 60, true);
  let x0 = cv[cvAt]!;
  let x1 = cv[cvAt + 1]!;
  let x2 = cv[cvAt + 2]!;
  let x3 = cv[cvAt + 3]!;
  let x4 = cv[cvAt + 4]!;
  let x5 = cv[cvAt + 5]!;
  let x6 = cv[cvAt + 6]!;
  let x7 = cv[cvAt + 7]!;
  let x8 = IV0;
  let x9 = IV1;
  let x10 = IV2;
  let x11 = IV3;
  let x12 = counterLow;
  let x13 = counterHigh;
  let x14 = length;
  let x15 = flags;
  for (let round = 0;; round++) {
    x0 = (x0 + x4 + m0) | 0;
    x12 ^= x0;
    x12 = (x12 << 16) | (x12 >>> 16);
    x8 = (x8 + x12) | 0;
    x4 ^= x8;
    x4 = (x4 << 20) | (x4 >>> 12);
    x0 = (x0 + x4 + m1) | 0;
    x12 ^= x0;
    x12 = (x12 << 24) | (x12 >>> 8);
    x8 = (x8 + x12) | 0;
    x4 ^= x8;
    x4 = (x4 << 25) | (x4 >>> 7);
    x1 = (x1 + x5 + m2) | 0;
    x13 ^= x1;
    x13 = (x13 << 16) | (x13 >>> 16);
    x9 = (x9 + x13) | 0;
    x5 ^= x9;
    x5 = (x5 << 20) | (x5 >>> 12);
    x1 = (x1 + x5 + m3) | 0;
    x13 ^= x1;
    x13 = (x13 << 24) | (x13 >>> 8);
    x9 = (x9 + x13) | 0;
    x5 ^= x9;
    x5 = (x5 << 25) | (x5 >>> 7);
    x2 = (x2 + x6 + m4) | 0;
    x14 ^= x2;
    x14 = (x14 << 16) | (x14 >>> 16);
    x10 = (x10 + x14) | 0;
    x6 ^= x10;
    x6 = (x6 << 20) | (x6 >>> 12);
    x2 = (x2 + x6 + m5) | 0;
    x14 ^= x2;
    x14 = (x14 << 24) | (x14 >>> 8);
    x10 = (x10 + x14) | 0;
    x6 ^= x10;
    x6 = (x6 << 25) | (x6 >>> 7);
    x3 = (x3 + x7 + m6) | 0;
    x15 ^= x3;
    x15 = (x15 << 16) | (x15 >>> 16);
    x11 = (x11 + x15) | 0;
    x7 ^= x11;
    x7 = (x7 << 20) | (x7 >>> 12);
    x3 = (x3 + x7 + m7) | 0;
    x15 ^= x3;
    x15 = (x15 << 24) | (x15 >>> 8);
    x11 = (x11 + x15) | 0;
    x7 ^= x11;
    x7 = (x7 << 25) | (x7 >>> 7);
    x0 = (x0 + x5 + m8) | 0;
    x15 ^= x0;
    x15 = (x15 << 16) | (x15 >>> 16);
    x10 = (x10 + x15) | 0;
    x5 ^= x10;
    x5 = (x5 << 20) | (x5 >>> 12);
    x0 = (x0 + x5 + m9) | 0;
    x15 ^= x0;
    x15 = (x15 << 24) | (x15 >>> 8);
    x10 = (x10 + x15) | 0;
    x5 ^= x10;
    x5 = (x5 << 25) | (x5 >>> 7);
    x1 = (x1 + x6 + m10) | 0;
    x12 ^= x1;
    x12 = (x12 << 16) | (x12 >>> 16);
    x11 = (x11 + x12) | 0;
    x6 ^= x11;
    x6 = (x6 << 20) | (x6 >>> 12);
    x1 = (x1 + x6 + m11) | 0;
    x12 ^= x1;
    x12 = (x12 << 24) | (x12 >>> 8);
    x11 = (x11 + x12) | 0;
    x6 ^= x11;
    x6 = (x6 << 25) | (x6 >>> 7);
    x2 = (x2 + x7 + m12) | 0;
    x13 ^= x2;
    x13 = (x13 << 16) | (x13 >>> 16);
    x8 = (x8 + x13) | 0;
    x7 ^= x8;
    x7 = (x7 << 20) | (x7 >>> 12);
    x2 = (x2 + x7 + m13) | 0;
    x13 ^= x2;
    x13 = (x13 << 24) | (x13 >>> 8);
    x8 = (x8 + x13) | 0;
    x7 ^= x8;
    x7 = (x7 << 25) | (x7 >>> 7);
    x3 = (x3 + x4 + m14) | 0;
    x14 ^= x3;
    x14 = (x14 << 16) | (x14 >>> 16);
    x9 = (x9 + x14) | 0;
    x4 ^= x9;
    x4 = (x4 << 20) | (x4 >>> 12);
    x3 = (x3 + x4 + m15) | 0;
    x14 ^= x3;
    x14 = (x14 << 24) | (x14 >>> 8);
    x9 = (x9 + x14) | 0;
    x4 ^= x9;
    x4 = (x4 << 25) | (x4 >>> 7);
    if (round === 6) break;
    const t0 = m0;
    m0 = m2;
    m2 = m3;
    m3 = m10;
    m10 = m12;
    m12 = m9;
    m9 = m11;
    m11 = m5;
    m5 = t0;
    const t1 = m1;
    m1 = m6;
    m6 = m4;
    m4 = m7;
    m7 = m13;
    m13 = m14;
    m14 = m15;
    m15 = m8;
    m8 = t1;
  }
  out[outAt] = x0 ^ x8;
  out[outAt + 1] = x1 ^ x9;
  out[outAt + 2] = x2 ^ x10;
  out[outAt + 3] = x3 ^ x11;
  out[outAt + 4] = x4 ^ x12;
  out[outAt + 5] = x5 ^ x13;
  out[outAt + 6] = x6 ^ x14;
  out[outAt + 7] = x7 ^ x15;
}
