/**
 * One view for many reads: packets of all connections lie in few buffers.
 *
 * @module
 */

let latest: DataView = new DataView(new ArrayBuffer(0));

/**
 * Gives a view of a whole buffer; the one that was asked for last is not made again.
 *
 * @param bytes Any bytes; offsets in the result count from the start of their buffer.
 */
export function viewOfBuffer(bytes: Uint8Array): DataView {
  const { buffer } = bytes;
  if (latest.buffer !== buffer) latest = new DataView(buffer);
  return latest;
}

/**
 * Writes a 64-bit number, little-endian; a bigint is an allocation, which hot paths do without.
 *
 * @param view Where to write.
 * @param at The offset.
 * @param value 0 or more; a number must be a safe integer.
 */
export function writeUint64(view: DataView, at: number, value: bigint | number): void {
  if (typeof value === "bigint") {
    view.setBigUint64(at, value, true);
    return;
  }
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}
