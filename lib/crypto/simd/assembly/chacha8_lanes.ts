// ChaCha8 with four blocks in the lanes of each vector: vector i holds word i of blocks n .. n + 3.
//
// Two such sets (a and b) are interleaved: one alone would wait for its own results. The rounds are written out: as a
// loop they take an eighth more time, as V8 moves most vectors at each of its ends.

import { LEFT_16, LEFT_8 } from "./layout";
import { add, counters, hi32, hi64, left12, left7, lo32, lo64, turn, xor } from "./vectors";

@inline const COUNTER: usize = 48;

/** XORs word group `a b c d` of four blocks into 16 bytes of each. */
@inline function mix(at: usize, a: v128, b: v128, c: v128, d: v128): void {
  const t0 = lo32(a, b), t1 = hi32(a, b), t2 = lo32(c, d), t3 = hi32(c, d);
  v128.store(at, xor(v128.load(at), lo64(t0, t2)));
  v128.store(at, xor(v128.load(at, 64), hi64(t0, t2)), 64);
  v128.store(at, xor(v128.load(at, 128), lo64(t1, t3)), 128);
  v128.store(at, xor(v128.load(at, 192), hi64(t1, t3)), 192);
}

/** XORs 512 bytes at `data` with the next eight blocks and moves the counter of `state` on. */
export function xorEightBlocks(state: usize, data: usize): void {
  const by16 = v128.load(LEFT_16), by8 = v128.load(LEFT_8);
  const n = load<u64>(state, COUNTER);
  const lowA = counters(n, 0), highA = counters(n, 32);
  const lowB = counters(n + 4, 0), highB = counters(n + 4, 32);
  store<u64>(state, n + 8, COUNTER);
  let a0 = v128.load32_splat(state, 0), b0 = a0;
  let a1 = v128.load32_splat(state, 4), b1 = a1;
  let a2 = v128.load32_splat(state, 8), b2 = a2;
  let a3 = v128.load32_splat(state, 12), b3 = a3;
  let a4 = v128.load32_splat(state, 16), b4 = a4;
  let a5 = v128.load32_splat(state, 20), b5 = a5;
  let a6 = v128.load32_splat(state, 24), b6 = a6;
  let a7 = v128.load32_splat(state, 28), b7 = a7;
  let a8 = v128.load32_splat(state, 32), b8 = a8;
  let a9 = v128.load32_splat(state, 36), b9 = a9;
  let aa = v128.load32_splat(state, 40), ba = aa;
  let ab = v128.load32_splat(state, 44), bb = ab;
  let ac = lowA, bc = lowB;
  let ad = highA, bd = highB;
  let ae = v128.load32_splat(state, 56), be = ae;
  let af = v128.load32_splat(state, 60), bf = af;
  // rounds 1 and 2
  a0 = add(a0, a4); a1 = add(a1, a5); a2 = add(a2, a6); a3 = add(a3, a7);
  ac = turn(xor(ac, a0), by16); ad = turn(xor(ad, a1), by16); ae = turn(xor(ae, a2), by16); af = turn(xor(af, a3), by16);
  a8 = add(a8, ac); a9 = add(a9, ad); aa = add(aa, ae); ab = add(ab, af);
  a4 = left12(xor(a4, a8)); a5 = left12(xor(a5, a9)); a6 = left12(xor(a6, aa)); a7 = left12(xor(a7, ab));
  a0 = add(a0, a4); a1 = add(a1, a5); a2 = add(a2, a6); a3 = add(a3, a7);
  ac = turn(xor(ac, a0), by8); ad = turn(xor(ad, a1), by8); ae = turn(xor(ae, a2), by8); af = turn(xor(af, a3), by8);
  a8 = add(a8, ac); a9 = add(a9, ad); aa = add(aa, ae); ab = add(ab, af);
  a4 = left7(xor(a4, a8)); a5 = left7(xor(a5, a9)); a6 = left7(xor(a6, aa)); a7 = left7(xor(a7, ab));
  b0 = add(b0, b4); b1 = add(b1, b5); b2 = add(b2, b6); b3 = add(b3, b7);
  bc = turn(xor(bc, b0), by16); bd = turn(xor(bd, b1), by16); be = turn(xor(be, b2), by16); bf = turn(xor(bf, b3), by16);
  b8 = add(b8, bc); b9 = add(b9, bd); ba = add(ba, be); bb = add(bb, bf);
  b4 = left12(xor(b4, b8)); b5 = left12(xor(b5, b9)); b6 = left12(xor(b6, ba)); b7 = left12(xor(b7, bb));
  b0 = add(b0, b4); b1 = add(b1, b5); b2 = add(b2, b6); b3 = add(b3, b7);
  bc = turn(xor(bc, b0), by8); bd = turn(xor(bd, b1), by8); be = turn(xor(be, b2), by8); bf = turn(xor(bf, b3), by8);
  b8 = add(b8, bc); b9 = add(b9, bd); ba = add(ba, be); bb = add(bb, bf);
  b4 = left7(xor(b4, b8)); b5 = left7(xor(b5, b9)); b6 = left7(xor(b6, ba)); b7 = left7(xor(b7, bb));
  a0 = add(a0, a5); a1 = add(a1, a6); a2 = add(a2, a7); a3 = add(a3, a4);
  af = turn(xor(af, a0), by16); ac = turn(xor(ac, a1), by16); ad = turn(xor(ad, a2), by16); ae = turn(xor(ae, a3), by16);
  aa = add(aa, af); ab = add(ab, ac); a8 = add(a8, ad); a9 = add(a9, ae);
  a5 = left12(xor(a5, aa)); a6 = left12(xor(a6, ab)); a7 = left12(xor(a7, a8)); a4 = left12(xor(a4, a9));
  a0 = add(a0, a5); a1 = add(a1, a6); a2 = add(a2, a7); a3 = add(a3, a4);
  af = turn(xor(af, a0), by8); ac = turn(xor(ac, a1), by8); ad = turn(xor(ad, a2), by8); ae = turn(xor(ae, a3), by8);
  aa = add(aa, af); ab = add(ab, ac); a8 = add(a8, ad); a9 = add(a9, ae);
  a5 = left7(xor(a5, aa)); a6 = left7(xor(a6, ab)); a7 = left7(xor(a7, a8)); a4 = left7(xor(a4, a9));
  b0 = add(b0, b5); b1 = add(b1, b6); b2 = add(b2, b7); b3 = add(b3, b4);
  bf = turn(xor(bf, b0), by16); bc = turn(xor(bc, b1), by16); bd = turn(xor(bd, b2), by16); be = turn(xor(be, b3), by16);
  ba = add(ba, bf); bb = add(bb, bc); b8 = add(b8, bd); b9 = add(b9, be);
  b5 = left12(xor(b5, ba)); b6 = left12(xor(b6, bb)); b7 = left12(xor(b7, b8)); b4 = left12(xor(b4, b9));
  b0 = add(b0, b5); b1 = add(b1, b6); b2 = add(b2, b7); b3 = add(b3, b4);
  bf = turn(xor(bf, b0), by8); bc = turn(xor(bc, b1), by8); bd = turn(xor(bd, b2), by8); be = turn(xor(be, b3), by8);
  ba = add(ba, bf); bb = add(bb, bc); b8 = add(b8, bd); b9 = add(b9, be);
  b5 = left7(xor(b5, ba)); b6 = left7(xor(b6, bb)); b7 = left7(xor(b7, b8)); b4 = left7(xor(b4, b9));
  // rounds 3 and 4
  a0 = add(a0, a4); a1 = add(a1, a5); a2 = add(a2, a6); a3 = add(a3, a7);
  ac = turn(xor(ac, a0), by16); ad = turn(xor(ad, a1), by16); ae = turn(xor(ae, a2), by16); af = turn(xor(af, a3), by16);
  a8 = add(a8, ac); a9 = add(a9, ad); aa = add(aa, ae); ab = add(ab, af);
  a4 = left12(xor(a4, a8)); a5 = left12(xor(a5, a9)); a6 = left12(xor(a6, aa)); a7 = left12(xor(a7, ab));
  a0 = add(a0, a4); a1 = add(a1, a5); a2 = add(a2, a6); a3 = add(a3, a7);
  ac = turn(xor(ac, a0), by8); ad = turn(xor(ad, a1), by8); ae = turn(xor(ae, a2), by8); af = turn(xor(af, a3), by8);
  a8 = add(a8, ac); a9 = add(a9, ad); aa = add(aa, ae); ab = add(ab, af);
  a4 = left7(xor(a4, a8)); a5 = left7(xor(a5, a9)); a6 = left7(xor(a6, aa)); a7 = left7(xor(a7, ab));
  b0 = add(b0, b4); b1 = add(b1, b5); b2 = add(b2, b6); b3 = add(b3, b7);
  bc = turn(xor(bc, b0), by16); bd = turn(xor(bd, b1), by16); be = turn(xor(be, b2), by16); bf = turn(xor(bf, b3), by16);
  b8 = add(b8, bc); b9 = add(b9, bd); ba = add(ba, be); bb = add(bb, bf);
  b4 = left12(xor(b4, b8)); b5 = left12(xor(b5, b9)); b6 = left12(xor(b6, ba)); b7 = left12(xor(b7, bb));
  b0 = add(b0, b4); b1 = add(b1, b5); b2 = add(b2, b6); b3 = add(b3, b7);
  bc = turn(xor(bc, b0), by8); bd = turn(xor(bd, b1), by8); be = turn(xor(be, b2), by8); bf = turn(xor(bf, b3), by8);
  b8 = add(b8, bc); b9 = add(b9, bd); ba = add(ba, be); bb = add(bb, bf);
  b4 = left7(xor(b4, b8)); b5 = left7(xor(b5, b9)); b6 = left7(xor(b6, ba)); b7 = left7(xor(b7, bb));
  a0 = add(a0, a5); a1 = add(a1, a6); a2 = add(a2, a7); a3 = add(a3, a4);
  af = turn(xor(af, a0), by16); ac = turn(xor(ac, a1), by16); ad = turn(xor(ad, a2), by16); ae = turn(xor(ae, a3), by16);
  aa = add(aa, af); ab = add(ab, ac); a8 = add(a8, ad); a9 = add(a9, ae);
  a5 = left12(xor(a5, aa)); a6 = left12(xor(a6, ab)); a7 = left12(xor(a7, a8)); a4 = left12(xor(a4, a9));
  a0 = add(a0, a5); a1 = add(a1, a6); a2 = add(a2, a7); a3 = add(a3, a4);
  af = turn(xor(af, a0), by8); ac = turn(xor(ac, a1), by8); ad = turn(xor(ad, a2), by8); ae = turn(xor(ae, a3), by8);
  aa = add(aa, af); ab = add(ab, ac); a8 = add(a8, ad); a9 = add(a9, ae);
  a5 = left7(xor(a5, aa)); a6 = left7(xor(a6, ab)); a7 = left7(xor(a7, a8)); a4 = left7(xor(a4, a9));
  b0 = add(b0, b5); b1 = add(b1, b6); b2 = add(b2, b7); b3 = add(b3, b4);
  bf = turn(xor(bf, b0), by16); bc = turn(xor(bc, b1), by16); bd = turn(xor(bd, b2), by16); be = turn(xor(be, b3), by16);
  ba = add(ba, bf); bb = add(bb, bc); b8 = add(b8, bd); b9 = add(b9, be);
  b5 = left12(xor(b5, ba)); b6 = left12(xor(b6, bb)); b7 = left12(xor(b7, b8)); b4 = left12(xor(b4, b9));
  b0 = add(b0, b5); b1 = add(b1, b6); b2 = add(b2, b7); b3 = add(b3, b4);
  bf = turn(xor(bf, b0), by8); bc = turn(xor(bc, b1), by8); bd = turn(xor(bd, b2), by8); be = turn(xor(be, b3), by8);
  ba = add(ba, bf); bb = add(bb, bc); b8 = add(b8, bd); b9 = add(b9, be);
  b5 = left7(xor(b5, ba)); b6 = left7(xor(b6, bb)); b7 = left7(xor(b7, b8)); b4 = left7(xor(b4, b9));
  // rounds 5 and 6
  a0 = add(a0, a4); a1 = add(a1, a5); a2 = add(a2, a6); a3 = add(a3, a7);
  ac = turn(xor(ac, a0), by16); ad = turn(xor(ad, a1), by16); ae = turn(xor(ae, a2), by16); af = turn(xor(af, a3), by16);
  a8 = add(a8, ac); a9 = add(a9, ad); aa = add(aa, ae); ab = add(ab, af);
  a4 = left12(xor(a4, a8)); a5 = left12(xor(a5, a9)); a6 = left12(xor(a6, aa)); a7 = left12(xor(a7, ab));
  a0 = add(a0, a4); a1 = add(a1, a5); a2 = add(a2, a6); a3 = add(a3, a7);
  ac = turn(xor(ac, a0), by8); ad = turn(xor(ad, a1), by8); ae = turn(xor(ae, a2), by8); af = turn(xor(af, a3), by8);
  a8 = add(a8, ac); a9 = add(a9, ad); aa = add(aa, ae); ab = add(ab, af);
  a4 = left7(xor(a4, a8)); a5 = left7(xor(a5, a9)); a6 = left7(xor(a6, aa)); a7 = left7(xor(a7, ab));
  b0 = add(b0, b4); b1 = add(b1, b5); b2 = add(b2, b6); b3 = add(b3, b7);
  bc = turn(xor(bc, b0), by16); bd = turn(xor(bd, b1), by16); be = turn(xor(be, b2), by16); bf = turn(xor(bf, b3), by16);
  b8 = add(b8, bc); b9 = add(b9, bd); ba = add(ba, be); bb = add(bb, bf);
  b4 = left12(xor(b4, b8)); b5 = left12(xor(b5, b9)); b6 = left12(xor(b6, ba)); b7 = left12(xor(b7, bb));
  b0 = add(b0, b4); b1 = add(b1, b5); b2 = add(b2, b6); b3 = add(b3, b7);
  bc = turn(xor(bc, b0), by8); bd = turn(xor(bd, b1), by8); be = turn(xor(be, b2), by8); bf = turn(xor(bf, b3), by8);
  b8 = add(b8, bc); b9 = add(b9, bd); ba = add(ba, be); bb = add(bb, bf);
  b4 = left7(xor(b4, b8)); b5 = left7(xor(b5, b9)); b6 = left7(xor(b6, ba)); b7 = left7(xor(b7, bb));
  a0 = add(a0, a5); a1 = add(a1, a6); a2 = add(a2, a7); a3 = add(a3, a4);
  af = turn(xor(af, a0), by16); ac = turn(xor(ac, a1), by16); ad = turn(xor(ad, a2), by16); ae = turn(xor(ae, a3), by16);
  aa = add(aa, af); ab = add(ab, ac); a8 = add(a8, ad); a9 = add(a9, ae);
  a5 = left12(xor(a5, aa)); a6 = left12(xor(a6, ab)); a7 = left12(xor(a7, a8)); a4 = left12(xor(a4, a9));
  a0 = add(a0, a5); a1 = add(a1, a6); a2 = add(a2, a7); a3 = add(a3, a4);
  af = turn(xor(af, a0), by8); ac = turn(xor(ac, a1), by8); ad = turn(xor(ad, a2), by8); ae = turn(xor(ae, a3), by8);
  aa = add(aa, af); ab = add(ab, ac); a8 = add(a8, ad); a9 = add(a9, ae);
  a5 = left7(xor(a5, aa)); a6 = left7(xor(a6, ab)); a7 = left7(xor(a7, a8)); a4 = left7(xor(a4, a9));
  b0 = add(b0, b5); b1 = add(b1, b6); b2 = add(b2, b7); b3 = add(b3, b4);
  bf = turn(xor(bf, b0), by16); bc = turn(xor(bc, b1), by16); bd = turn(xor(bd, b2), by16); be = turn(xor(be, b3), by16);
  ba = add(ba, bf); bb = add(bb, bc); b8 = add(b8, bd); b9 = add(b9, be);
  b5 = left12(xor(b5, ba)); b6 = left12(xor(b6, bb)); b7 = left12(xor(b7, b8)); b4 = left12(xor(b4, b9));
  b0 = add(b0, b5); b1 = add(b1, b6); b2 = add(b2, b7); b3 = add(b3, b4);
  bf = turn(xor(bf, b0), by8); bc = turn(xor(bc, b1), by8); bd = turn(xor(bd, b2), by8); be = turn(xor(be, b3), by8);
  ba = add(ba, bf); bb = add(bb, bc); b8 = add(b8, bd); b9 = add(b9, be);
  b5 = left7(xor(b5, ba)); b6 = left7(xor(b6, bb)); b7 = left7(xor(b7, b8)); b4 = left7(xor(b4, b9));
  // rounds 7 and 8
  a0 = add(a0, a4); a1 = add(a1, a5); a2 = add(a2, a6); a3 = add(a3, a7);
  ac = turn(xor(ac, a0), by16); ad = turn(xor(ad, a1), by16); ae = turn(xor(ae, a2), by16); af = turn(xor(af, a3), by16);
  a8 = add(a8, ac); a9 = add(a9, ad); aa = add(aa, ae); ab = add(ab, af);
  a4 = left12(xor(a4, a8)); a5 = left12(xor(a5, a9)); a6 = left12(xor(a6, aa)); a7 = left12(xor(a7, ab));
  a0 = add(a0, a4); a1 = add(a1, a5); a2 = add(a2, a6); a3 = add(a3, a7);
  ac = turn(xor(ac, a0), by8); ad = turn(xor(ad, a1), by8); ae = turn(xor(ae, a2), by8); af = turn(xor(af, a3), by8);
  a8 = add(a8, ac); a9 = add(a9, ad); aa = add(aa, ae); ab = add(ab, af);
  a4 = left7(xor(a4, a8)); a5 = left7(xor(a5, a9)); a6 = left7(xor(a6, aa)); a7 = left7(xor(a7, ab));
  b0 = add(b0, b4); b1 = add(b1, b5); b2 = add(b2, b6); b3 = add(b3, b7);
  bc = turn(xor(bc, b0), by16); bd = turn(xor(bd, b1), by16); be = turn(xor(be, b2), by16); bf = turn(xor(bf, b3), by16);
  b8 = add(b8, bc); b9 = add(b9, bd); ba = add(ba, be); bb = add(bb, bf);
  b4 = left12(xor(b4, b8)); b5 = left12(xor(b5, b9)); b6 = left12(xor(b6, ba)); b7 = left12(xor(b7, bb));
  b0 = add(b0, b4); b1 = add(b1, b5); b2 = add(b2, b6); b3 = add(b3, b7);
  bc = turn(xor(bc, b0), by8); bd = turn(xor(bd, b1), by8); be = turn(xor(be, b2), by8); bf = turn(xor(bf, b3), by8);
  b8 = add(b8, bc); b9 = add(b9, bd); ba = add(ba, be); bb = add(bb, bf);
  b4 = left7(xor(b4, b8)); b5 = left7(xor(b5, b9)); b6 = left7(xor(b6, ba)); b7 = left7(xor(b7, bb));
  a0 = add(a0, a5); a1 = add(a1, a6); a2 = add(a2, a7); a3 = add(a3, a4);
  af = turn(xor(af, a0), by16); ac = turn(xor(ac, a1), by16); ad = turn(xor(ad, a2), by16); ae = turn(xor(ae, a3), by16);
  aa = add(aa, af); ab = add(ab, ac); a8 = add(a8, ad); a9 = add(a9, ae);
  a5 = left12(xor(a5, aa)); a6 = left12(xor(a6, ab)); a7 = left12(xor(a7, a8)); a4 = left12(xor(a4, a9));
  a0 = add(a0, a5); a1 = add(a1, a6); a2 = add(a2, a7); a3 = add(a3, a4);
  af = turn(xor(af, a0), by8); ac = turn(xor(ac, a1), by8); ad = turn(xor(ad, a2), by8); ae = turn(xor(ae, a3), by8);
  aa = add(aa, af); ab = add(ab, ac); a8 = add(a8, ad); a9 = add(a9, ae);
  a5 = left7(xor(a5, aa)); a6 = left7(xor(a6, ab)); a7 = left7(xor(a7, a8)); a4 = left7(xor(a4, a9));
  b0 = add(b0, b5); b1 = add(b1, b6); b2 = add(b2, b7); b3 = add(b3, b4);
  bf = turn(xor(bf, b0), by16); bc = turn(xor(bc, b1), by16); bd = turn(xor(bd, b2), by16); be = turn(xor(be, b3), by16);
  ba = add(ba, bf); bb = add(bb, bc); b8 = add(b8, bd); b9 = add(b9, be);
  b5 = left12(xor(b5, ba)); b6 = left12(xor(b6, bb)); b7 = left12(xor(b7, b8)); b4 = left12(xor(b4, b9));
  b0 = add(b0, b5); b1 = add(b1, b6); b2 = add(b2, b7); b3 = add(b3, b4);
  bf = turn(xor(bf, b0), by8); bc = turn(xor(bc, b1), by8); bd = turn(xor(bd, b2), by8); be = turn(xor(be, b3), by8);
  ba = add(ba, bf); bb = add(bb, bc); b8 = add(b8, bd); b9 = add(b9, be);
  b5 = left7(xor(b5, ba)); b6 = left7(xor(b6, bb)); b7 = left7(xor(b7, b8)); b4 = left7(xor(b4, b9));
  mix(data, add(a0, v128.load32_splat(state, 0)), add(a1, v128.load32_splat(state, 4)), add(a2, v128.load32_splat(state, 8)), add(a3, v128.load32_splat(state, 12)));
  mix(data + 16, add(a4, v128.load32_splat(state, 16)), add(a5, v128.load32_splat(state, 20)), add(a6, v128.load32_splat(state, 24)), add(a7, v128.load32_splat(state, 28)));
  mix(data + 32, add(a8, v128.load32_splat(state, 32)), add(a9, v128.load32_splat(state, 36)), add(aa, v128.load32_splat(state, 40)), add(ab, v128.load32_splat(state, 44)));
  mix(data + 48, add(ac, lowA), add(ad, highA), add(ae, v128.load32_splat(state, 56)), add(af, v128.load32_splat(state, 60)));
  mix(data + 256, add(b0, v128.load32_splat(state, 0)), add(b1, v128.load32_splat(state, 4)), add(b2, v128.load32_splat(state, 8)), add(b3, v128.load32_splat(state, 12)));
  mix(data + 272, add(b4, v128.load32_splat(state, 16)), add(b5, v128.load32_splat(state, 20)), add(b6, v128.load32_splat(state, 24)), add(b7, v128.load32_splat(state, 28)));
  mix(data + 288, add(b8, v128.load32_splat(state, 32)), add(b9, v128.load32_splat(state, 36)), add(ba, v128.load32_splat(state, 40)), add(bb, v128.load32_splat(state, 44)));
  mix(data + 304, add(bc, lowB), add(bd, highB), add(be, v128.load32_splat(state, 56)), add(bf, v128.load32_splat(state, 60)));
}
