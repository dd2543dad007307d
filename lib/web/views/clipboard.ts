/**
 * The text that a client offers for the clipboard, in parts.
 *
 * @module
 */

import type { StatusOf } from "../../segment/status.ts";

export class ClipboardText {
  #text = "";

  /**
   * Takes a message of a clipboard segment; the records of one text have a bound together.
   *
   * @returns The whole text with its last part.
   */
  add({ message, multipart }: StatusOf<"message">): string | undefined {
    this.#text += message;
    if (multipart) return undefined;
    const text = this.#text;
    this.#text = "";
    return text;
  }
}
