// Arithmetic modulo 2^255 - 19 with two elements at once, one in each lane of a vector.
//
// An element has five limbs of 51 bits, the lowest first, in one of two forms:
//
// - Factors are doubles with whole values of at most 2^50 + 2^13. A product of two limbs is split exactly:
//   adding SPLIT in the same rounding as the product leaves a multiple of 2^51, and a second multiplication
//   gives what is left, of at most 2^50. Both halves are read from the bits of the doubles as integers.
// - Columns are integers, sums of such halves, of less than 2^58. `carry` makes factors of them.
//
// No branch and no address depends on a value. Constants are in memory, as V8 builds a constant vector anew
// at each use.

import { K, LIMBS, LOW } from "./layout";

/** The bits of 3 * 2^102; doubles near it are 2^51 apart. */
@inline const SPLIT: u64 = 0x4668000000000000;
/** The bits of 3 * 2^51; doubles near it are 1 apart. */
@inline const UNIT: u64 = 0x4338000000000000;
@inline const BITS: i32 = 51;
@inline const HALF: u64 = 1 << 50;
/** Makes a column positive whose multiple of 2^51 is taken off. */
@inline const BIAS_MULTIPLE: u64 = 1 << 9;

@inline const K_SPLIT: usize = K;
@inline const K_REST: usize = K + 16;
@inline const K_BIAS: usize = K + 32;
@inline const K_MASK: usize = K + 48;
@inline const K_UNIT: usize = K + 64;
@inline const K_BACK: usize = K + 80;
@inline const K_BACK_WRAPPED: usize = K + 96;
@inline const K_A24: usize = K + 112;
@inline const K_A24_COLUMN: usize = K + 128;
@inline const K_A24_WRAPPED: usize = K + 144;
/** For each column, what undoes the bits of SPLIT and UNIT in it. */
@inline const K_PRODUCT: usize = K + 160;
@inline const K_SQUARE: usize = K + 240;

export function storeConstants(): void {
  fill(K_SPLIT, SPLIT);
  v128.store(K_REST, f64x2.add(i64x2.splat(SPLIT), i64x2.splat(UNIT)));
  fill(K_BIAS, (BIAS_MULTIPLE << BITS) + HALF);
  fill(K_MASK, (1 << BITS) - 1);
  fill(K_UNIT, UNIT);
  fill(K_BACK, UNIT - HALF - BIAS_MULTIPLE);
  fill(K_BACK_WRAPPED, UNIT - HALF - 19 * BIAS_MULTIPLE);
  v128.store(K_A24, f64x2.splat(121665));
  fill(K_A24_COLUMN, 0 - (SPLIT + UNIT));
  fill(K_A24_WRAPPED, 0 - (19 * SPLIT + UNIT));
  for (let column: u64 = 0; column < 5; column++) {
    const above = 4 - column;
    fill(K_PRODUCT + 16 * <usize>column, 0 - bits(column + 1, column) - 19 * bits(above, above + 1));
    // A square adds each product of different limbs once, doubled.
    fill(K_SQUARE + 16 * <usize>column, 0 - bits((column + 2) / 2, (column + 1) / 2) - 19 * bits((above + 1) / 2, (above + 2) / 2));
  }
}

function fill(at: usize, value: u64): void { v128.store(at, i64x2.splat(value)); }

/** The bits that so many lower and upper halves add to a column. */
function bits(lower: u64, upper: u64): u64 { return lower * UNIT + upper * SPLIT; }

@inline function madd(a: v128, b: v128, c: v128): v128 { return f64x2.relaxed_madd(a, b, c); }
@inline function add(a: v128, b: v128): v128 { return i64x2.add(a, b); }
@inline function times19(a: v128): v128 { return add(add(i64x2.shl(a, 4), i64x2.shl(a, 1)), a); }

/** Whether the processor multiplies and adds with a single rounding, without which nothing here holds. */
export function isFused(): bool {
  const a = f64x2.splat(1 + f64.EPSILON);
  const rest = madd(a, a, f64x2.splat(-(1 + 2 * f64.EPSILON)));
  return f64x2.extract_lane(rest, 0) != 0 && f64x2.extract_lane(rest, 1) != 0;
}

/** out = a * b: factors to columns. */
export function multiply(out: usize, a: usize, b: usize): void {
  const split = v128.load(K_SPLIT), rest = v128.load(K_REST);
  const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48), b4 = v128.load(b, 64);
  let s0 = i64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
  for (let i: usize = 0; i < LIMBS; i += 16) {
    const x = v128.load(a + i);
    let high = madd(x, b0, split);
    s0 = add(s0, madd(x, b0, f64x2.sub(rest, high)));
    s1 = add(s1, high);
    high = madd(x, b1, split);
    s1 = add(s1, madd(x, b1, f64x2.sub(rest, high)));
    s2 = add(s2, high);
    high = madd(x, b2, split);
    s2 = add(s2, madd(x, b2, f64x2.sub(rest, high)));
    s3 = add(s3, high);
    high = madd(x, b3, split);
    s3 = add(s3, madd(x, b3, f64x2.sub(rest, high)));
    s4 = add(s4, high);
    high = madd(x, b4, split);
    s4 = add(s4, madd(x, b4, f64x2.sub(rest, high)));
    s5 = add(s5, high);
    v128.store(LOW + i, s0);
    s0 = s1; s1 = s2; s2 = s3; s3 = s4; s4 = s5; s5 = i64x2.splat(0);
  }
  put(out, 0, v128.load(LOW), s0, K_PRODUCT);
  put(out, 16, v128.load(LOW + 16), s1, K_PRODUCT);
  put(out, 32, v128.load(LOW + 32), s2, K_PRODUCT);
  put(out, 48, v128.load(LOW + 48), s3, K_PRODUCT);
  put(out, 64, v128.load(LOW + 64), s4, K_PRODUCT);
}

/** out = a * a: factors to columns. */
export function square(out: usize, a: usize): void {
  const split = v128.load(K_SPLIT), rest = v128.load(K_REST);
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64);
  let x = a0;
  let h = madd(x, a0, split);
  let s0 = madd(x, a0, f64x2.sub(rest, h)), s1 = h;
  x = f64x2.add(a0, a0);
  h = madd(x, a1, split); s1 = add(s1, madd(x, a1, f64x2.sub(rest, h))); let s2 = h;
  h = madd(x, a2, split); s2 = add(s2, madd(x, a2, f64x2.sub(rest, h))); let s3 = h;
  h = madd(x, a3, split); s3 = add(s3, madd(x, a3, f64x2.sub(rest, h))); let s4 = h;
  h = madd(x, a4, split); s4 = add(s4, madd(x, a4, f64x2.sub(rest, h))); let s5 = h;
  h = madd(a1, a1, split); s2 = add(s2, madd(a1, a1, f64x2.sub(rest, h))); s3 = add(s3, h);
  x = f64x2.add(a1, a1);
  h = madd(x, a2, split); s3 = add(s3, madd(x, a2, f64x2.sub(rest, h))); s4 = add(s4, h);
  h = madd(x, a3, split); s4 = add(s4, madd(x, a3, f64x2.sub(rest, h))); s5 = add(s5, h);
  h = madd(x, a4, split); s5 = add(s5, madd(x, a4, f64x2.sub(rest, h))); let s6 = h;
  h = madd(a2, a2, split); s4 = add(s4, madd(a2, a2, f64x2.sub(rest, h))); s5 = add(s5, h);
  x = f64x2.add(a2, a2);
  h = madd(x, a3, split); s5 = add(s5, madd(x, a3, f64x2.sub(rest, h))); s6 = add(s6, h);
  h = madd(x, a4, split); s6 = add(s6, madd(x, a4, f64x2.sub(rest, h))); let s7 = h;
  h = madd(a3, a3, split); s6 = add(s6, madd(a3, a3, f64x2.sub(rest, h))); s7 = add(s7, h);
  x = f64x2.add(a3, a3);
  h = madd(x, a4, split); s7 = add(s7, madd(x, a4, f64x2.sub(rest, h))); let s8 = h;
  h = madd(a4, a4, split); s8 = add(s8, madd(a4, a4, f64x2.sub(rest, h))); const s9 = h;
  put(out, 0, s0, s5, K_SQUARE);
  put(out, 16, s1, s6, K_SQUARE);
  put(out, 32, s2, s7, K_SQUARE);
  put(out, 48, s3, s8, K_SQUARE);
  put(out, 64, s4, s9, K_SQUARE);
}

/** 2^255 is 19. */
@inline function put(out: usize, at: usize, low: v128, high: v128, undo: usize): void {
  v128.store(out + at, add(add(low, times19(high)), v128.load(undo + at)));
}

/** out = 121665 * a + b, of factors and columns, as factors. */
export function multiplyA24(out: usize, a: usize, b: usize): void {
  const split = v128.load(K_SPLIT), rest = v128.load(K_REST);
  const k = v128.load(K_A24), undo = v128.load(K_A24_COLUMN), wrapped = v128.load(K_A24_WRAPPED);
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64);
  const h0 = madd(a0, k, split), h1 = madd(a1, k, split), h2 = madd(a2, k, split), h3 = madd(a3, k, split), h4 = madd(a4, k, split);
  const s0 = add(add(madd(a0, k, f64x2.sub(rest, h0)), times19(h4)), add(v128.load(b), wrapped));
  const s1 = add(add(madd(a1, k, f64x2.sub(rest, h1)), h0), add(v128.load(b, 16), undo));
  const s2 = add(add(madd(a2, k, f64x2.sub(rest, h2)), h1), add(v128.load(b, 32), undo));
  const s3 = add(add(madd(a3, k, f64x2.sub(rest, h3)), h2), add(v128.load(b, 48), undo));
  const s4 = add(add(madd(a4, k, f64x2.sub(rest, h4)), h3), add(v128.load(b, 64), undo));
  reduce(out, s0, s1, s2, s3, s4);
}

/** out = a: columns to factors. */
export function carry(out: usize, a: usize): void {
  reduce(out, v128.load(a), v128.load(a, 16), v128.load(a, 32), v128.load(a, 48), v128.load(a, 64));
}

/** sum = a + b and difference = a - b: columns to factors. */
export function carryBoth(sum: usize, difference: usize, a: usize, b: usize): void {
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64);
  const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48), b4 = v128.load(b, 64);
  reduce(sum, add(a0, b0), add(a1, b1), add(a2, b2), add(a3, b3), add(a4, b4));
  reduce(difference, i64x2.sub(a0, b0), i64x2.sub(a1, b1), i64x2.sub(a2, b2), i64x2.sub(a3, b3), i64x2.sub(a4, b4));
}

/** out = a - b: columns to factors. */
export function carryDifference(out: usize, a: usize, b: usize): void {
  reduce(out, i64x2.sub(v128.load(a), v128.load(b)), i64x2.sub(v128.load(a, 16), v128.load(b, 16)),
    i64x2.sub(v128.load(a, 32), v128.load(b, 32)), i64x2.sub(v128.load(a, 48), v128.load(b, 48)),
    i64x2.sub(v128.load(a, 64), v128.load(b, 64)));
}

@inline function reduce(out: usize, s0: v128, s1: v128, s2: v128, s3: v128, s4: v128): void {
  const bias = v128.load(K_BIAS), mask = v128.load(K_MASK), unit = v128.load(K_UNIT);
  const back = v128.load(K_BACK), wrapped = v128.load(K_BACK_WRAPPED);
  s0 = add(s0, bias); s1 = add(s1, bias); s2 = add(s2, bias); s3 = add(s3, bias); s4 = add(s4, bias);
  limb(out, 0, v128.and(s0, mask), times19(i64x2.shr_u(s4, BITS)), wrapped, unit);
  limb(out, 16, v128.and(s1, mask), i64x2.shr_u(s0, BITS), back, unit);
  limb(out, 32, v128.and(s2, mask), i64x2.shr_u(s1, BITS), back, unit);
  limb(out, 48, v128.and(s3, mask), i64x2.shr_u(s2, BITS), back, unit);
  limb(out, 64, v128.and(s4, mask), i64x2.shr_u(s3, BITS), back, unit);
}

@inline function limb(out: usize, at: usize, own: v128, carried: v128, back: v128, unit: v128): void {
  v128.store(out + at, f64x2.sub(add(add(own, carried), back), unit));
}

/** Swaps two elements where the mask is all ones. */
export function swap(a: usize, b: usize, mask: v128): void {
  for (let i: usize = 0; i < LIMBS; i += 16) {
    const x = v128.load(a + i), y = v128.load(b + i);
    const changed = v128.and(v128.xor(x, y), mask);
    v128.store(a + i, v128.xor(x, changed));
    v128.store(b + i, v128.xor(y, changed));
  }
}
