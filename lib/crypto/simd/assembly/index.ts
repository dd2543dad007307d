// The functions of the module; `slot` is the address of one direction's state.

import { absorb, fitsChunk, keepSample, sample, sampleLane, sampleLanes, startChunk } from "./mac";
import { apply, peek, peekByte } from "./cipher";
import { BLOCK_BYTES, KEY, MAC_KEY, NONCE, SCRATCH, SCRATCH_BYTES, SLOT_BYTES, SLOT_MAC_KEY } from "./layout";
import { storeMasks } from "./vectors";

export { absorb, apply, peek };

/** Starts cipher and MAC with the arguments at KEY, NONCE and MAC_KEY, and wipes those. */
export function install(slot: usize): void {
  storeMasks();
  memory.fill(slot, 0, SLOT_BYTES);
  store<u64>(slot, 0x3320646e61707865);
  store<u64>(slot, 0x6b20657479622d32, 8);
  memory.copy(slot + 16, KEY, 32);
  store<u64>(slot, load<u64>(NONCE), 56);
  memory.copy(slot + SLOT_MAC_KEY, MAC_KEY, 32);
  startChunk(slot);
  memory.fill(KEY, 0, 72);
}

/** Overwrites everything derived from the keys. */
export function wipe(slot: usize): void {
  memory.fill(slot, 0, SLOT_BYTES);
  memory.fill(SCRATCH, 0, SCRATCH_BYTES);
}

/** Compares the first bytes of the digest with `tag` in constant time. */
export function verify(slot: usize, tag: usize, tagLength: u32): bool {
  return isEqual(sample(slot), tag, tagLength);
}

function isEqual(digest: usize, tag: usize, tagLength: u32): bool {
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

/** Verifies a packet and, if its tag is right, decrypts it in place. */
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

@inline const LANES: u32 = 8;
@inline const TAG_BYTES: u32 = 16;
/** With fewer packets, one digest after the other is faster than all lanes at once. */
@inline const WORTHWHILE_LANES: u32 = 5;

/**
 * Opens consecutive packets of equal size, each a tag and then ciphertext, while the decrypted byte at `kindAt`
 * is `kind`. Their tags are computed in parallel.
 *
 * @returns How many were opened; the complement of that if a wrong tag ended the run, which makes the state and
 *   the bytes after those packets garbage.
 */
export function openRun(slot: usize, data: usize, count: u32, size: u32, kindAt: u32, kind: u8): i32 {
  const length = size - TAG_BYTES;
  let opened: u32 = 0;
  while (opened < count) {
    const first = data + opened * size;
    const most = min(LANES, count - opened);
    let lanes: u32 = 0;
    // All lanes use the same stack, so a batch ends where the chunk does.
    while (lanes < most && (lanes == 0 || fitsChunk(slot, length))) {
      const body = first + lanes * size + TAG_BYTES;
      if (peekByte(slot, body, kindAt) != kind) break;
      absorb(slot, body, length);
      apply(slot, body, length);
      keepSample(slot, lanes++);
    }
    if (lanes == 0) break;
    const digests = lanes < WORTHWHILE_LANES ? 0 : sampleLanes(slot);
    for (let lane: u32 = 0; lane < lanes; lane++, opened++) {
      const digest = digests == 0 ? sampleLane(slot, lane) : digests + BLOCK_BYTES * lane;
      if (!isEqual(digest, data + opened * size, TAG_BYTES)) return ~opened;
    }
  }
  return opened;
}
