/**
 * Complete writes to files and sockets, whose `write` may take only a part.
 *
 * @module
 */

/** @param bytes Borrowed until the promise settles. */
export async function writeAll(
  to: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}
