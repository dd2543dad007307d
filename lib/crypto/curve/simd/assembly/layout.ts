// Addresses in the memory; lib/crypto/curve/key_pair.ts has the first three too.

/** The private key, then both public keys, then both results, 32 bytes each. */
@inline export const SCALAR: usize = 1024;
@inline export const POINTS: usize = 1056;
@inline export const RESULTS: usize = 1120;

/** Bytes of an element: five limbs of both lanes. */
@inline export const LIMBS: usize = 80;
@inline export const X1: usize = 1184;
@inline export const X2: usize = X1 + LIMBS;
@inline export const Z2: usize = X2 + LIMBS;
@inline export const X3: usize = Z2 + LIMBS;
@inline export const Z3: usize = X3 + LIMBS;
@inline export const A: usize = Z3 + LIMBS;
@inline export const B: usize = A + LIMBS;
@inline export const C: usize = B + LIMBS;
@inline export const D: usize = C + LIMBS;
@inline export const E: usize = D + LIMBS;
@inline export const F: usize = E + LIMBS;
@inline export const G: usize = F + LIMBS;
@inline export const H: usize = G + LIMBS;
@inline export const T: usize = H + LIMBS;
/** The lower columns of a product. */
@inline export const LOW: usize = T + LIMBS;
@inline export const END: usize = LOW + LIMBS;
/** Constants. */
@inline export const K: usize = 4096;
