// BLAKE3 with four chunks in the lanes of each vector: vector i holds word i of chunks n .. n + 3.

import { BLOCK_BYTES, CHUNK_END, CHUNK_START, IV0, IV1, IV2, IV3, KEYED_HASH, LEFT_16, RIGHT_8 } from "./layout";
import { add, add3, counters, hi32, hi64, lo32, lo64, right12, right7, turn, xor } from "./vectors";

/**
 * Hashes four whole chunks that lie one behind the other.
 *
 * @param key Where the 32 bytes of the MAC key are.
 * @param data Where the 4096 bytes are.
 * @param chunk The number of the first chunk.
 * @param out Gets four chaining values of 32 bytes.
 */
export function hashFourChunks(key: usize, data: usize, chunk: u64, out: usize): void {
  const lowA = counters(chunk, 0), highA = counters(chunk, 32);
  let ha0 = v128.load32_splat(key, 0);
  let ha1 = v128.load32_splat(key, 4);
  let ha2 = v128.load32_splat(key, 8);
  let ha3 = v128.load32_splat(key, 12);
  let ha4 = v128.load32_splat(key, 16);
  let ha5 = v128.load32_splat(key, 20);
  let ha6 = v128.load32_splat(key, 24);
  let ha7 = v128.load32_splat(key, 28);
  const by16 = v128.load(LEFT_16), by8 = v128.load(RIGHT_8);
  let t0: v128, t1: v128, t2: v128, t3: v128;
  for (let block = 0; block < 16; block++, data += BLOCK_BYTES) {
    const flags = KEYED_HASH | (block == 0 ? CHUNK_START : 0) | (block == 15 ? CHUNK_END : 0);
    const pa0 = v128.load(data, 0), qa0 = v128.load(data, 1024), ra0 = v128.load(data, 2048), sa0 = v128.load(data, 3072);
    t0 = lo32(pa0, qa0); t1 = hi32(pa0, qa0); t2 = lo32(ra0, sa0); t3 = hi32(ra0, sa0);
    const ma0 = lo64(t0, t2), ma1 = hi64(t0, t2), ma2 = lo64(t1, t3), ma3 = hi64(t1, t3);
    const pa1 = v128.load(data, 16), qa1 = v128.load(data, 1040), ra1 = v128.load(data, 2064), sa1 = v128.load(data, 3088);
    t0 = lo32(pa1, qa1); t1 = hi32(pa1, qa1); t2 = lo32(ra1, sa1); t3 = hi32(ra1, sa1);
    const ma4 = lo64(t0, t2), ma5 = hi64(t0, t2), ma6 = lo64(t1, t3), ma7 = hi64(t1, t3);
    const pa2 = v128.load(data, 32), qa2 = v128.load(data, 1056), ra2 = v128.load(data, 2080), sa2 = v128.load(data, 3104);
    t0 = lo32(pa2, qa2); t1 = hi32(pa2, qa2); t2 = lo32(ra2, sa2); t3 = hi32(ra2, sa2);
    const ma8 = lo64(t0, t2), ma9 = hi64(t0, t2), maa = lo64(t1, t3), mab = hi64(t1, t3);
    const pa3 = v128.load(data, 48), qa3 = v128.load(data, 1072), ra3 = v128.load(data, 2096), sa3 = v128.load(data, 3120);
    t0 = lo32(pa3, qa3); t1 = hi32(pa3, qa3); t2 = lo32(ra3, sa3); t3 = hi32(ra3, sa3);
    const mac = lo64(t0, t2), mad = hi64(t0, t2), mae = lo64(t1, t3), maf = hi64(t1, t3);
    let a0 = ha0, a1 = ha1, a2 = ha2, a3 = ha3;
    let a4 = ha4, a5 = ha5, a6 = ha6, a7 = ha7;
    let a8 = i32x4.splat(IV0), a9 = i32x4.splat(IV1), aa = i32x4.splat(IV2), ab = i32x4.splat(IV3);
    let ac = lowA, ad = highA, ae = i32x4.splat(BLOCK_BYTES), af = i32x4.splat(flags);
    // round 1
    a0 = add3(a0, a4, ma0); ac = turn(xor(ac, a0), by16); a8 = add(a8, ac); a4 = right12(xor(a4, a8));
    a0 = add3(a0, a4, ma1); ac = turn(xor(ac, a0), by8); a8 = add(a8, ac); a4 = right7(xor(a4, a8));
    a1 = add3(a1, a5, ma2); ad = turn(xor(ad, a1), by16); a9 = add(a9, ad); a5 = right12(xor(a5, a9));
    a1 = add3(a1, a5, ma3); ad = turn(xor(ad, a1), by8); a9 = add(a9, ad); a5 = right7(xor(a5, a9));
    a2 = add3(a2, a6, ma4); ae = turn(xor(ae, a2), by16); aa = add(aa, ae); a6 = right12(xor(a6, aa));
    a2 = add3(a2, a6, ma5); ae = turn(xor(ae, a2), by8); aa = add(aa, ae); a6 = right7(xor(a6, aa));
    a3 = add3(a3, a7, ma6); af = turn(xor(af, a3), by16); ab = add(ab, af); a7 = right12(xor(a7, ab));
    a3 = add3(a3, a7, ma7); af = turn(xor(af, a3), by8); ab = add(ab, af); a7 = right7(xor(a7, ab));
    a0 = add3(a0, a5, ma8); af = turn(xor(af, a0), by16); aa = add(aa, af); a5 = right12(xor(a5, aa));
    a0 = add3(a0, a5, ma9); af = turn(xor(af, a0), by8); aa = add(aa, af); a5 = right7(xor(a5, aa));
    a1 = add3(a1, a6, maa); ac = turn(xor(ac, a1), by16); ab = add(ab, ac); a6 = right12(xor(a6, ab));
    a1 = add3(a1, a6, mab); ac = turn(xor(ac, a1), by8); ab = add(ab, ac); a6 = right7(xor(a6, ab));
    a2 = add3(a2, a7, mac); ad = turn(xor(ad, a2), by16); a8 = add(a8, ad); a7 = right12(xor(a7, a8));
    a2 = add3(a2, a7, mad); ad = turn(xor(ad, a2), by8); a8 = add(a8, ad); a7 = right7(xor(a7, a8));
    a3 = add3(a3, a4, mae); ae = turn(xor(ae, a3), by16); a9 = add(a9, ae); a4 = right12(xor(a4, a9));
    a3 = add3(a3, a4, maf); ae = turn(xor(ae, a3), by8); a9 = add(a9, ae); a4 = right7(xor(a4, a9));
    // round 2
    a0 = add3(a0, a4, ma2); ac = turn(xor(ac, a0), by16); a8 = add(a8, ac); a4 = right12(xor(a4, a8));
    a0 = add3(a0, a4, ma6); ac = turn(xor(ac, a0), by8); a8 = add(a8, ac); a4 = right7(xor(a4, a8));
    a1 = add3(a1, a5, ma3); ad = turn(xor(ad, a1), by16); a9 = add(a9, ad); a5 = right12(xor(a5, a9));
    a1 = add3(a1, a5, maa); ad = turn(xor(ad, a1), by8); a9 = add(a9, ad); a5 = right7(xor(a5, a9));
    a2 = add3(a2, a6, ma7); ae = turn(xor(ae, a2), by16); aa = add(aa, ae); a6 = right12(xor(a6, aa));
    a2 = add3(a2, a6, ma0); ae = turn(xor(ae, a2), by8); aa = add(aa, ae); a6 = right7(xor(a6, aa));
    a3 = add3(a3, a7, ma4); af = turn(xor(af, a3), by16); ab = add(ab, af); a7 = right12(xor(a7, ab));
    a3 = add3(a3, a7, mad); af = turn(xor(af, a3), by8); ab = add(ab, af); a7 = right7(xor(a7, ab));
    a0 = add3(a0, a5, ma1); af = turn(xor(af, a0), by16); aa = add(aa, af); a5 = right12(xor(a5, aa));
    a0 = add3(a0, a5, mab); af = turn(xor(af, a0), by8); aa = add(aa, af); a5 = right7(xor(a5, aa));
    a1 = add3(a1, a6, mac); ac = turn(xor(ac, a1), by16); ab = add(ab, ac); a6 = right12(xor(a6, ab));
    a1 = add3(a1, a6, ma5); ac = turn(xor(ac, a1), by8); ab = add(ab, ac); a6 = right7(xor(a6, ab));
    a2 = add3(a2, a7, ma9); ad = turn(xor(ad, a2), by16); a8 = add(a8, ad); a7 = right12(xor(a7, a8));
    a2 = add3(a2, a7, mae); ad = turn(xor(ad, a2), by8); a8 = add(a8, ad); a7 = right7(xor(a7, a8));
    a3 = add3(a3, a4, maf); ae = turn(xor(ae, a3), by16); a9 = add(a9, ae); a4 = right12(xor(a4, a9));
    a3 = add3(a3, a4, ma8); ae = turn(xor(ae, a3), by8); a9 = add(a9, ae); a4 = right7(xor(a4, a9));
    // round 3
    a0 = add3(a0, a4, ma3); ac = turn(xor(ac, a0), by16); a8 = add(a8, ac); a4 = right12(xor(a4, a8));
    a0 = add3(a0, a4, ma4); ac = turn(xor(ac, a0), by8); a8 = add(a8, ac); a4 = right7(xor(a4, a8));
    a1 = add3(a1, a5, maa); ad = turn(xor(ad, a1), by16); a9 = add(a9, ad); a5 = right12(xor(a5, a9));
    a1 = add3(a1, a5, mac); ad = turn(xor(ad, a1), by8); a9 = add(a9, ad); a5 = right7(xor(a5, a9));
    a2 = add3(a2, a6, mad); ae = turn(xor(ae, a2), by16); aa = add(aa, ae); a6 = right12(xor(a6, aa));
    a2 = add3(a2, a6, ma2); ae = turn(xor(ae, a2), by8); aa = add(aa, ae); a6 = right7(xor(a6, aa));
    a3 = add3(a3, a7, ma7); af = turn(xor(af, a3), by16); ab = add(ab, af); a7 = right12(xor(a7, ab));
    a3 = add3(a3, a7, mae); af = turn(xor(af, a3), by8); ab = add(ab, af); a7 = right7(xor(a7, ab));
    a0 = add3(a0, a5, ma6); af = turn(xor(af, a0), by16); aa = add(aa, af); a5 = right12(xor(a5, aa));
    a0 = add3(a0, a5, ma5); af = turn(xor(af, a0), by8); aa = add(aa, af); a5 = right7(xor(a5, aa));
    a1 = add3(a1, a6, ma9); ac = turn(xor(ac, a1), by16); ab = add(ab, ac); a6 = right12(xor(a6, ab));
    a1 = add3(a1, a6, ma0); ac = turn(xor(ac, a1), by8); ab = add(ab, ac); a6 = right7(xor(a6, ab));
    a2 = add3(a2, a7, mab); ad = turn(xor(ad, a2), by16); a8 = add(a8, ad); a7 = right12(xor(a7, a8));
    a2 = add3(a2, a7, maf); ad = turn(xor(ad, a2), by8); a8 = add(a8, ad); a7 = right7(xor(a7, a8));
    a3 = add3(a3, a4, ma8); ae = turn(xor(ae, a3), by16); a9 = add(a9, ae); a4 = right12(xor(a4, a9));
    a3 = add3(a3, a4, ma1); ae = turn(xor(ae, a3), by8); a9 = add(a9, ae); a4 = right7(xor(a4, a9));
    // round 4
    a0 = add3(a0, a4, maa); ac = turn(xor(ac, a0), by16); a8 = add(a8, ac); a4 = right12(xor(a4, a8));
    a0 = add3(a0, a4, ma7); ac = turn(xor(ac, a0), by8); a8 = add(a8, ac); a4 = right7(xor(a4, a8));
    a1 = add3(a1, a5, mac); ad = turn(xor(ad, a1), by16); a9 = add(a9, ad); a5 = right12(xor(a5, a9));
    a1 = add3(a1, a5, ma9); ad = turn(xor(ad, a1), by8); a9 = add(a9, ad); a5 = right7(xor(a5, a9));
    a2 = add3(a2, a6, mae); ae = turn(xor(ae, a2), by16); aa = add(aa, ae); a6 = right12(xor(a6, aa));
    a2 = add3(a2, a6, ma3); ae = turn(xor(ae, a2), by8); aa = add(aa, ae); a6 = right7(xor(a6, aa));
    a3 = add3(a3, a7, mad); af = turn(xor(af, a3), by16); ab = add(ab, af); a7 = right12(xor(a7, ab));
    a3 = add3(a3, a7, maf); af = turn(xor(af, a3), by8); ab = add(ab, af); a7 = right7(xor(a7, ab));
    a0 = add3(a0, a5, ma4); af = turn(xor(af, a0), by16); aa = add(aa, af); a5 = right12(xor(a5, aa));
    a0 = add3(a0, a5, ma0); af = turn(xor(af, a0), by8); aa = add(aa, af); a5 = right7(xor(a5, aa));
    a1 = add3(a1, a6, mab); ac = turn(xor(ac, a1), by16); ab = add(ab, ac); a6 = right12(xor(a6, ab));
    a1 = add3(a1, a6, ma2); ac = turn(xor(ac, a1), by8); ab = add(ab, ac); a6 = right7(xor(a6, ab));
    a2 = add3(a2, a7, ma5); ad = turn(xor(ad, a2), by16); a8 = add(a8, ad); a7 = right12(xor(a7, a8));
    a2 = add3(a2, a7, ma8); ad = turn(xor(ad, a2), by8); a8 = add(a8, ad); a7 = right7(xor(a7, a8));
    a3 = add3(a3, a4, ma1); ae = turn(xor(ae, a3), by16); a9 = add(a9, ae); a4 = right12(xor(a4, a9));
    a3 = add3(a3, a4, ma6); ae = turn(xor(ae, a3), by8); a9 = add(a9, ae); a4 = right7(xor(a4, a9));
    // round 5
    a0 = add3(a0, a4, mac); ac = turn(xor(ac, a0), by16); a8 = add(a8, ac); a4 = right12(xor(a4, a8));
    a0 = add3(a0, a4, mad); ac = turn(xor(ac, a0), by8); a8 = add(a8, ac); a4 = right7(xor(a4, a8));
    a1 = add3(a1, a5, ma9); ad = turn(xor(ad, a1), by16); a9 = add(a9, ad); a5 = right12(xor(a5, a9));
    a1 = add3(a1, a5, mab); ad = turn(xor(ad, a1), by8); a9 = add(a9, ad); a5 = right7(xor(a5, a9));
    a2 = add3(a2, a6, maf); ae = turn(xor(ae, a2), by16); aa = add(aa, ae); a6 = right12(xor(a6, aa));
    a2 = add3(a2, a6, maa); ae = turn(xor(ae, a2), by8); aa = add(aa, ae); a6 = right7(xor(a6, aa));
    a3 = add3(a3, a7, mae); af = turn(xor(af, a3), by16); ab = add(ab, af); a7 = right12(xor(a7, ab));
    a3 = add3(a3, a7, ma8); af = turn(xor(af, a3), by8); ab = add(ab, af); a7 = right7(xor(a7, ab));
    a0 = add3(a0, a5, ma7); af = turn(xor(af, a0), by16); aa = add(aa, af); a5 = right12(xor(a5, aa));
    a0 = add3(a0, a5, ma2); af = turn(xor(af, a0), by8); aa = add(aa, af); a5 = right7(xor(a5, aa));
    a1 = add3(a1, a6, ma5); ac = turn(xor(ac, a1), by16); ab = add(ab, ac); a6 = right12(xor(a6, ab));
    a1 = add3(a1, a6, ma3); ac = turn(xor(ac, a1), by8); ab = add(ab, ac); a6 = right7(xor(a6, ab));
    a2 = add3(a2, a7, ma0); ad = turn(xor(ad, a2), by16); a8 = add(a8, ad); a7 = right12(xor(a7, a8));
    a2 = add3(a2, a7, ma1); ad = turn(xor(ad, a2), by8); a8 = add(a8, ad); a7 = right7(xor(a7, a8));
    a3 = add3(a3, a4, ma6); ae = turn(xor(ae, a3), by16); a9 = add(a9, ae); a4 = right12(xor(a4, a9));
    a3 = add3(a3, a4, ma4); ae = turn(xor(ae, a3), by8); a9 = add(a9, ae); a4 = right7(xor(a4, a9));
    // round 6
    a0 = add3(a0, a4, ma9); ac = turn(xor(ac, a0), by16); a8 = add(a8, ac); a4 = right12(xor(a4, a8));
    a0 = add3(a0, a4, mae); ac = turn(xor(ac, a0), by8); a8 = add(a8, ac); a4 = right7(xor(a4, a8));
    a1 = add3(a1, a5, mab); ad = turn(xor(ad, a1), by16); a9 = add(a9, ad); a5 = right12(xor(a5, a9));
    a1 = add3(a1, a5, ma5); ad = turn(xor(ad, a1), by8); a9 = add(a9, ad); a5 = right7(xor(a5, a9));
    a2 = add3(a2, a6, ma8); ae = turn(xor(ae, a2), by16); aa = add(aa, ae); a6 = right12(xor(a6, aa));
    a2 = add3(a2, a6, mac); ae = turn(xor(ae, a2), by8); aa = add(aa, ae); a6 = right7(xor(a6, aa));
    a3 = add3(a3, a7, maf); af = turn(xor(af, a3), by16); ab = add(ab, af); a7 = right12(xor(a7, ab));
    a3 = add3(a3, a7, ma1); af = turn(xor(af, a3), by8); ab = add(ab, af); a7 = right7(xor(a7, ab));
    a0 = add3(a0, a5, mad); af = turn(xor(af, a0), by16); aa = add(aa, af); a5 = right12(xor(a5, aa));
    a0 = add3(a0, a5, ma3); af = turn(xor(af, a0), by8); aa = add(aa, af); a5 = right7(xor(a5, aa));
    a1 = add3(a1, a6, ma0); ac = turn(xor(ac, a1), by16); ab = add(ab, ac); a6 = right12(xor(a6, ab));
    a1 = add3(a1, a6, maa); ac = turn(xor(ac, a1), by8); ab = add(ab, ac); a6 = right7(xor(a6, ab));
    a2 = add3(a2, a7, ma2); ad = turn(xor(ad, a2), by16); a8 = add(a8, ad); a7 = right12(xor(a7, a8));
    a2 = add3(a2, a7, ma6); ad = turn(xor(ad, a2), by8); a8 = add(a8, ad); a7 = right7(xor(a7, a8));
    a3 = add3(a3, a4, ma4); ae = turn(xor(ae, a3), by16); a9 = add(a9, ae); a4 = right12(xor(a4, a9));
    a3 = add3(a3, a4, ma7); ae = turn(xor(ae, a3), by8); a9 = add(a9, ae); a4 = right7(xor(a4, a9));
    // round 7
    a0 = add3(a0, a4, mab); ac = turn(xor(ac, a0), by16); a8 = add(a8, ac); a4 = right12(xor(a4, a8));
    a0 = add3(a0, a4, maf); ac = turn(xor(ac, a0), by8); a8 = add(a8, ac); a4 = right7(xor(a4, a8));
    a1 = add3(a1, a5, ma5); ad = turn(xor(ad, a1), by16); a9 = add(a9, ad); a5 = right12(xor(a5, a9));
    a1 = add3(a1, a5, ma0); ad = turn(xor(ad, a1), by8); a9 = add(a9, ad); a5 = right7(xor(a5, a9));
    a2 = add3(a2, a6, ma1); ae = turn(xor(ae, a2), by16); aa = add(aa, ae); a6 = right12(xor(a6, aa));
    a2 = add3(a2, a6, ma9); ae = turn(xor(ae, a2), by8); aa = add(aa, ae); a6 = right7(xor(a6, aa));
    a3 = add3(a3, a7, ma8); af = turn(xor(af, a3), by16); ab = add(ab, af); a7 = right12(xor(a7, ab));
    a3 = add3(a3, a7, ma6); af = turn(xor(af, a3), by8); ab = add(ab, af); a7 = right7(xor(a7, ab));
    a0 = add3(a0, a5, mae); af = turn(xor(af, a0), by16); aa = add(aa, af); a5 = right12(xor(a5, aa));
    a0 = add3(a0, a5, maa); af = turn(xor(af, a0), by8); aa = add(aa, af); a5 = right7(xor(a5, aa));
    a1 = add3(a1, a6, ma2); ac = turn(xor(ac, a1), by16); ab = add(ab, ac); a6 = right12(xor(a6, ab));
    a1 = add3(a1, a6, mac); ac = turn(xor(ac, a1), by8); ab = add(ab, ac); a6 = right7(xor(a6, ab));
    a2 = add3(a2, a7, ma3); ad = turn(xor(ad, a2), by16); a8 = add(a8, ad); a7 = right12(xor(a7, a8));
    a2 = add3(a2, a7, ma4); ad = turn(xor(ad, a2), by8); a8 = add(a8, ad); a7 = right7(xor(a7, a8));
    a3 = add3(a3, a4, ma7); ae = turn(xor(ae, a3), by16); a9 = add(a9, ae); a4 = right12(xor(a4, a9));
    a3 = add3(a3, a4, mad); ae = turn(xor(ae, a3), by8); a9 = add(a9, ae); a4 = right7(xor(a4, a9));

    ha0 = xor(a0, a8); ha1 = xor(a1, a9);
    ha2 = xor(a2, aa); ha3 = xor(a3, ab);
    ha4 = xor(a4, ac); ha5 = xor(a5, ad);
    ha6 = xor(a6, ae); ha7 = xor(a7, af);
  }
  t0 = lo32(ha0, ha1); t1 = hi32(ha0, ha1); t2 = lo32(ha2, ha3); t3 = hi32(ha2, ha3);
  v128.store(out, lo64(t0, t2), 0); v128.store(out, hi64(t0, t2), 32);
  v128.store(out, lo64(t1, t3), 64); v128.store(out, hi64(t1, t3), 96);
  t0 = lo32(ha4, ha5); t1 = hi32(ha4, ha5); t2 = lo32(ha6, ha7); t3 = hi32(ha6, ha7);
  v128.store(out, lo64(t0, t2), 16); v128.store(out, hi64(t0, t2), 48);
  v128.store(out, lo64(t1, t3), 80); v128.store(out, hi64(t1, t3), 112);
}
