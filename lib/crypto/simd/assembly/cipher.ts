// One continuing key stream: whole batches go straight into the data, the rest through the slot.

import { xorEightBlocks } from "./chacha8_lanes";
import { SLOT_LEFT, SLOT_PEEKED, SLOT_STREAM, SLOT_STREAM_END, STREAM_BATCH } from "./layout";

/** XORs `length` bytes at `data` with those at `stream`. */
function xorBytes(data: usize, stream: usize, length: u32): void {
  for (; length >= 16; length -= 16, data += 16, stream += 16) {
    v128.store(data, v128.xor(v128.load(data), v128.load(stream)));
  }
  if (length & 8) {
    store<u64>(data, load<u64>(data) ^ load<u64>(stream));
    data += 8;
    stream += 8;
  }
  if (length & 4) {
    store<u32>(data, load<u32>(data) ^ load<u32>(stream));
    data += 4;
    stream += 4;
  }
  for (length &= 3; length > 0; length--, data++, stream++) {
    store<u8>(data, load<u8>(data) ^ load<u8>(stream));
  }
}

/** Makes the next batch; at most 15 unused bytes may be left, which move in front of it. */
function refill(slot: usize): void {
  const stream = slot + SLOT_STREAM;
  v128.store(stream - 16, v128.load(stream, STREAM_BATCH - 16));
  const zero = i64x2.splat(0);
  for (let at = stream; at < slot + SLOT_STREAM_END; at += 32) {
    v128.store(at, zero);
    v128.store(at, zero, 16);
  }
  xorEightBlocks(slot, stream);
  store<u32>(slot, load<u32>(slot, SLOT_LEFT) + STREAM_BATCH, SLOT_LEFT);
}

/** Encrypts or decrypts in place and moves the stream on. */
export function apply(slot: usize, data: usize, length: u32): void {
  const left = load<u32>(slot, SLOT_LEFT);
  const first = min(left, length);
  xorBytes(data, slot + SLOT_STREAM_END - left, first);
  store<u32>(slot, left - first, SLOT_LEFT);
  data += first;
  length -= first;
  for (; length >= STREAM_BATCH; length -= STREAM_BATCH, data += STREAM_BATCH) {
    xorEightBlocks(slot, data);
  }
  if (length > 0) {
    refill(slot);
    xorBytes(data, slot + SLOT_STREAM, length);
    store<u32>(slot, STREAM_BATCH - length, SLOT_LEFT);
  }
}

/** Decrypts one of the next 16 bytes without moving the stream. */
export function peekByte(slot: usize, data: usize, at: usize): u8 {
  if (load<u32>(slot, SLOT_LEFT) < 16) refill(slot);
  return load<u8>(data + at) ^ load<u8>(slot + SLOT_STREAM_END - load<u32>(slot, SLOT_LEFT) + at);
}

/** Decrypts 16 bytes to SLOT_PEEKED without moving the stream; `apply` uses the same key stream. */
export function peek(slot: usize, data: usize): void {
  if (load<u32>(slot, SLOT_LEFT) < 16) refill(slot);
  const left = load<u32>(slot, SLOT_LEFT);
  v128.store(slot, v128.xor(v128.load(data), v128.load(slot + SLOT_STREAM_END - left)), SLOT_PEEKED);
}
