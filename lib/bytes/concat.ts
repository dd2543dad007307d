/**
 * Joins byte arrays. `Buffer.concat` would do for bytes that are only read, but its small results share
 * the memory of a pool, which must be neither transferred to a worker nor handed to users.
 *
 * @module
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
