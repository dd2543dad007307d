// What the module offers: one call to open and one to seal a packet of the direction whose state is in `slot`.

import { absorb, sample, startChunk } from "./mac";
import { apply, peek } from "./cipher";
import { KEY, MAC_KEY, NONCE, SLOT_BLOCK_LENGTH, SLOT_BYTES, SLOT_CHUNKS, SLOT_DEPTH, SLOT_LEFT, SLOT_MAC_KEY } from "./layout";

export { absorb, apply, peek };

/** Starts cipher and MAC with what is at KEY, NONCE and MAC_KEY, and wipes it there. */
export function install(slot: usize): void {
  memory.fill(slot, 0, SLOT_BYTES);
  store<u64>(slot, 0x3320646e61707865);
  store<u64>(slot, 0x6b20657479622d32, 8);
  memory.copy(slot + 16, KEY, 32);
  store<u64>(slot, load<u64>(NONCE), 56);
  memory.copy(slot + SLOT_MAC_KEY, MAC_KEY, 32);
  startChunk(slot);
  memory.fill(KEY, 0, 72);
}

/** Overwrites everything that follows from the keys. */
export function wipe(slot: usize): void {
  memory.fill(slot, 0, SLOT_BYTES);
}

/** Compares the first bytes of the digest with `tag` in constant time. */
export function verify(slot: usize, tag: usize, tagLength: u32): bool {
  const digest = sample(slot);
  const first = load<u64>(digest) ^ load<u64>(tag);
  const second = load<u64>(digest, 8) ^ load<u64>(tag, 8);
  return (first | (tagLength == 8 ? 0 : second)) == 0;
}

/** Writes the first bytes of the digest to `tag`. */
export function sign(slot: usize, tag: usize, tagLength: u32): void {
  const digest = sample(slot);
  store<u64>(tag, load<u64>(digest));
  if (tagLength != 8) store<u64>(tag, load<u64>(digest, 8), 8);
}

/** Verifies a packet and decrypts it in place when its tag is right. */
export function open(slot: usize, data: usize, length: u32, tag: usize, tagLength: u32): bool {
  absorb(slot, data, length);
  if (!verify(slot, tag, tagLength)) return false;
  apply(slot, data, length);
  return true;
}

/** Encrypts a packet in place and writes its tag. */
export function seal(slot: usize, data: usize, length: u32, tag: usize, tagLength: u32): void {
  apply(slot, data, length);
  absorb(slot, data, length);
  sign(slot, tag, tagLength);
}
