/**
 * ChaCha8 as one continuing key stream, in plain TypeScript.
 *
 * It has the original layout (64-bit block counter in words 12 and 13, 64-bit nonce in words 14 and 15),
 * and each call continues where the last one stopped, even inside a block: a12 runs one stream over all
 * packets of a direction (arcan `a12.c`).
 *
 * @module
 */

import { viewOfBuffer } from "../bytes/view.ts";
import { KEY_BYTES, NONCE_BYTES } from "./provider.ts";

const BLOCK_BYTES = 64;
/** Two blocks, so that a peek across a block boundary can keep both. */
const CACHE_BYTES = 2 * BLOCK_BYTES;
const CACHE_MASK = CACHE_BYTES - 1;

/** "expand 32-byte k" as words. */
const SIGMA = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;

/** One key stream; no method allocates while its caller uses the same buffer. */
export class ChaCha8 {
  /** Input of the block function: constants, key, counter of the next block, nonce. */
  readonly #state = new Int32Array(16);
  /** Unused key stream, as a ring of two blocks. */
  readonly #cache = new Uint8Array(CACHE_BYTES);
  readonly #cacheView = new DataView(this.#cache.buffer);
  /** Index in the cache of the next byte of the stream. */
  #position = 0;
  /** Valid bytes in the cache from {@linkcode #position} on. */
  #available = 0;

  /**
   * Starts a stream.
   *
   * @param key 32 bytes, copied.
   * @param nonce 8 bytes, copied.
   * @param counter Number of the first block; a12 starts every stream at 0.
   */
  install(key: Uint8Array, nonce: Uint8Array, counter: bigint = 0n): void {
    const state = this.#state;
    state.set(SIGMA);
    setWords(state, 4, key, KEY_BYTES);
    state[12] = Number(BigInt.asIntN(32, counter));
    state[13] = Number(BigInt.asIntN(32, counter >> 32n));
    setWords(state, 14, nonce, NONCE_BYTES);
    this.#position = 0;
    this.#available = 0;
    this.#cache.fill(0);
  }

  /** Encrypts or decrypts the bytes from `start` to `end` in place and moves the stream on. */
  apply(buffer: Uint8Array, start: number, end: number): void {
    let at = this.#drain(buffer, start, end);
    if (end - at >= BLOCK_BYTES) {
      const view = viewOfBuffer(buffer);
      const blocks = Math.floor((end - at) / BLOCK_BYTES);
      xorBlocks(this.#state, view, buffer.byteOffset + at, blocks);
      at += blocks * BLOCK_BYTES;
    }
    if (at < end) {
      this.#generate();
      this.#drain(buffer, at, end);
    }
  }

  /**
   * Encrypts or decrypts into another array without moving the stream. The key stream is kept for
   * {@linkcode apply}, so that it is computed only once.
   *
   * @param length 1 to 16 bytes.
   * @param output Gets the bytes at offset 0.
   */
  peek(input: Uint8Array, start: number, length: number, output: Uint8Array): void {
    if (this.#available < length) this.#generate();
    const cache = this.#cache;
    const position = this.#position;
    for (let i = 0; i < length; i++) {
      output[i] = input[start + i]! ^ cache[(position + i) & CACHE_MASK]!;
    }
  }

  /** Wipes the key and the unused key stream. */
  wipe(): void {
    this.#state.fill(0);
    this.#cache.fill(0);
    this.#available = 0;
  }

  /** Applies the cached key stream, at most to `end`; returns where it stopped. */
  #drain(buffer: Uint8Array, start: number, end: number): number {
    const count = Math.min(this.#available, end - start);
    const cache = this.#cache;
    const position = this.#position;
    for (let i = 0; i < count; i++) buffer[start + i]! ^= cache[(position + i) & CACHE_MASK]!;
    this.#position = (position + count) & CACHE_MASK;
    this.#available -= count;
    return start + count;
  }

  /** Adds one block to the cache, which must hold less than a block. */
  #generate(): void {
    if (this.#available === 0) this.#position = 0;
    const at = (this.#position + this.#available) & CACHE_MASK;
    this.#cache.fill(0, at, at + BLOCK_BYTES);
    xorBlocks(this.#state, this.#cacheView, at, 1);
    this.#available += BLOCK_BYTES;
  }
}

function setWords(state: Int32Array, index: number, bytes: Uint8Array, size: number): void {
  const view = viewOfBuffer(bytes);
  for (let at = 0; at < size; at += 4) {
    state[index++] = view.getInt32(bytes.byteOffset + at, true);
  }
}

/**
 * XORs blocks of key stream into `view` from `at` on and moves the counter in `state`. Written out with
 * a variable for each word, it runs several times as fast as loops over arrays.
 */
function xorBlocks(state: Int32Array, view: DataView, at: number, blocks: number): void {
  const s0 = state[0]!;
  const s1 = state[1]!;
  const s2 = state[2]!;
  const s3 = state[3]!;
  const s4 = state[4]!;
  const s5 = state[5]!;
  const s6 = state[6]!;
  const s7 = state[7]!;
  const s8 = state[8]!;
  const s9 = state[9]!;
  const s10 = state[10]!;
  const s11 = state[11]!;
  const s14 = state[14]!;
  const s15 = state[15]!;
  let counterLow = state[12]!;
  let counterHigh = state[13]!;
  for (const end = at + blocks * BLOCK_BYTES; at < end; at += BLOCK_BYTES) {
    let x0 = s0;
    let x1 = s1;
    let x2 = s2;
    let x3 = s3;
    let x4 = s4;
    let x5 = s5;
    let x6 = s6;
    let x7 = s7;
    let x8 = s8;
    let x9 = s9;
    let x10 = s10;
    let x11 = s11;
    let x12 = counterLow;
    let x13 = counterHigh;
    let x14 = s14;
    let x15 = s15;
    for (let doubleRound = 0; doubleRound < 4; doubleRound++) {
      x0 = (x0 + x4) | 0;
      x12 ^= x0;
      x12 = (x12 << 16) | (x12 >>> 16);
      x8 = (x8 + x12) | 0;
      x4 ^= x8;
      x4 = (x4 << 12) | (x4 >>> 20);
      x0 = (x0 + x4) | 0;
      x12 ^= x0;
      x12 = (x12 << 8) | (x12 >>> 24);
      x8 = (x8 + x12) | 0;
      x4 ^= x8;
      x4 = (x4 << 7) | (x4 >>> 25);
      x1 = (x1 + x5) | 0;
      x13 ^= x1;
      x13 = (x13 << 16) | (x13 >>> 16);
      x9 = (x9 + x13) | 0;
      x5 ^= x9;
      x5 = (x5 << 12) | (x5 >>> 20);
      x1 = (x1 + x5) | 0;
      x13 ^= x1;
      x13 = (x13 << 8) | (x13 >>> 24);
      x9 = (x9 + x13) | 0;
      x5 ^= x9;
      x5 = (x5 << 7) | (x5 >>> 25);
      x2 = (x2 + x6) | 0;
      x14 ^= x2;
      x14 = (x14 << 16) | (x14 >>> 16);
      x10 = (x10 + x14) | 0;
      x6 ^= x10;
      x6 = (x6 << 12) | (x6 >>> 20);
      x2 = (x2 + x6) | 0;
      x14 ^= x2;
      x14 = (x14 << 8) | (x14 >>> 24);
      x10 = (x10 + x14) | 0;
      x6 ^= x10;
      x6 = (x6 << 7) | (x6 >>> 25);
      x3 = (x3 + x7) | 0;
      x15 ^= x3;
      x15 = (x15 << 16) | (x15 >>> 16);
      x11 = (x11 + x15) | 0;
      x7 ^= x11;
      x7 = (x7 << 12) | (x7 >>> 20);
      x3 = (x3 + x7) | 0;
      x15 ^= x3;
      x15 = (x15 << 8) | (x15 >>> 24);
      x11 = (x11 + x15) | 0;
      x7 ^= x11;
      x7 = (x7 << 7) | (x7 >>> 25);
      x0 = (x0 + x5) | 0;
      x15 ^= x0;
      x15 = (x15 << 16) | (x15 >>> 16);
      x10 = (x10 + x15) | 0;
      x5 ^= x10;
      x5 = (x5 << 12) | (x5 >>> 20);
      x0 = (x0 + x5) | 0;
      x15 ^= x0;
      x15 = (x15 << 8) | (x15 >>> 24);
      x10 = (x10 + x15) | 0;
      x5 ^= x10;
      x5 = (x5 << 7) | (x5 >>> 25);
      x1 = (x1 + x6) | 0;
      x12 ^= x1;
      x12 = (x12 << 16) | (x12 >>> 16);
      x11 = (x11 + x12) | 0;
      x6 ^= x11;
      x6 = (x6 << 12) | (x6 >>> 20);
      x1 = (x1 + x6) | 0;
      x12 ^= x1;
      x12 = (x12 << 8) | (x12 >>> 24);
      x11 = (x11 + x12) | 0;
      x6 ^= x11;
      x6 = (x6 << 7) | (x6 >>> 25);
      x2 = (x2 + x7) | 0;
      x13 ^= x2;
      x13 = (x13 << 16) | (x13 >>> 16);
      x8 = (x8 + x13) | 0;
      x7 ^= x8;
      x7 = (x7 << 12) | (x7 >>> 20);
      x2 = (x2 + x7) | 0;
      x13 ^= x2;
      x13 = (x13 << 8) | (x13 >>> 24);
      x8 = (x8 + x13) | 0;
      x7 ^= x8;
      x7 = (x7 << 7) | (x7 >>> 25);
      x3 = (x3 + x4) | 0;
      x14 ^= x3;
      x14 = (x14 << 16) | (x14 >>> 16);
      x9 = (x9 + x14) | 0;
      x4 ^= x9;
      x4 = (x4 << 12) | (x4 >>> 20);
      x3 = (x3 + x4) | 0;
      x14 ^= x3;
      x14 = (x14 << 8) | (x14 >>> 24);
      x9 = (x9 + x14) | 0;
      x4 ^= x9;
      x4 = (x4 << 7) | (x4 >>> 25);
    }
    view.setInt32(at, view.getInt32(at, true) ^ (x0 + s0), true);
    view.setInt32(at + 4, view.getInt32(at + 4, true) ^ (x1 + s1), true);
    view.setInt32(at + 8, view.getInt32(at + 8, true) ^ (x2 + s2), true);
    view.setInt32(at + 12, view.getInt32(at + 12, true) ^ (x3 + s3), true);
    view.setInt32(at + 16, view.getInt32(at + 16, true) ^ (x4 + s4), true);
    view.setInt32(at + 20, view.getInt32(at + 20, true) ^ (x5 + s5), true);
    view.setInt32(at + 24, view.getInt32(at + 24, true) ^ (x6 + s6), true);
    view.setInt32(at + 28, view.getInt32(at + 28, true) ^ (x7 + s7), true);
    view.setInt32(at + 32, view.getInt32(at + 32, true) ^ (x8 + s8), true);
    view.setInt32(at + 36, view.getInt32(at + 36, true) ^ (x9 + s9), true);
    view.setInt32(at + 40, view.getInt32(at + 40, true) ^ (x10 + s10), true);
    view.setInt32(at + 44, view.getInt32(at + 44, true) ^ (x11 + s11), true);
    view.setInt32(at + 48, view.getInt32(at + 48, true) ^ (x12 + counterLow), true);
    view.setInt32(at + 52, view.getInt32(at + 52, true) ^ (x13 + counterHigh), true);
    view.setInt32(at + 56, view.getInt32(at + 56, true) ^ (x14 + s14), true);
    view.setInt32(at + 60, view.getInt32(at + 60, true) ^ (x15 + s15), true);
    counterLow = (counterLow + 1) | 0;
    if (counterLow === 0) counterHigh = (counterHigh + 1) | 0;
  }
  state[12] = counterLow;
  state[13] = counterHigh;
}
