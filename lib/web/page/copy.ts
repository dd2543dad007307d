/**
 * The clipboard of this device.
 *
 * @module
 */

import { notify } from "./toasts.ts";

/** Copies text. @param done What is told then. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(done);
  } catch {
    notify("The browser does not let this page write the clipboard");
  }
}

/** Reads text; `undefined` where the browser does not allow it, which is told. */
export async function readClipboard(): Promise<string | undefined> {
  try {
    return await navigator.clipboard.readText();
  } catch {
    notify("The browser does not let this page read the clipboard; use its own Paste");
    return undefined;
  }
}
