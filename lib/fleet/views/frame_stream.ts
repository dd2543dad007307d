/**
 * The frames of one view on an exchange, in both directions.
 *
 * @module
 */

import { ControlError } from "../../errors.ts";
import type { Exchange } from "../control/exchange.ts";
import { encodeFrame, type EndFrame, type Frame, FrameReader } from "./frames.ts";

/** Sending never waits: what the other end has not taken yet is kept, and bounded. */
export class FrameStream {
  readonly #exchange: Exchange;
  readonly #mostWaiting: number;
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #waitingBytes = 0;
  /** Nothing is written before the start. */
  #isWriting = true;
  #isEnding = false;

  /** @param mostWaiting Bytes that may wait for the other end; with more, the exchange ends. */
  constructor(exchange: Exchange, mostWaiting: number) {
    this.#exchange = exchange;
    this.#mostWaiting = mostWaiting;
  }

  /** Begins to write, behind the heads of the exchange. */
  start(): void {
    void this.#write();
  }

  send(frame: Frame): void {
    if (this.#isEnding) return;
    this.#isEnding = frame.kind === "ended";
    const bytes = encodeFrame(frame);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > this.#mostWaiting) {
      this.#isEnding = true;
      const text =
        `more than ${this.#mostWaiting} bytes of a view wait to be sent, which is the most`;
      return this.#exchange.abort(new ControlError("busy", text));
    }
    this.#waiting.push(bytes);
    if (!this.#isWriting) void this.#write();
  }

  /**
   * Takes what the other end sends.
   *
   * @param maxLength The longest message, in bytes.
   * @returns The frame that ends the view; `undefined` when the other end has just closed it.
   * @throws {A12Error} When the other end cannot be reached, or sends what is no frame.
   */
  async receive(
    maxLength: number,
    take: (message: string | Uint8Array<ArrayBuffer>) => void,
  ): Promise<EndFrame | undefined> {
    const reader = new FrameReader(maxLength);
    for await (const part of this.#exchange.readable) {
      reader.push(part);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
        if (frame.kind === "ended") return frame;
        take(frame.message);
      }
    }
    return undefined;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      for (let bytes = this.#waiting.shift(); bytes !== undefined; bytes = this.#waiting.shift()) {
        await this.#exchange.write(bytes);
        this.#waitingBytes -= bytes.length;
      }
      this.#isWriting = false;
      if (this.#isEnding) await this.#exchange.end();
    } catch {
      // The reader is told why the exchange has failed.
      this.#isEnding = true;
      this.#waiting = [];
    }
  }
}
