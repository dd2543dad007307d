/**
 * Little-endian numbers in byte arrays of any alignment.
 *
 * @module
 */

/** Most reads in a row are in the same buffer, so one cached view saves an allocation each. */
let latest: DataView = new DataView(new ArrayBuffer(0));

/**
 * A view of the whole buffer behind `bytes`: add `bytes.byteOffset` to every offset. The view is shared
 * and valid until the next call.
 */
export function viewOfBuffer(bytes: Uint8Array): DataView {
  const { buffer } = bytes;
  if (latest.buffer !== buffer) latest = new DataView(buffer);
  return latest;
}

/** @param value A safe integer from 0 on: a bigint would be an allocation. */
export function writeUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}
