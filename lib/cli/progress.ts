/**
 * How far the transfer of a file is, on a terminal.
 *
 * @module
 */

import type { CliIo } from "./io.ts";

/** The time between two lines. */
const GAP_MS = 200;
const MEBIBYTE = 1 << 20;

export class Progress {
  readonly #io: CliIo;
  readonly #isShown: boolean;
  readonly #sizeBytes: number | undefined;
  #bytes = 0;
  #shownAtMs = -Infinity;
  #width = 0;

  /** @param json Whether people read JSON. @param sizeBytes How much there is, if that is known. */
  constructor(io: CliIo, json: boolean, sizeBytes: number | undefined) {
    this.#io = io;
    this.#isShown = !json && Deno.stderr.isTerminal();
    this.#sizeBytes = sizeBytes;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts what goes through. */
  counted(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    return new TransformStream({
      transform: (piece, controller) => {
        this.#bytes += piece.length;
        controller.enqueue(piece);
        this.#show();
      },
    });
  }

  /** Removes the line. */
  end(): void {
    if (this.#width > 0) this.#io.err(`\r${" ".repeat(this.#width)}\r`);
    this.#width = 0;
  }

  #show(): void {
    const nowMs = performance.now();
    if (!this.#isShown || nowMs < this.#shownAtMs + GAP_MS) return;
    this.#shownAtMs = nowMs;
    const of = this.#sizeBytes === undefined ? "" : ` of ${mebibytes(this.#sizeBytes)}`;
    const line = `${mebibytes(this.#bytes)}${of}`;
    this.#io.err(`\r${line.padEnd(this.#width)}`);
    this.#width = Math.max(this.#width, line.length);
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}
