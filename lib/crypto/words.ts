/**
 * Little-endian words in byte arrays of any alignment.
 *
 * @module
 */

/**
 * Reads a 32-bit word.
 *
 * @param bytes Holds at least `at + 4` bytes.
 * @param at Offset in bytes.
 * @returns The word as a signed integer.
 */
export function loadWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** The view that {@linkcode viewOf} gave last; callers reuse their buffers. */
let lastView: DataView = new DataView(new ArrayBuffer(0));

/**
 * Gives a view of the whole memory behind an array, the same one as long as the memory repeats.
 *
 * @param bytes Any array; add its `byteOffset` to offsets in the view.
 * @returns A shared view: use it before the next call.
 */
export function viewOf(bytes: Uint8Array): DataView {
  if (lastView.buffer !== bytes.buffer) lastView = new DataView(bytes.buffer);
  return lastView;
}
