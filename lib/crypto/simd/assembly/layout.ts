// Addresses in the memory, offsets in the slot of one direction, and the constants of BLAKE3.

@inline export const BLOCK_BYTES: u32 = 64;
@inline export const CHUNK_BYTES: u32 = 1024;
@inline export const CHUNK_START: u32 = 1;
@inline export const CHUNK_END: u32 = 2;
@inline export const PARENT: u32 = 4;
@inline export const ROOT: u32 = 8;
@inline export const KEYED_HASH: u32 = 16;
@inline export const IV0: i32 = 0x6a09e667;
@inline export const IV1: i32 = <i32>0xbb67ae85;
@inline export const IV2: i32 = 0x3c6ef372;
@inline export const IV3: i32 = <i32>0xa54ff53a;

// Memory; lib/crypto/simd/module.ts has some of these addresses too.
/** Masks for `turn`, 16 bytes each. */
@inline export const LEFT_16: usize = 976;
@inline export const LEFT_8: usize = 992;
@inline export const RIGHT_8: usize = 1008;
@inline export const KEY: usize = 1024;
@inline export const MAC_KEY: usize = 1056;
@inline export const NONCE: usize = 1088;
/** From here on for the duration of one call. */
@inline export const SCRATCH: usize = 1120;
@inline export const SCRATCH_BYTES: usize = 2240;
/** Both children of a node, 64 bytes. */
@inline export const PAIR: usize = 1120;
/** Chaining values of eight lanes, 256 bytes. */
@inline export const LANE_CVS: usize = 1184;
/** Counters, lengths and flags of eight lanes, 128 bytes. */
@inline export const LANE_ENDS: usize = 1440;
@inline export const LANE_LENGTHS: usize = LANE_ENDS + 64;
@inline export const LANE_FLAGS: usize = LANE_ENDS + 96;
/** The last blocks of up to eight packets, padded with zeros, later the nodes above them; 512 bytes. */
@inline export const LANE_BLOCKS: usize = 1568;
/** The chaining values before those blocks, 32 bytes each, 256 bytes. */
@inline export const KEPT_CVS: usize = 2080;
/** Chaining values of a run of chunks, 32 bytes each, 1024 bytes. */
@inline export const RUN_CVS: usize = 2336;
@inline export const RUN_CHUNKS: u32 = 32;

// A slot. The ChaCha8 state is at its start.
/** A batch of key stream; the 16 bytes before it hold what is left of the last batch. */
@inline export const SLOT_STREAM: usize = 80;
@inline export const STREAM_BATCH: u32 = 512;
@inline export const SLOT_STREAM_END: usize = 592;
/** Unused bytes of key stream, u32. */
@inline export const SLOT_LEFT: usize = 592;
/** Bytes in the block, u32. */
@inline export const SLOT_BLOCK_LENGTH: usize = 596;
/** Blocks of the current chunk in its chaining value, u32. */
@inline export const SLOT_BLOCKS: usize = 600;
/** Chaining values on the stack, u32. */
@inline export const SLOT_DEPTH: usize = 604;
/** Complete chunks, u64. */
@inline export const SLOT_CHUNKS: usize = 608;
@inline export const SLOT_MAC_KEY: usize = 624;
/** Chaining value of the current chunk. */
@inline export const SLOT_CV: usize = 656;
/** The last block stays here until more bytes follow, as it may be the root; 64 bytes after it are spare. */
@inline export const SLOT_BLOCK: usize = 688;
/** Chaining values of complete subtrees, the largest first; 54 places, and one spare. */
@inline export const SLOT_STACK: usize = 816;
/** The 16 bytes that `peek` decrypted. */
@inline export const SLOT_PEEKED: usize = 2576;
@inline export const SLOT_BYTES: usize = 2624;
