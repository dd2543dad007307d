// X25519 (RFC 7748) of one private key with two public keys at once.

import { carry, carryBoth, carryDifference, isFused, multiply, multiplyA24, square, storeConstants, swap } from "./field";
import { A, B, C, D, E, END, F, G, H, LIMBS, POINTS, RESULTS, SCALAR, T, X1, X2, X3, Z2, Z3 } from "./layout";

export { isFused };

/** Computes both results, and wipes everything else that depends on the private key, and the key. */
export function agree(): void {
  storeConstants();
  memory.fill(X1, 0, END - X1);
  loadPoint(X3, POINTS);
  loadPoint(X3 + 8, POINTS + 32);
  carry(X1, X3);
  v128.store(X2, i64x2.splat(1));
  v128.store(Z3, i64x2.splat(1));
  store<u8>(SCALAR, load<u8>(SCALAR) & 248);
  store<u8>(SCALAR + 31, load<u8>(SCALAR + 31) & 127 | 64);
  let swapped: u64 = 0;
  for (let at: i32 = 254; at >= 0; at--) {
    const bit = <u64>(load<u8>(SCALAR + <usize>(at >> 3)) >> <u8>(at & 7)) & 1;
    swapBoth(bit ^ swapped);
    swapped = bit;
    step();
  }
  swapBoth(swapped);
  carry(A, X2);
  carry(B, Z2);
  invert();
  multiply(T, A, B);
  savePoint(T, RESULTS);
  savePoint(T + 8, RESULTS + 32);
  memory.fill(SCALAR, 0, 32);
  memory.fill(X1, 0, END - X1);
}

@inline function swapBoth(bit: u64): void {
  const mask = i64x2.splat(0 - bit);
  swap(X2, X3, mask);
  swap(Z2, Z3, mask);
}

/** One step of the ladder of RFC 7748, section 5. */
function step(): void {
  carryBoth(A, B, X2, Z2);
  carryBoth(C, D, X3, Z3);
  multiply(E, D, A);
  multiply(F, C, B);
  square(G, A);
  square(H, B);
  carryBoth(A, B, E, F);
  square(X3, A);
  square(T, B);
  carry(A, T);
  multiply(Z3, X1, A);
  carry(A, G);
  carry(B, H);
  multiply(X2, A, B);
  carryDifference(A, G, H);
  multiplyA24(B, A, G);
  multiply(Z2, A, B);
}

/** B = B^(2^255 - 21). */
function invert(): void {
  raise(C, B, 1);
  raise(D, C, 2);
  times(D, B);
  times(C, D);
  raise(E, C, 1);
  times(D, E);
  raise(E, D, 5);
  times(D, E);
  raise(E, D, 10);
  times(E, D);
  raise(F, E, 20);
  times(E, F);
  raise(E, E, 10);
  times(D, E);
  raise(E, D, 50);
  times(E, D);
  raise(F, E, 100);
  times(E, F);
  raise(E, E, 50);
  times(D, E);
  raise(D, D, 5);
  times(C, D);
  memory.copy(B, C, LIMBS);
}

/** out = a^(2^count). */
function raise(out: usize, a: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    square(T, i == 0 ? a : out);
    carry(out, T);
  }
}

/** a = a * b. */
function times(a: usize, b: usize): void {
  multiply(T, a, b);
  carry(a, T);
}

@inline const MASK: i64 = (1 << 51) - 1;

/** Writes the 255 bits at `from` to one lane. */
function loadPoint(to: usize, from: usize): void {
  store<i64>(to, load<i64>(from) & MASK);
  store<i64>(to, (load<i64>(from + 6) >> 3) & MASK, 16);
  store<i64>(to, (load<i64>(from + 12) >> 6) & MASK, 32);
  store<i64>(to, (load<i64>(from + 19) >> 1) & MASK, 48);
  store<i64>(to, (load<i64>(from + 24) >> 12) & MASK, 64);
}

/** Writes the smallest number that one lane of columns stands for. */
function savePoint(from: usize, to: usize): void {
  let a = load<i64>(from), b = load<i64>(from, 16), c = load<i64>(from, 32), d = load<i64>(from, 48), e = load<i64>(from, 64);
  for (let i = 0; i < 3; i++) {
    b += a >> 51; a &= MASK;
    c += b >> 51; b &= MASK;
    d += c >> 51; c &= MASK;
    e += d >> 51; d &= MASK;
    a += 19 * (e >> 51); e &= MASK;
  }
  // 1 when it is the prime or more.
  let excess = (a + 19) >> 51;
  excess = (b + excess) >> 51;
  excess = (c + excess) >> 51;
  excess = (d + excess) >> 51;
  excess = (e + excess) >> 51;
  a += 19 * excess;
  b += a >> 51; a &= MASK;
  c += b >> 51; b &= MASK;
  d += c >> 51; c &= MASK;
  e += d >> 51; d &= MASK;
  e &= MASK;
  store<i64>(to, a | b << 51);
  store<i64>(to, b >> 13 | c << 38, 8);
  store<i64>(to, c >> 26 | d << 25, 16);
  store<i64>(to, d >> 39 | e << 12, 24);
}
