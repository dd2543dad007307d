/**
 * The marker by which a probe knows a frame on the screen: a row of blocks, black or white, which are the
 * bits of the frame's number and then the same bits inverted. Whatever else is there reads as no frame.
 */

/** Numbers begin again after this many frames. */
export const NUMBERS = 256;
const BITS = 8;
/** Blocks in the row. */
export const BLOCKS: number = 2 * BITS;

/** Whether each block of a number is white. */
export function blocksOf(number: number): boolean[] {
  const bits = Array.from({ length: BITS }, (_, bit) => (number >> bit & 1) === 1);
  return [...bits, ...bits.map((bit) => !bit)];
}

/** What stands in a white block of text, and in a black one; it has the colour of its block. */
export const WHITE = "1";
export const BLACK = "0";
