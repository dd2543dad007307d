/**
 * The numbers by which handlers know listeners and segments, each used once in a process.
 *
 * @module
 */

let last = 0;

/** The next number, from 1. */
export function nextSourceId(): number {
  return ++last;
}
