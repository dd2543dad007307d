// Names for the vector instructions that the kernels are made of.

import { LEFT_16, LEFT_8, RIGHT_8 } from "./layout";

// @ts-ignore: a decorator of the compiler
@inline export function add(a: v128, b: v128): v128 { return i32x4.add(a, b); }
// @ts-ignore: a decorator of the compiler
@inline export function add3(a: v128, b: v128, c: v128): v128 { return i32x4.add(i32x4.add(a, c), b); }
// @ts-ignore: a decorator of the compiler
@inline export function xor(a: v128, b: v128): v128 { return v128.xor(a, b); }

// @ts-ignore: a decorator of the compiler
@inline export function lo32(a: v128, b: v128): v128 { return v128.shuffle<i32>(a, b, 0, 4, 1, 5); }
// @ts-ignore: a decorator of the compiler
@inline export function hi32(a: v128, b: v128): v128 { return v128.shuffle<i32>(a, b, 2, 6, 3, 7); }
// @ts-ignore: a decorator of the compiler
@inline export function lo64(a: v128, b: v128): v128 { return v128.shuffle<i64>(a, b, 0, 2); }
// @ts-ignore: a decorator of the compiler
@inline export function hi64(a: v128, b: v128): v128 { return v128.shuffle<i64>(a, b, 1, 3); }

// @ts-ignore: a decorator of the compiler
@inline function rotate(a: v128, n: i32): v128 { return v128.or(i32x4.shl(a, n), i32x4.shr_u(a, 32 - n)); }

// Whole bytes are turned by one instruction with a mask. The masks lie in memory and are loaded once a
// kernel: V8 builds a constant vector anew at each use. They are in range, for which the relaxed form
// does the same everywhere.

/** Puts the masks where the kernels find them. */
export function storeMasks(): void {
  v128.store(LEFT_16, i8x16(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  v128.store(LEFT_8, i8x16(3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14));
  v128.store(RIGHT_8, i8x16(1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12));
}

// @ts-ignore: a decorator of the compiler
@inline export function turn(a: v128, mask: v128): v128 { return i8x16.relaxed_swizzle(a, mask); }
// @ts-ignore: a decorator of the compiler
@inline export function left12(a: v128): v128 { return rotate(a, 12); }
// @ts-ignore: a decorator of the compiler
@inline export function left7(a: v128): v128 { return rotate(a, 7); }
// @ts-ignore: a decorator of the compiler
@inline export function right12(a: v128): v128 { return rotate(a, 20); }
// @ts-ignore: a decorator of the compiler
@inline export function right7(a: v128): v128 { return rotate(a, 25); }

/** The lanes n .. n + 3, or their upper halves with a shift of 32. */
// @ts-ignore: a decorator of the compiler
@inline export function counters(n: u64, shift: u64): v128 {
  const a = i32x4.splat(<i32>(n >> shift));
  const b = i32x4.replace_lane(a, 1, <i32>((n + 1) >> shift));
  const c = i32x4.replace_lane(b, 2, <i32>((n + 2) >> shift));
  return i32x4.replace_lane(c, 3, <i32>((n + 3) >> shift));
}

/** Puts a word into all of eight lanes. */
// @ts-ignore: a decorator of the compiler
@inline export function fillLanes(to: usize, word: v128): void {
  v128.store(to, word);
  v128.store(to, word, 16);
}

/** Puts the same eight words into all of eight lanes. */
export function fillLanesWith(to: usize, words: usize): void {
  for (let at: usize = 0; at < 32; at += 4) fillLanes(to + 8 * at, v128.load32_splat(words + at));
}
