/**
 * The streams of the process.
 *
 * Writes are asynchronous: a reader that is slow, or does not read at all, never stops the process.
 *
 * @module
 */

import {
  OUTPUT_PIECE_BYTES,
  OUTPUT_REPORT_MS,
  OUTPUT_RETRY_MS,
  OUTPUT_STUCK_MS,
} from "../limits.ts";
import type { LineQueueLimits } from "./line_queue.ts";
import { LineQueue } from "./line_queue.ts";

const NEWLINE = 10;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A stream of the process. */
export interface OutputStream {
  /** Writes bytes. @param bytes Borrowed until it settles. @returns How many were written. */
  write(bytes: Uint8Array): Promise<number>;
  /** The same, blocking. @param bytes Borrowed. @returns How many were written. */
  writeSync(bytes: Uint8Array): number;
}

/** What becomes of a stream. */
export interface OutputEvents {
  /** Nobody will read it any more. */
  gone?(): void;
  /** A write failed and its lines are lost. Told once, until writing works again. @param detail Why. */
  failed?(detail: string): void;
  /** Writing works, and so many lines were lost before. @param lines How many. */
  lost?(lines: number): void;
}

/**
 * Writes lines to a stream of the process, those of one turn together.
 *
 * | reader | what happens |
 * |---|---|
 * | slow | senders with much waiting are asked to wait; beyond the total bound lines are lost and counted |
 * | gone (EPIPE) | text is thrown away from then on |
 * | full (ENOSPC, EIO and others) | what could not be written is lost and counted; the next lines are tried |
 * | not ready (EAGAIN) | the write is tried again a little later |
 */
export class OutputWriter {
  readonly #stream: OutputStream;
  readonly #queue: LineQueue;
  #running: Promise<void> | undefined;
  #isGone = false;
  #hasFailed = false;
  /** Whether the last line that was written lacks its end. */
  #isCut = false;
  #isWriting = false;
  #isStuck = false;
  #failureToldMs = -Infinity;
  #lossToldMs = -Infinity;

  /** Is told what becomes of the stream. */
  events: OutputEvents = {};

  /**
   * @param stream The stream; nothing else should write to it.
   * @param limits What may wait.
   */
  constructor(stream: OutputStream, limits: LineQueueLimits) {
    this.#stream = stream;
    this.#queue = new LineQueue(limits);
  }

  /** Whether the last write failed, other than by a reader that has gone. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /**
   * Writes text soon.
   *
   * @param text One or more whole lines.
   * @param sender Its number, for the bounds; text without a sender is bounded by nothing.
   * @returns Settles when the sender may go on; `undefined` when it may at once.
   */
  write(text: string, sender?: number): Promise<void> | undefined {
    if (this.#isGone) return undefined;
    const wait = this.#queue.put(text, sender);
    if (!this.#queue.isEmpty) this.#running ??= this.#run();
    return wait;
  }

  /** Makes no sender wait any more; lines beyond the total bound are still lost. */
  hurry(): void {
    this.#queue.hurry();
  }

  /** Whether a write waits for a reader that does not keep up. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Whether nothing waits to be written. */
  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /** Settles when nothing waits; never, while the reader does not read. */
  async flushed(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Writes what waits at the end of the process, unless the reader does not keep up. */
  flushSync(): void {
    if (this.#isStuck) return;
    // The write that is under way in a thread gets the time to come first.
    if (this.#isWriting) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OUTPUT_RETRY_MS);
    }
    try {
      for (let text = this.#queue.take(); text !== undefined; text = this.#queue.take()) {
        const bytes = encoder.encode(text);
        for (let at = 0; at < bytes.length;) at += this.#stream.writeSync(bytes.subarray(at));
      }
    } catch {
      // The process ends; there is no other place for it.
    }
  }

  async #run(): Promise<void> {
    // Lets the lines of one turn go out in one write.
    await Promise.resolve();
    for (let text = this.#queue.take(); text !== undefined; text = this.#queue.take()) {
      await this.#writeAll(text);
    }
    this.#running = undefined;
  }

  async #writeAll(text: string): Promise<void> {
    const bytes = encoder.encode(this.#isCut ? `\n${text}` : text);
    let at = 0;
    while (at < bytes.length) {
      try {
        at += await this.#writePiece(bytes.subarray(at, pieceEnd(bytes, at)));
      } catch (error) {
        if (error instanceof Deno.errors.Interrupted) continue;
        if (error instanceof Deno.errors.WouldBlock) {
          await new Promise((resolve) => setTimeout(resolve, OUTPUT_RETRY_MS));
          continue;
        }
        if (at === 0) return this.#fail(error, text);
        this.#isCut = bytes[at - 1] !== NEWLINE;
        return this.#fail(error, decoder.decode(bytes.subarray(at)));
      }
    }
    this.#isCut = false;
    this.#hasFailed = false;
    this.#tellLoss();
  }

  async #writePiece(piece: Uint8Array): Promise<number> {
    // A timer, as the time alone may have been spent by other code that gave no write a chance to end.
    const timer = setTimeout(() => this.#isStuck = true, OUTPUT_STUCK_MS);
    this.#isWriting = true;
    try {
      return await this.#stream.write(piece);
    } finally {
      clearTimeout(timer);
      this.#isWriting = false;
      this.#isStuck = false;
    }
  }

  #fail(error: unknown, unwritten: string): void {
    if (isGone(error)) {
      this.#isGone = true;
      this.#queue.clear();
      this.events.gone?.();
      return;
    }
    this.#queue.lose(unwritten);
    const wasTold = this.#hasFailed || performance.now() - this.#failureToldMs < OUTPUT_REPORT_MS;
    this.#hasFailed = true;
    if (wasTold) return;
    this.#failureToldMs = performance.now();
    this.events.failed?.(error instanceof Error ? error.message : String(error));
  }

  #tellLoss(): void {
    if (performance.now() - this.#lossToldMs < OUTPUT_REPORT_MS) return;
    const lines = this.#queue.takeLost();
    if (lines === 0) return;
    this.#lossToldMs = performance.now();
    this.events.lost?.(lines);
  }
}

/**
 * Where the next write ends. A pipe takes so little as a whole or, with EAGAIN, not at all. Of more it
 * may take a part before EAGAIN, and Deno's standard output does not tell how much.
 */
function pieceEnd(bytes: Uint8Array, from: number): number {
  const end = from + OUTPUT_PIECE_BYTES;
  if (end >= bytes.length) return bytes.length;
  const lineEnd = bytes.lastIndexOf(NEWLINE, end - 1) + 1;
  return lineEnd > from ? lineEnd : end;
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset;
}
