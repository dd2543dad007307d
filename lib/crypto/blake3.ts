/**
 * BLAKE3 that runs on after each digest, in plain TypeScript.
 *
 * A12 never resets the MAC between packets: the tag of a packet covers all ciphertext of its
 * direction since the keys changed, so sampling must leave the state as it was (arcan a12.c).
 *
 * @module
 */

import { CHUNK_END, CHUNK_START, compress, KEYED_HASH, PARENT, ROOT } from "./blake3_compress.ts";
import { KEY_BYTES } from "./provider.ts";
import { loadWord, viewOf } from "./words.ts";

const BLOCK_BYTES = 64;
const LAST_BLOCK_OF_CHUNK = 15;
const CV_WORDS = 8;
/** One subtree for each bit of a chunk count, which stays below 2^53. */
const MAX_DEPTH = 53;
const WORD = 2 ** 32;

/** One running hash; no method allocates once the buffers it is given repeat. */
export class RunningBlake3 {
  readonly #key = new Int32Array(CV_WORDS);
  /** The flag that every block of this mode carries. */
  #mode = 0;
  /** Chaining value of the current chunk. */
  readonly #cv = new Int32Array(CV_WORDS);
  /** The last block, full or not: it is compressed when more bytes follow, as it may be the root. */
  readonly #block = new Uint8Array(BLOCK_BYTES);
  readonly #blockView = new DataView(this.#block.buffer);
  #blockLength = 0;
  /** How many blocks of the current chunk are in {@linkcode #cv}. */
  #blocks = 0;
  /** How many chunks are complete. */
  #chunks = 0;
  /** Chaining values of complete subtrees, the largest first; one place spare for a right child. */
  readonly #stack = new Int32Array((MAX_DEPTH + 1) * CV_WORDS);
  // Words in memory are little-endian on every machine that Deno runs on, as BLAKE3 wants them.
  readonly #stackView = new DataView(this.#stack.buffer);
  #depth = 0;
  /** Both children of a node on the way to the root. */
  readonly #pair = new Int32Array(2 * CV_WORDS);
  readonly #pairView = new DataView(this.#pair.buffer);

  /**
   * Starts over nothing.
   *
   * @param key 32 bytes, copied.
   * @param mode The flag of the mode, {@linkcode KEYED_HASH} for a MAC.
   */
  install(key: Uint8Array, mode: number = KEYED_HASH): void {
    this.#mode = mode;
    for (let i = 0; i < KEY_BYTES / 4; i++) this.#key[i] = loadWord(key, 4 * i);
    this.#cv.set(this.#key);
    this.#blockLength = 0;
    this.#blocks = 0;
    this.#chunks = 0;
    this.#depth = 0;
  }

  /**
   * Appends bytes.
   *
   * @param bytes Read from `start` to `end`, not kept.
   * @param start Offset of the first byte.
   * @param end Offset behind the last byte.
   */
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
      const view = viewOf(bytes);
      const offset = bytes.byteOffset;
      for (; end - at > BLOCK_BYTES; at += BLOCK_BYTES) this.#compressBlock(view, offset + at);
    }
    this.#keep(bytes, at, end - at);
  }

  /**
   * Writes the first bytes of the digest of all bytes so far; the state stays as it is.
   *
   * @param output Changed from `at` on.
   * @param at Offset of the first byte.
   * @param length 1 to 32 bytes.
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
      compress(this.#key, 0, this.#pairView, 0, 0, 0, BLOCK_BYTES, flags, pair, CV_WORDS);
    }
    for (let i = 0; i < length; i++) output[at + i] = pair[CV_WORDS + (i >> 2)]! >>> (8 * (i & 3));
  }

  /** Wipes the key and everything that follows from it. */
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
    compress(cv, 0, view, at, low, high, length, flags, out, outAt);
  }

  /** Compresses a full block that more bytes follow. */
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
    // As many subtrees are complete as the count has trailing zero bits.
    for (let count = this.#chunks; count % 2 === 0; count /= 2) {
      this.#depth--;
      const left = (this.#depth - 1) * CV_WORDS;
      const flags = this.#mode | PARENT;
      compress(this.#key, 0, this.#stackView, 4 * left, 0, 0, BLOCK_BYTES, flags, stack, left);
    }
  }
}
