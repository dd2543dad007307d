/**
 * Cuts the output of a program into lines. Own code, because `node:readline` and line streams collect a
 * line without end until the memory is full.
 *
 * @module
 */

import { concat } from "../../bytes/concat.ts";
import { decodeUtf8Lenient, withoutByteOrderMark } from "../../bytes/text.ts";

const LINE_FEED = 0x0a;

/** Skips lines that are too long. */
export class LineSplitter {
  readonly #limitBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  #isSkipping = false;
  #isFirst = true;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /**
   * @param piece Borrowed for the call.
   * @returns The lines that end in the piece, without line feeds; `undefined` for one that is too long.
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

  /** The last line, if it has no line feed; the output has ended. */
  end(): string | undefined {
    const rest = this.#isSkipping ? "" : this.#line();
    this.#reset();
    return rest === "" ? undefined : rest;
  }

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
