/**
 * BLAKE3 in plain TypeScript that can be sampled at any time and goes on afterwards.
 *
 * A12 never resets the MAC between packets: the tag of a packet covers all ciphertext of its direction
 * since the last change of keys (arcan `a12.c`). So taking a tag must leave the state as it was, which
 * hash libraries do not offer.
 *
 * @module
 */

import { viewOfBuffer } from "../bytes/view.ts";

/** The initial words of SHA-256, which BLAKE3 uses too. */
const IV0 = 0x6a09e667, IV1 = 0xbb67ae85 | 0, IV2 = 0x3c6ef372, IV3 = 0xa54ff53a | 0;

/** All eight initial words as bytes: the key of the modes without a key. */
export const INITIAL_KEY: Uint8Array<ArrayBuffer> = Uint8Array.fromHex(
  "67e6096a85ae67bb72f36e3c3af54fa57f520e518c68059babd9831f19cde05b",
);

// Flags of a block.
const CHUNK_START = 1;
const CHUNK_END = 2;
/** The block holds two chaining values. */
const PARENT = 4;
/** The output of the block is the digest. */
const ROOT = 8;

/** The flag that every block of a mode carries. */
export const BLAKE3_MODE = {
  hash: 0,
  keyedHash: 16,
  deriveKeyContext: 32,
  deriveKeyMaterial: 64,
} as const;

const BLOCK_BYTES = 64;
const LAST_BLOCK_OF_CHUNK = 15;
/** Words of a chaining value. */
const CV_WORDS = 8;
/** One subtree for each bit of a chunk count, which stays below 2^53. */
const MAX_DEPTH = 53;
const WORD = 2 ** 32;

/** One running hash; no method allocates while its caller uses the same buffer. */
export class RunningBlake3 {
  readonly #key = new Int32Array(CV_WORDS);
  #mode = 0;
  /** Chaining value of the current chunk. */
  readonly #cv = new Int32Array(CV_WORDS);
  /** The last block stays here until more bytes follow, even when it is full: it may be the root. */
  readonly #block = new Uint8Array(BLOCK_BYTES);
  readonly #blockView = new DataView(this.#block.buffer);
  #blockLength = 0;
  /** Blocks of the current chunk in {@linkcode #cv}. */
  #blocks = 0;
  /** Complete chunks. */
  #chunks = 0;
  /** Chaining values of complete subtrees, the largest first; one place is spare for a right child. */
  readonly #stack = new Int32Array((MAX_DEPTH + 1) * CV_WORDS);
  // Words in memory are little-endian on every machine that Deno runs on, as BLAKE3 wants them.
  readonly #stackView = new DataView(this.#stack.buffer);
  #depth = 0;
  /** Both children of a node on the way to the root. */
  readonly #pair = new Int32Array(2 * CV_WORDS);
  readonly #pairView = new DataView(this.#pair.buffer);

  /**
   * Starts a hash of nothing.
   *
   * @param key 32 bytes, copied; {@linkcode INITIAL_KEY} for all modes but `keyedHash`.
   * @param mode One of {@linkcode BLAKE3_MODE}.
   */
  install(key: Uint8Array, mode: number = BLAKE3_MODE.keyedHash): void {
    this.#mode = mode;
    const view = viewOfBuffer(key);
    for (let i = 0; i < CV_WORDS; i++) this.#key[i] = view.getInt32(key.byteOffset + 4 * i, true);
    this.#cv.set(this.#key);
    this.#blockLength = 0;
    this.#blocks = 0;
    this.#chunks = 0;
    this.#depth = 0;
  }

  /** Appends the bytes from `start` to `end`. */
  update(bytes: Uint8Array, start: number, end: number): void {
    if (start >= end) return;
    let at = start;
    if (this.#blockLength > 0) {
      const count = Math.min(BLOCK_BYTES - this.#blockLength, end - at);
      this.#keep(bytes, at, count);
      at += count;
      if (at === end) return;
      this.#compressBlock(this.#blockView, 0);
      this.#blockLength = 0;
    }
    if (end - at > BLOCK_BYTES) {
      const view = viewOfBuffer(bytes);
      const offset = bytes.byteOffset;
      for (; end - at > BLOCK_BYTES; at += BLOCK_BYTES) this.#compressBlock(view, offset + at);
    }
    this.#keep(bytes, at, end - at);
  }

  /**
   * Writes the first `length` bytes of the digest of all bytes so far; the state does not change.
   *
   * @param length 1 to 32.
   */
  sample(output: Uint8Array, at: number, length: number): void {
    const pair = this.#pair;
    this.#block.fill(0, this.#blockLength);
    this.#compress(
      this.#cv,
      this.#blockView,
      this.#blockLength,
      this.#blockFlags() | CHUNK_END | (this.#depth === 0 ? ROOT : 0),
      pair,
      CV_WORDS,
    );
    for (let level = this.#depth - 1; level >= 0; level--) {
      for (let i = 0; i < CV_WORDS; i++) pair[i] = this.#stack[level * CV_WORDS + i]!;
      const flags = this.#mode | PARENT | (level === 0 ? ROOT : 0);
      compress(this.#key, this.#pairView, 0, 0, 0, BLOCK_BYTES, flags, pair, CV_WORDS);
    }
    for (let i = 0; i < length; i++) output[at + i] = pair[CV_WORDS + (i >> 2)]! >>> (8 * (i & 3));
  }

  /** Wipes the key and everything derived from it. */
  wipe(): void {
    this.#key.fill(0);
    this.#cv.fill(0);
    this.#block.fill(0);
    this.#stack.fill(0);
    this.#pair.fill(0);
  }

  #blockFlags(): number {
    return this.#blocks === 0 ? this.#mode | CHUNK_START : this.#mode;
  }

  #keep(bytes: Uint8Array, at: number, count: number): void {
    const block = this.#block;
    const length = this.#blockLength;
    for (let i = 0; i < count; i++) block[length + i] = bytes[at + i]!;
    this.#blockLength = length + count;
  }

  #compress(
    cv: Int32Array,
    view: DataView,
    length: number,
    flags: number,
    out: Int32Array,
    outAt: number,
    at = 0,
  ): void {
    const low = this.#chunks | 0;
    const high = (this.#chunks / WORD) | 0;
    compress(cv, view, at, low, high, length, flags, out, outAt);
  }

  /** Compresses a full block; more bytes must follow it. */
  #compressBlock(view: DataView, at: number): void {
    const flags = this.#blockFlags();
    if (this.#blocks < LAST_BLOCK_OF_CHUNK) {
      this.#compress(this.#cv, view, BLOCK_BYTES, flags, this.#cv, 0, at);
      this.#blocks++;
      return;
    }
    const stack = this.#stack;
    this.#compress(
      this.#cv,
      view,
      BLOCK_BYTES,
      flags | CHUNK_END,
      stack,
      this.#depth * CV_WORDS,
      at,
    );
    this.#depth++;
    this.#chunks++;
    this.#cv.set(this.#key);
    this.#blocks = 0;
    // Each trailing zero bit of the count completes one subtree.
    for (let count = this.#chunks; count % 2 === 0; count /= 2) {
      this.#depth--;
      const left = (this.#depth - 1) * CV_WORDS;
      const flags = this.#mode | PARENT;
      compress(this.#key, this.#stackView, 4 * left, 0, 0, BLOCK_BYTES, flags, stack, left);
    }
  }
}

/**
 * The compression function: one block to a chaining value. Written out with a variable for each word,
 * it runs several times as fast as loops over arrays.
 *
 * @param message Holds 64 bytes from offset `at` on.
 * @param counterLow Low half of the chunk's number, 0 for parents.
 * @param length Bytes of the block that count; the others must be zero.
 * @param out Gets 8 words from index `outAt` on; may be `cv`.
 */
function compress(
  cv: Int32Array,
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
  let x0 = cv[0]!;
  let x1 = cv[1]!;
  let x2 = cv[2]!;
  let x3 = cv[3]!;
  let x4 = cv[4]!;
  let x5 = cv[5]!;
  let x6 = cv[6]!;
  let x7 = cv[7]!;
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
