/**
 * When a lost connection is tried again.
 *
 * @module
 */

const FIRST_MS = 500;
const LONGEST_MS = 10_000;
/** A clock that jumps further than this has slept. */
export const SLEPT_MS = 15_000;

/**
 * How long to wait before the next try.
 *
 * @param tries How many have failed, from 1.
 * @param random From 0 to 1, so that pages do not come back at the same moment.
 */
export function waitMs(tries: number, random: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (Math.min(tries, 10) - 1));
  return Math.round(longest * (0.75 + 0.25 * random));
}
