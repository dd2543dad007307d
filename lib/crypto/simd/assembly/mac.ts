// One running keyed BLAKE3.

import { hashEightChunks } from "./blake3_eight";
import { hashFourChunks } from "./blake3_four";
import { compress } from "./blake3_one";
import {
  BLOCK_BYTES, CHUNK_BYTES, CHUNK_CVS, CHUNK_END, CHUNK_START, KEYED_HASH, PAIR, PARENT, ROOT,
  SLOT_BLOCK, SLOT_BLOCK_LENGTH, SLOT_BLOCKS, SLOT_CHUNKS, SLOT_CV, SLOT_DEPTH, SLOT_MAC_KEY, SLOT_STACK,
} from "./layout";

// @ts-ignore: a decorator of the compiler
@inline function copy32(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}

// Calls of memory.copy and memory.fill leave WebAssembly, which costs more than to move a whole block.

/** Puts up to 64 bytes behind the `kept` ones of the block, and whatever follows them. */
// @ts-ignore: a decorator of the compiler
@inline function keep(slot: usize, kept: u32, data: usize): void {
  const to = slot + SLOT_BLOCK + kept;
  copy32(to, data);
  copy32(to + 32, data + 32);
}

/** Copies 16 bytes of a block with zeros from `length` on. */
// @ts-ignore: a decorator of the compiler
@inline function pad(to: usize, from: usize, at: usize, length: i8): void {
  const index = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const wanted = i8x16.lt_s(i8x16.add(index, i8x16.splat(<i8>at)), i8x16.splat(length));
  v128.store(to + at, v128.and(v128.load(from + at), wanted));
}

/** Makes the current chunk an empty one. */
export function startChunk(slot: usize): void {
  copy32(slot + SLOT_CV, slot + SLOT_MAC_KEY);
  store<u32>(slot, 0, SLOT_BLOCKS);
}

/** Puts the chaining value of a complete chunk on the stack, at its top, and merges what became complete. */
function pushChunk(slot: usize): void {
  const chunks = load<u64>(slot, SLOT_CHUNKS) + 1;
  store<u64>(slot, chunks, SLOT_CHUNKS);
  // As many subtrees are complete as the count has trailing zero bits.
  const merges = <u32>ctz(chunks);
  const depth = load<u32>(slot, SLOT_DEPTH) + 1 - merges;
  store<u32>(slot, depth, SLOT_DEPTH);
  const last = slot + SLOT_STACK + 32 * (depth - 1);
  for (let left = last + 32 * merges - 32; left >= last; left -= 32) {
    compress(slot + SLOT_MAC_KEY, left, 0, BLOCK_BYTES, KEYED_HASH | PARENT, left);
  }
}

// @ts-ignore: a decorator of the compiler
@inline function stackTop(slot: usize): usize {
  return slot + SLOT_STACK + 32 * load<u32>(slot, SLOT_DEPTH);
}

/** Compresses a full block that more bytes follow. */
function compressBlock(slot: usize, block: usize): void {
  const blocks = load<u32>(slot, SLOT_BLOCKS);
  const flags = blocks == 0 ? KEYED_HASH | CHUNK_START : KEYED_HASH;
  const cv = slot + SLOT_CV;
  const chunk = load<u64>(slot, SLOT_CHUNKS);
  if (blocks < 15) {
    compress(cv, block, chunk, BLOCK_BYTES, flags, cv);
    store<u32>(slot, blocks + 1, SLOT_BLOCKS);
  } else {
    compress(cv, block, chunk, BLOCK_BYTES, flags | CHUNK_END, stackTop(slot));
    pushChunk(slot);
    startChunk(slot);
  }
}

/** Appends bytes. */
export function absorb(slot: usize, data: usize, length: u32): void {
  const kept = load<u32>(slot, SLOT_BLOCK_LENGTH);
  if (kept + length <= BLOCK_BYTES) {
    keep(slot, kept, data);
    store<u32>(slot, kept + length, SLOT_BLOCK_LENGTH);
    return;
  }
  if (kept > 0) {
    const count = BLOCK_BYTES - kept;
    keep(slot, kept, data);
    data += count;
    length -= count;
    compressBlock(slot, slot + SLOT_BLOCK);
  }
  // From here on the last block stays behind, so the rest is always more than nothing.
  while (length > BLOCK_BYTES) {
    const chunks = (length - 1) / CHUNK_BYTES;
    if (chunks >= 3 && load<u32>(slot, SLOT_BLOCKS) == 0) {
      // Lanes that are too many hash what lies behind, and their values are not used: six chunks in
      // eight lanes and three in four take less time than the other ways to do them.
      const count = min<u32>(chunks, chunks >= 6 ? 8 : 4);
      if (count > 4) hashEightChunks(slot + SLOT_MAC_KEY, data, load<u64>(slot, SLOT_CHUNKS), CHUNK_CVS);
      else hashFourChunks(slot + SLOT_MAC_KEY, data, load<u64>(slot, SLOT_CHUNKS), CHUNK_CVS);
      for (let i: u32 = 0; i < count; i++) {
        copy32(stackTop(slot), CHUNK_CVS + 32 * i);
        pushChunk(slot);
      }
      data += count * CHUNK_BYTES;
      length -= count * CHUNK_BYTES;
    } else {
      compressBlock(slot, data);
      data += BLOCK_BYTES;
      length -= BLOCK_BYTES;
    }
  }
  keep(slot, 0, data);
  store<u32>(slot, length, SLOT_BLOCK_LENGTH);
}

/** Computes the digest of all bytes so far; the state stays as it is. Returns where its 32 bytes are. */
export function sample(slot: usize): usize {
  const length = load<u32>(slot, SLOT_BLOCK_LENGTH);
  const depth = load<u32>(slot, SLOT_DEPTH);
  const block = slot + SLOT_BLOCK;
  pad(PAIR, block, 0, <i8>length);
  pad(PAIR, block, 16, <i8>length);
  pad(PAIR, block, 32, <i8>length);
  pad(PAIR, block, 48, <i8>length);
  const start = load<u32>(slot, SLOT_BLOCKS) == 0 ? KEYED_HASH | CHUNK_START : KEYED_HASH;
  const end = depth == 0 ? CHUNK_END | ROOT : CHUNK_END;
  compress(slot + SLOT_CV, PAIR, load<u64>(slot, SLOT_CHUNKS), length, start | end, PAIR + 32);
  let left = slot + SLOT_STACK + 32 * depth;
  for (let level = depth; level > 0; level--) {
    left -= 32;
    copy32(PAIR, left);
    const flags = level == 1 ? KEYED_HASH | PARENT | ROOT : KEYED_HASH | PARENT;
    compress(slot + SLOT_MAC_KEY, PAIR, 0, BLOCK_BYTES, flags, PAIR + 32);
  }
  return PAIR + 32;
}
