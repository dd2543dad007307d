/**
 * A run of equal packets, opened one after the other.
 *
 * @module
 */

import { type Opener, type PacketRun, TAG_BYTES } from "./provider.ts";

/**
 * Does what {@linkcode Opener.openRun} promises, with nothing shared.
 *
 * @param opener Opens each packet.
 * @param buffer Holds them.
 * @param start Offset of the first tag.
 * @param run How many at most, and what they have in common.
 * @returns As there.
 */
export function openOneByOne(
  opener: Pick<Opener, "peek" | "open">,
  buffer: Uint8Array,
  start: number,
  { count, size, kindAt, kind }: PacketRun,
): number {
  for (let opened = 0; opened < count; opened++) {
    const tag = start + opened * size;
    const data = tag + TAG_BYTES;
    if (opener.peek(buffer, data, kindAt + 1)[kindAt] !== kind) return opened;
    if (!opener.open(buffer, data, tag + size, tag, TAG_BYTES)) return ~opened;
  }
  return count;
}
