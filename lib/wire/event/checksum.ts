/**
 * The checksum of a packed event.
 *
 * @module
 */

import { EVENT_BYTES, VERSION_MAJOR, VERSION_MINOR } from "../constants.ts";

/**
 * Sums a packed event as the reference does, which loses the carry that it means to rotate in.
 *
 * A peer built for another version of the interface differs in the last step and the packet's MAC
 * already vouches for the bytes: a mismatch is worth a log line, not the connection.
 *
 * @param bytes Holds the 128 bytes of the event.
 * @param at Where the event starts, in bytes.
 * @returns The value of the packet's checksum field, 16 bits.
 */
export function eventChecksum(bytes: Uint8Array, at: number): number {
  // Stays below 511, so that the 16 bits of the field need no mask.
  let sum = 0;
  for (let i = at; i < at + EVENT_BYTES; i++) sum = (sum >> 1) + bytes[i]!;
  return sum ^ ((VERSION_MAJOR << 2) | VERSION_MINOR);
}
