import { concat } from "../support/feed.ts";
import type { SeededRandom } from "../support/random.ts";

/** Boundary values of lengths and counters. */
const EDGES = [0, 1, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x2000, 0x7fff_ffff, 0xffff_ffff];
const MOST_CHANGES = 6;

/**
 * Makes a mutated copy of an input: flips bits, sets bytes and boundary values, inserts, deletes,
 * repeats, cuts off and splices.
 */
export function mutate(corpus: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  let bytes: Uint8Array = random.pick(corpus).slice();
  for (let left = random.below(MOST_CHANGES); left > 0; left--) {
    bytes = change(bytes, corpus, random);
  }
  return bytes;
}

function change(
  bytes: Uint8Array,
  corpus: readonly Uint8Array[],
  random: SeededRandom,
): Uint8Array {
  const at = random.below(bytes.length + 1);
  const size = 1 + random.below(random.pick([1, 4, 16, 200]));
  const before = bytes.subarray(0, at);
  switch (random.below(9)) {
    case 0:
    case 1:
      if (at < bytes.length) bytes[at]! ^= 1 << random.below(8);
      return bytes;
    case 2:
      if (at < bytes.length) bytes[at] = random.next();
      return bytes;
    case 3: {
      const width = random.pick([1, 2, 4]);
      if (at + width > bytes.length) return bytes;
      const edge = random.pick(EDGES);
      for (let i = 0; i < width; i++) bytes[at + i] = edge >>> (8 * i);
      return bytes;
    }
    case 4:
      return concat([before, random.bytes(size), bytes.subarray(at)]);
    case 5:
      return concat([before, bytes.subarray(at + size)]);
    case 6:
      return concat([before, bytes.subarray(at, at + size), bytes.subarray(at)]);
    case 7:
      return before.slice();
    default: {
      const other = random.pick(corpus);
      return concat([before, other.subarray(random.below(other.length + 1))]);
    }
  }
}
