/**
 * Joins blocks of bytes.
 *
 * @module
 */

/**
 * Copies blocks into one.
 *
 * @param parts The blocks, in order; borrowed for the call.
 */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
