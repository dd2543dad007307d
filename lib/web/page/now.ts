/**
 * The time, for ages that are shown.
 *
 * @module
 */

import { signal } from "@preact/signals";

const STEP_MS = 5000;

/** Milliseconds since 1970, a few seconds old at most. */
export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, STEP_MS);
