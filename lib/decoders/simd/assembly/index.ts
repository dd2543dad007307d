// Strips of pixels from one place of the memory to another. The loops handle whole groups of pixels and so touch
// up to a group behind an odd count; `../module.ts` leaves room for that.

/** Opaque RGBA of RGB565, 8 pixels a turn. */
export function expandRgb565(source: usize, target: usize, count: i32): void {
  const end = source + (<usize>count << 1);
  const five = i16x8.splat(31), six = i16x8.splat(63);
  const opaque = i16x8.splat(<i16>0xff00);
  for (; source < end; source += 16, target += 32) {
    const pixels = v128.load(source);
    // round(v * 255 / 31) and round(v * 255 / 63) for every v, without a carry out of 16 bits.
    const r = scale(i16x8.shr_u(pixels, 11), 527, 23);
    const g = scale(v128.and(i16x8.shr_u(pixels, 5), six), 259, 33);
    const b = scale(v128.and(pixels, five), 527, 23);
    const rg = v128.or(r, i16x8.shl(g, 8));
    const ba = v128.or(b, opaque);
    v128.store(target, v128.shuffle<i16>(rg, ba, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(target, v128.shuffle<i16>(rg, ba, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  }
}

// @ts-ignore: a decorator of the compiler
@inline function scale(values: v128, factor: i16, round: i16): v128 {
  return i16x8.shr_u(i16x8.add(i16x8.mul(values, i16x8.splat(factor)), i16x8.splat(round)), 6);
}

/** Opaque RGBA of RGB, 16 pixels a turn. */
export function expandRgb(source: usize, target: usize, count: i32): void {
  const end = target + (<usize>count << 2);
  const spread = i8x16(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
  const opaque = i32x4.splat(<i32>0xff000000);
  for (; target < end; source += 48, target += 64) {
    v128.store(target, v128.or(opaque, v128.swizzle(v128.load(source), spread)));
    v128.store(target, v128.or(opaque, v128.swizzle(v128.load(source, 12), spread)), 16);
    v128.store(target, v128.or(opaque, v128.swizzle(v128.load(source, 24), spread)), 32);
    v128.store(target, v128.or(opaque, v128.swizzle(v128.load(source, 36), spread)), 48);
  }
}

/** Changes RGBA by differences in RGB and leaves alpha, 16 pixels a turn. */
export function xorRgb(source: usize, target: usize, count: i32): void {
  const end = target + (<usize>count << 2);
  const spread = i8x16(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
  for (; target < end; source += 48, target += 64) {
    const a = v128.xor(v128.load(target), v128.swizzle(v128.load(source), spread));
    const b = v128.xor(v128.load(target, 16), v128.swizzle(v128.load(source, 12), spread));
    const c = v128.xor(v128.load(target, 32), v128.swizzle(v128.load(source, 24), spread));
    const d = v128.xor(v128.load(target, 48), v128.swizzle(v128.load(source, 36), spread));
    v128.store(target, a);
    v128.store(target, b, 16);
    v128.store(target, c, 32);
    v128.store(target, d, 48);
  }
}
