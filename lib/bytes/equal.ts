/**
 * Comparison of secrets.
 *
 * @module
 */

import { timingSafeEqual } from "node:crypto";

/** Whether both have the same content; the time it takes depends on the lengths alone. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
