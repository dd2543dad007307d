/**
 * The text that a client offers for the clipboard, in parts.
 *
 * @module
 */

import { MAX_VIEWER_CLIPBOARD_UNITS } from "../../limits.ts";
import type { StatusOf } from "../../segment/status.ts";

export class ClipboardText {
  #text = "";

  /** Takes a message of a clipboard segment. @returns The whole text with its last part. */
  add({ message, multipart }: StatusOf<"message">): string | undefined {
    this.#text = (this.#text + message).slice(0, MAX_VIEWER_CLIPBOARD_UNITS);
    if (multipart) return undefined;
    const text = this.#text;
    this.#text = "";
    return text;
  }
}
