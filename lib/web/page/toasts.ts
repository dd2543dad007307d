/**
 * Short messages that appear at the edge and go by themselves.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { sentence } from "./format.ts";

/** How long a message stays, unless it has something to click. */
const SHOWN_MS = 6000;
const WITH_ACTION_MS = 15_000;
const MOST = 4;

/** One message. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  /** A button beside it. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

export const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Shows a message; the same text that is still there is not shown twice. */
export function notify(text: string, action?: Toast["action"]): void {
  if (action === undefined && toasts.value.some((toast) => toast.text === text)) return;
  const id = ++lastId;
  const toast = { id, text, ...(action && { action }) };
  toasts.value = [...toasts.value, toast].slice(-MOST);
  setTimeout(() => dismiss(id), action === undefined ? SHOWN_MS : WITH_ACTION_MS);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Shows why something that was asked for has failed. */
export function notifyFailure(error: unknown): void {
  notify(sentence(error instanceof Error ? error.message : String(error)));
}
