// One running keyed BLAKE3.

import { hashEight } from "./blake3_eight";
import { compress } from "./blake3_one";
import {
  BLOCK_BYTES, CHUNK_BYTES, CHUNK_END, CHUNK_START, KEPT_CVS, KEYED_HASH, LANE_BLOCKS, LANE_CVS, LANE_ENDS, LANE_FLAGS,
  LANE_LENGTHS, PAIR, PARENT, ROOT, RUN_CHUNKS, RUN_CVS, SLOT_BLOCK, SLOT_BLOCK_LENGTH, SLOT_BLOCKS, SLOT_CHUNKS,
  SLOT_CV, SLOT_DEPTH, SLOT_MAC_KEY, SLOT_STACK,
} from "./layout";
import { counters, fillLanes, fillLanesWith } from "./vectors";

/** With fewer pairs, one parent after the other is faster than eight lanes. */
@inline const WORTHWHILE_PARENTS: u32 = 4;

@inline function copy32(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}

// memory.copy and memory.fill call out of WebAssembly, which costs more than moving a whole block.

/** Copies 64 bytes after the first `kept` bytes of the block; those beyond the data are ignored later. */
@inline function keep(slot: usize, kept: u32, data: usize): void {
  const to = slot + SLOT_BLOCK + kept;
  copy32(to, data);
  copy32(to + 32, data + 32);
}

/** Copies 16 bytes of a block; those from `length` on become zero. */
@inline function pad(to: usize, from: usize, at: usize, length: i8): void {
  const index = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const wanted = i8x16.lt_s(i8x16.add(index, i8x16.splat(<i8>at)), i8x16.splat(length));
  v128.store(to + at, v128.and(v128.load(from + at), wanted));
}

export function startChunk(slot: usize): void {
  copy32(slot + SLOT_CV, slot + SLOT_MAC_KEY);
  store<u32>(slot, 0, SLOT_BLOCKS);
}

/**
 * Adds the subtree of 2 ** level chunks whose chaining value lies on top of the stack, and merges the subtrees that it
 * completes.
 */
function push(slot: usize, level: u32): void {
  const chunks = load<u64>(slot, SLOT_CHUNKS) + (<u64>1 << level);
  store<u64>(slot, chunks, SLOT_CHUNKS);
  // Each trailing zero bit of the count completes one subtree.
  const merges = <u32>ctz(chunks) - level;
  const depth = load<u32>(slot, SLOT_DEPTH) + 1 - merges;
  store<u32>(slot, depth, SLOT_DEPTH);
  const last = slot + SLOT_STACK + 32 * (depth - 1);
  for (let left = last + 32 * merges - 32; left >= last; left -= 32) {
    compress(slot + SLOT_MAC_KEY, left, 0, BLOCK_BYTES, KEYED_HASH | PARENT, left);
  }
}

function pushCv(slot: usize, cv: usize, level: u32): void {
  copy32(stackTop(slot), cv);
  push(slot, level);
}

/**
 * Adds up to RUN_CHUNKS consecutive subtrees of 2 ** level chunks, their parents in lanes where there are enough.
 *
 * @param cvs Their chaining values, 32 bytes each, which are overwritten.
 */
function pushRun(slot: usize, cvs: usize, count: u32, level: u32): void {
  if (count > 0 && (load<u64>(slot, SLOT_CHUNKS) >> level & 1) != 0) {
    pushCv(slot, cvs, level);
    cvs += 32;
    count--;
  }
  const pairs = count >> 1;
  if (pairs < WORTHWHILE_PARENTS) {
    for (; count > 0; count--, cvs += 32) pushCv(slot, cvs, level);
    return;
  }
  fillLanesWith(LANE_CVS, slot + SLOT_MAC_KEY);
  fillParentEnds();
  for (let pair: u32 = 0; pair < pairs; pair += 8) {
    hashEight(LANE_CVS, LANE_ENDS, cvs + 64 * pair, BLOCK_BYTES, 1, 0, 0, cvs + 32 * pair, 32);
  }
  pushRun(slot, cvs, pairs, level + 1);
  if (count & 1) pushCv(slot, cvs + 64 * pairs, level);
}

/** Sets up eight lanes for parents that are not the root. */
function fillParentEnds(): void {
  fillLanes(LANE_ENDS, i32x4.splat(0));
  fillLanes(LANE_ENDS + 32, i32x4.splat(0));
  fillLanes(LANE_LENGTHS, i32x4.splat(BLOCK_BYTES));
  fillLanes(LANE_FLAGS, i32x4.splat(KEYED_HASH | PARENT));
}

@inline function stackTop(slot: usize): usize {
  return slot + SLOT_STACK + 32 * load<u32>(slot, SLOT_DEPTH);
}

/** Compresses a full block; more bytes must follow it. */
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
    push(slot, 0);
    startChunk(slot);
  }
}

/** Writes the chaining values of eight chunks; `chunk` is the number of the first. */
function hashEightChunks(slot: usize, chunk: u64, data: usize, out: usize): void {
  fillLanesWith(LANE_CVS, slot + SLOT_MAC_KEY);
  v128.store(LANE_ENDS, counters(chunk, 0));
  v128.store(LANE_ENDS, counters(chunk + 4, 0), 16);
  v128.store(LANE_ENDS, counters(chunk, 32), 32);
  v128.store(LANE_ENDS, counters(chunk + 4, 32), 48);
  fillLanes(LANE_LENGTHS, i32x4.splat(BLOCK_BYTES));
  fillLanes(LANE_FLAGS, i32x4.splat(KEYED_HASH));
  hashEight(LANE_CVS, LANE_ENDS, data, CHUNK_BYTES, 16, CHUNK_START, CHUNK_END, out, 32);
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
  // The last block stays uncompressed, so something is always left for it.
  while (length > BLOCK_BYTES) {
    const chunks = (length - 1) / CHUNK_BYTES;
    if (chunks >= 4 && load<u32>(slot, SLOT_BLOCKS) == 0) {
      // Spare lanes hash what follows the data, and their values are ignored: four chunks in eight
      // lanes take less time than four one by one.
      const first = load<u64>(slot, SLOT_CHUNKS);
      let count: u32 = 0;
      do {
        hashEightChunks(slot, first + count, data + count * CHUNK_BYTES, RUN_CVS + 32 * count);
        count += min<u32>(chunks - count, 8);
      } while (count < RUN_CHUNKS && chunks - count >= 4);
      pushRun(slot, RUN_CVS, count, 0);
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

/** Whether `length` more bytes stay within the current chunk. */
export function fitsChunk(slot: usize, length: u32): bool {
  return load<u32>(slot, SLOT_BLOCKS) * BLOCK_BYTES + load<u32>(slot, SLOT_BLOCK_LENGTH) + length <= CHUNK_BYTES;
}

/** Saves in a lane what the digest of all bytes so far needs besides the stack. */
export function keepSample(slot: usize, lane: u32): void {
  const block = slot + SLOT_BLOCK;
  const kept = LANE_BLOCKS + BLOCK_BYTES * lane;
  const length = load<u32>(slot, SLOT_BLOCK_LENGTH);
  pad(kept, block, 0, <i8>length);
  pad(kept, block, 16, <i8>length);
  pad(kept, block, 32, <i8>length);
  pad(kept, block, 48, <i8>length);
  copy32(KEPT_CVS + 32 * lane, slot + SLOT_CV);
  const start = load<u32>(slot, SLOT_BLOCKS) == 0 ? KEYED_HASH | CHUNK_START : KEYED_HASH;
  const end = load<u32>(slot, SLOT_DEPTH) == 0 ? CHUNK_END | ROOT : CHUNK_END;
  store<u32>(LANE_LENGTHS + 4 * lane, length);
  store<u32>(LANE_FLAGS + 4 * lane, start | end);
}

/** Computes the digest saved in one lane during the current chunk. Returns the address of its 32 bytes. */
export function sampleLane(slot: usize, lane: u32): usize {
  const depth = load<u32>(slot, SLOT_DEPTH);
  const block = LANE_BLOCKS + BLOCK_BYTES * lane;
  const length = load<u32>(LANE_LENGTHS + 4 * lane);
  const flags = load<u32>(LANE_FLAGS + 4 * lane);
  compress(KEPT_CVS + 32 * lane, block, load<u64>(slot, SLOT_CHUNKS), length, flags, PAIR + 32);
  let left = slot + SLOT_STACK + 32 * depth;
  for (let level = depth; level > 0; level--) {
    left -= 32;
    copy32(PAIR, left);
    const flags = level == 1 ? KEYED_HASH | PARENT | ROOT : KEYED_HASH | PARENT;
    compress(slot + SLOT_MAC_KEY, PAIR, 0, BLOCK_BYTES, flags, PAIR + 32);
  }
  return PAIR + 32;
}

/** Computes the digest of all bytes so far without changing the state. Returns the address of its 32 bytes. */
export function sample(slot: usize): usize {
  keepSample(slot, 0);
  return sampleLane(slot, 0);
}

/** Computes all digests saved during the current chunk. Returns the address of the first; they are BLOCK_BYTES apart. */
export function sampleLanes(slot: usize): usize {
  const chunk = load<u64>(slot, SLOT_CHUNKS);
  const depth = load<u32>(slot, SLOT_DEPTH);
  const digests = LANE_BLOCKS + 32;
  for (let word: usize = 0; word < 32; word += 4) {
    for (let lane: usize = 0; lane < 8; lane++) {
      store<u32>(LANE_CVS + 8 * word + 4 * lane, load<u32>(KEPT_CVS + 32 * lane + word));
    }
  }
  fillLanes(LANE_ENDS, i32x4.splat(<i32>chunk));
  fillLanes(LANE_ENDS + 32, i32x4.splat(<i32>(chunk >> 32)));
  hashEight(LANE_CVS, LANE_ENDS, LANE_BLOCKS, BLOCK_BYTES, 1, 0, 0, digests, BLOCK_BYTES);
  fillLanesWith(LANE_CVS, slot + SLOT_MAC_KEY);
  fillParentEnds();
  let left = slot + SLOT_STACK + 32 * depth;
  for (let level = depth; level > 0; level--) {
    left -= 32;
    for (let lane: usize = 0; lane < 8; lane++) copy32(LANE_BLOCKS + BLOCK_BYTES * lane, left);
    if (level == 1) fillLanes(LANE_FLAGS, i32x4.splat(KEYED_HASH | PARENT | ROOT));
    hashEight(LANE_CVS, LANE_ENDS, LANE_BLOCKS, BLOCK_BYTES, 1, 0, 0, digests, BLOCK_BYTES);
  }
  return digests;
}
