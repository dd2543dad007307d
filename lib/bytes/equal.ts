/**
 * Comparison of secrets and tags.
 *
 * @module
 */

/**
 * Compares two byte strings in time that depends on their length alone.
 *
 * @param a Any bytes.
 * @param b Any bytes.
 * @returns Whether both have the same length and content.
 */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
