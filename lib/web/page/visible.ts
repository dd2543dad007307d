/**
 * Whether the page is looked at.
 *
 * @module
 */

import { signal } from "@preact/signals";

const isVisible = signal(!document.hidden);
document.addEventListener("visibilitychange", () => isVisible.value = !document.hidden);

/** Whether the page is looked at; a hidden one holds no connections. */
export function useVisible(): boolean {
  return isVisible.value;
}
