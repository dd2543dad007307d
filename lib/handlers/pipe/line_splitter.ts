/**
 * Lines of a program's output.
 *
 * @module
 */

import { decodeUtf8Lenient, withoutByteOrderMark } from "../../bytes/text.ts";
import { concat } from "../../bytes/concat.ts";

const LINE_FEED = 0x0a;

/** Cuts a stream of bytes into lines, and skips those that are too long. */
export class LineSplitter {
  readonly #limitBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  #isSkipping = false;
  #isFirst = true;

  /**
   * Makes a splitter at the start of a line.
   *
   * @param limitBytes The longest line.
   */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /**
   * Takes a piece.
   *
   * @param piece Any bytes; copied as far as they are needed later.
   * @returns The lines that it ends, without their line feeds; `undefined` for each that is too long.
   */
  push(piece: Uint8Array): (string | undefined)[] {
    const lines: (string | undefined)[] = [];
    let start = 0;
    for (
      let end = piece.indexOf(LINE_FEED);
      end >= 0;
      end = piece.indexOf(LINE_FEED, start)
    ) {
      this.#keep(piece.subarray(start, end));
      lines.push(this.#isSkipping ? undefined : this.#line());
      this.#reset();
      start = end + 1;
    }
    if (start < piece.length) this.#keep(piece.slice(start));
    return lines;
  }

  /** Takes the end of the stream. @returns The line that had no line feed, if any. */
  end(): string | undefined {
    const rest = this.#isSkipping ? "" : this.#line();
    this.#reset();
    return rest === "" ? undefined : rest;
  }

  /** The text of the line that has ended. */
  #line(): string {
    const bytes = concat(this.#parts);
    return decodeUtf8Lenient(this.#isFirst ? withoutByteOrderMark(bytes) : bytes);
  }

  #keep(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > this.#limitBytes) {
      this.#isSkipping = true;
      this.#parts = [];
    } else if (part.length > 0) this.#parts.push(part);
  }

  #reset(): void {
    this.#parts = [];
    this.#length = 0;
    this.#isSkipping = false;
    this.#isFirst = false;
  }
}
