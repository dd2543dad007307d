/**
 * Content of a transfer that comes while it is sent.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";

/** Content of a known length that is fed in pieces, in order. */
export class FedContent {
  /** Bytes in all. */
  readonly length: number;
  readonly #pieces: Uint8Array[] = [];
  #fedBytes = 0;
  #waitingBytes = 0;
  /** Called when there is more to send. */
  onFed: (() => void) | undefined;
  /** Called when some of it was sent. */
  onTaken: (() => void) | undefined;

  /** @param length Bytes in all, at least 1. */
  constructor(length: number) {
    this.length = length;
  }

  /** Bytes that were fed. */
  get fedBytes(): number {
    return this.#fedBytes;
  }

  /** Bytes that were fed and not sent. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * Adds the next piece.
   *
   * @param piece Kept, not copied.
   * @throws {ApiMisuseError} `bad-argument` for more than {@linkcode length}; nothing is added then.
   */
  feed(piece: Uint8Array): void {
    if (piece.length === 0) return;
    if (this.#fedBytes + piece.length > this.length) {
      throw new ApiMisuseError(
        "bad-argument",
        `the content has more than the ${this.length} bytes that were announced`,
      );
    }
    this.#fedBytes += piece.length;
    this.#waitingBytes += piece.length;
    this.#pieces.push(piece);
    this.onFed?.();
  }

  /** Takes the next `count` bytes; `undefined` while they have not been fed. */
  take(count: number): Uint8Array | undefined {
    if (this.#waitingBytes < count) return undefined;
    const taken = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const piece = this.#pieces.shift()!;
      const part = piece.subarray(0, count - at);
      taken.set(part, at);
      at += part.length;
      if (part.length < piece.length) this.#pieces.unshift(piece.subarray(part.length));
    }
    this.#waitingBytes -= count;
    this.onTaken?.();
    return taken;
  }

  /** Discards what waits; the transfer has ended. */
  clear(): void {
    this.#pieces.length = 0;
    this.#waitingBytes = 0;
    this.onTaken?.();
  }
}
