// Where things are in the memory and in the slot of one direction, and the constants of BLAKE3.

// @ts-ignore: a decorator of the compiler
@inline export const BLOCK_BYTES: u32 = 64;
// @ts-ignore: a decorator of the compiler
@inline export const CHUNK_BYTES: u32 = 1024;
// @ts-ignore: a decorator of the compiler
@inline export const CHUNK_START: u32 = 1;
// @ts-ignore: a decorator of the compiler
@inline export const CHUNK_END: u32 = 2;
// @ts-ignore: a decorator of the compiler
@inline export const PARENT: u32 = 4;
// @ts-ignore: a decorator of the compiler
@inline export const ROOT: u32 = 8;
// @ts-ignore: a decorator of the compiler
@inline export const KEYED_HASH: u32 = 16;
// @ts-ignore: a decorator of the compiler
@inline export const IV0: i32 = 0x6a09e667;
// @ts-ignore: a decorator of the compiler
@inline export const IV1: i32 = <i32>0xbb67ae85;
// @ts-ignore: a decorator of the compiler
@inline export const IV2: i32 = 0x3c6ef372;
// @ts-ignore: a decorator of the compiler
@inline export const IV3: i32 = <i32>0xa54ff53a;

// Memory. lib/crypto/simd/memory_map.ts knows the same offsets.
/** The masks that turn each word by so many bits, 16 bytes each. */
// @ts-ignore: a decorator of the compiler
@inline export const LEFT_16: usize = 976;
// @ts-ignore: a decorator of the compiler
@inline export const LEFT_8: usize = 992;
// @ts-ignore: a decorator of the compiler
@inline export const RIGHT_8: usize = 1008;
// @ts-ignore: a decorator of the compiler
@inline export const KEY: usize = 1024;
// @ts-ignore: a decorator of the compiler
@inline export const MAC_KEY: usize = 1056;
// @ts-ignore: a decorator of the compiler
@inline export const NONCE: usize = 1088;
/** What follows is for the length of one call. */
// @ts-ignore: a decorator of the compiler
@inline export const SCRATCH: usize = 1120;
// @ts-ignore: a decorator of the compiler
@inline export const SCRATCH_BYTES: usize = 1472;
/** Both children of a node or the last block with zeros behind, 64 bytes. */
// @ts-ignore: a decorator of the compiler
@inline export const PAIR: usize = 1120;
/** Chaining values of eight chunks, 256 bytes. */
// @ts-ignore: a decorator of the compiler
@inline export const CHUNK_CVS: usize = 1184;
/** Chaining values of eight lanes, 256 bytes. */
// @ts-ignore: a decorator of the compiler
@inline export const LANE_CVS: usize = 1440;
/** What goes into a compression beside them and the block: counter, length and flags of eight lanes, 128 bytes. */
// @ts-ignore: a decorator of the compiler
@inline export const LANE_ENDS: usize = 1696;
// @ts-ignore: a decorator of the compiler
@inline export const LANE_LENGTHS: usize = LANE_ENDS + 64;
// @ts-ignore: a decorator of the compiler
@inline export const LANE_FLAGS: usize = LANE_ENDS + 96;
/** The last blocks of up to eight packets, with zeros behind, then the nodes above them, 512 bytes. */
// @ts-ignore: a decorator of the compiler
@inline export const LANE_BLOCKS: usize = 1824;
/** The chaining values before them as 32 bytes each, 256 bytes. */
// @ts-ignore: a decorator of the compiler
@inline export const KEPT_CVS: usize = 2336;

// A slot. The ChaCha8 state is at its start.
/** A batch of key stream; what is left of the one before lies in the 16 bytes before it. */
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_STREAM: usize = 80;
// @ts-ignore: a decorator of the compiler
@inline export const STREAM_BATCH: u32 = 512;
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_STREAM_END: usize = 592;
/** Bytes of key stream left, u32. */
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_LEFT: usize = 592;
/** Bytes in the block, u32. */
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_BLOCK_LENGTH: usize = 596;
/** Blocks of the current chunk in its chaining value, u32. */
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_BLOCKS: usize = 600;
/** Chaining values on the stack, u32. */
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_DEPTH: usize = 604;
/** Complete chunks, u64. */
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_CHUNKS: usize = 608;
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_MAC_KEY: usize = 624;
/** Chaining value of the current chunk. */
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_CV: usize = 656;
/** The last block, full or not: it is compressed when more bytes follow, as it may be the root. 64 bytes behind are spare. */
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_BLOCK: usize = 688;
/** Chaining values of complete subtrees, the largest first; 54 and one place spare. */
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_STACK: usize = 816;
/** What was decrypted ahead, 16 bytes. */
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_PEEKED: usize = 2576;
// @ts-ignore: a decorator of the compiler
@inline export const SLOT_BYTES: usize = 2624;
