// Short names for the vector instructions of the kernels.

import { LEFT_16, LEFT_8, RIGHT_8 } from "./layout";

@inline export function add(a: v128, b: v128): v128 { return i32x4.add(a, b); }
@inline export function add3(a: v128, b: v128, c: v128): v128 { return i32x4.add(i32x4.add(a, c), b); }
@inline export function xor(a: v128, b: v128): v128 { return v128.xor(a, b); }

@inline export function lo32(a: v128, b: v128): v128 { return v128.shuffle<i32>(a, b, 0, 4, 1, 5); }
@inline export function hi32(a: v128, b: v128): v128 { return v128.shuffle<i32>(a, b, 2, 6, 3, 7); }
@inline export function lo64(a: v128, b: v128): v128 { return v128.shuffle<i64>(a, b, 0, 2); }
@inline export function hi64(a: v128, b: v128): v128 { return v128.shuffle<i64>(a, b, 1, 3); }

@inline function rotate(a: v128, n: i32): v128 { return v128.or(i32x4.shl(a, n), i32x4.shr_u(a, 32 - n)); }

// A rotation by whole bytes is one instruction with a mask. Each kernel loads the masks from memory once, as
// V8 builds a constant vector anew at each use. Every index is in range, so the relaxed form gives the same
// result on all processors.

export function storeMasks(): void {
  v128.store(LEFT_16, i8x16(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  v128.store(LEFT_8, i8x16(3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14));
  v128.store(RIGHT_8, i8x16(1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12));
}

@inline export function turn(a: v128, mask: v128): v128 { return i8x16.relaxed_swizzle(a, mask); }
@inline export function left12(a: v128): v128 { return rotate(a, 12); }
@inline export function left7(a: v128): v128 { return rotate(a, 7); }
@inline export function right12(a: v128): v128 { return rotate(a, 20); }
@inline export function right7(a: v128): v128 { return rotate(a, 25); }

/** n, n + 1, n + 2 and n + 3; their upper halves with a shift of 32. */
@inline export function counters(n: u64, shift: u64): v128 {
  const a = i32x4.splat(<i32>(n >> shift));
  const b = i32x4.replace_lane(a, 1, <i32>((n + 1) >> shift));
  const c = i32x4.replace_lane(b, 2, <i32>((n + 2) >> shift));
  return i32x4.replace_lane(c, 3, <i32>((n + 3) >> shift));
}

@inline export function fillLanes(to: usize, word: v128): void {
  v128.store(to, word);
  v128.store(to, word, 16);
}

/** Copies the same eight words into each of eight lanes. */
export function fillLanesWith(to: usize, words: usize): void {
  for (let at: usize = 0; at < 32; at += 4) fillLanes(to + 8 * at, v128.load32_splat(words + at));
}
