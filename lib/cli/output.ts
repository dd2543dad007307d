/**
 * Writes to the standard streams asynchronously, so that a reader that is slow or does not read at all
 * never blocks the process.
 *
 * @module
 */

import {
  OUTPUT_GATHER_MS,
  OUTPUT_PIECE_BYTES,
  OUTPUT_REPORT_MS,
  OUTPUT_RETRY_MS,
  OUTPUT_STUCK_MS,
} from "../limits.ts";
import { messageOf } from "../errors.ts";
import type { LineQueueLimits } from "./line_queue.ts";
import { LineQueue } from "./line_queue.ts";

const NEWLINE = 10;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A standard stream. Writes borrow the bytes and return how many were written. */
export interface OutputStream {
  write(bytes: Uint8Array): Promise<number>;
  writeSync(bytes: Uint8Array): number;
}

interface OutputEvents {
  /** The reader has closed the stream. */
  gone?(): void;
  /** A write failed and its lines are lost. Called once, until writing works again. */
  failed?(detail: string): void;
  /** Writing works again; `lines` were lost before. */
  lost?(lines: number): void;
}

/**
 * Writes lines to a standard stream; those that come within {@linkcode OUTPUT_GATHER_MS} go out together.
 *
 * | reader | what happens |
 * |---|---|
 * | slow | senders with much in the queue have to wait; beyond the total bound lines are dropped and counted |
 * | gone (EPIPE) | all text is discarded from then on |
 * | full (ENOSPC, EIO and others) | what could not be written is dropped and counted; later lines are tried |
 * | not ready (EAGAIN) | the write is repeated a little later |
 */
export class OutputWriter {
  readonly #stream: OutputStream;
  readonly #queue: LineQueue;
  readonly #pieceBytes: number;
  #running: Promise<void> | undefined;
  /** Ends the wait for further lines. */
  #stopGathering: (() => void) | undefined;
  #isGone = false;
  #hasFailed = false;
  /** Whether the last write ended within a line. */
  #isCut = false;
  #isWriting = false;
  #isStuck = false;
  #failureReportMs = -Infinity;
  #lossReportMs = -Infinity;

  events: OutputEvents = {};

  /**
   * @param stream Nothing else may write to it.
   * @param pieceBytes The most that one write may give it.
   */
  constructor(stream: OutputStream, limits: LineQueueLimits, pieceBytes = OUTPUT_PIECE_BYTES) {
    this.#stream = stream;
    this.#queue = new LineQueue(limits);
    this.#pieceBytes = pieceBytes;
  }

  /** Whether the reader has closed the stream. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whether the last write failed, other than with EPIPE. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /**
   * @param text Whole lines.
   * @param sender The number to which bounds apply; text without a sender is not bounded.
   * @returns Settles when the sender may write more; `undefined` when it may at once.
   */
  write(text: string, sender?: number): Promise<void> | undefined {
    if (this.#isGone) return undefined;
    const wait = this.#queue.put(text, sender);
    if (!this.#queue.isEmpty) this.#running ??= this.#run();
    if (this.#queue.units >= OUTPUT_PIECE_BYTES) this.#stopGathering?.();
    return wait;
  }

  /** See {@linkcode LineQueue.endBackpressure}. */
  endBackpressure(): void {
    this.#queue.endBackpressure();
  }

  /** Whether a write has been waiting for the reader for some time. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /** Settles when everything is written; never, while the reader does not read. */
  async flushed(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Writes the queue at the end of the process, blocking, unless the reader is stuck. */
  flushSync(): void {
    if (this.#isStuck) return;
    // A write that a thread has begun must come first.
    if (this.#isWriting) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OUTPUT_RETRY_MS);
    }
    try {
      for (let text = this.#queue.take(); text !== undefined; text = this.#queue.take()) {
        const bytes = encoder.encode(text);
        for (let at = 0; at < bytes.length;) at += this.#stream.writeSync(bytes.subarray(at));
      }
    } catch {
      // The process ends; the error cannot be reported.
    }
  }

  async #run(): Promise<void> {
    while (!this.#queue.isEmpty) {
      await this.#gather();
      const text = this.#queue.take();
      if (text !== undefined) await this.#writeAll(text);
    }
    this.#running = undefined;
  }

  /** Waits a little for further lines, unless enough for a write is there. */
  async #gather(): Promise<void> {
    if (this.#queue.units >= OUTPUT_PIECE_BYTES) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, OUTPUT_GATHER_MS);
    this.#stopGathering = resolve;
    await promise;
    this.#stopGathering = undefined;
    clearTimeout(timer);
  }

  async #writeAll(text: string): Promise<void> {
    const bytes = encoder.encode(this.#isCut ? `\n${text}` : text);
    let at = 0;
    while (at < bytes.length) {
      try {
        at += await this.#writePiece(bytes.subarray(at, pieceEnd(bytes, at, this.#pieceBytes)));
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
    this.#reportLoss();
  }

  async #writePiece(piece: Uint8Array): Promise<number> {
    // A timer and not the clock: other code may have blocked the event loop, which let no write end.
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
    this.#queue.drop(unwritten);
    const isReported = this.#hasFailed ||
      performance.now() - this.#failureReportMs < OUTPUT_REPORT_MS;
    this.#hasFailed = true;
    if (isReported) return;
    this.#failureReportMs = performance.now();
    this.events.failed?.(messageOf(error));
  }

  #reportLoss(): void {
    if (performance.now() - this.#lossReportMs < OUTPUT_REPORT_MS) return;
    const lines = this.#queue.takeDropped();
    if (lines === 0) return;
    this.#lossReportMs = performance.now();
    this.events.lost?.(lines);
  }
}

/**
 * Where the next write ends. A pipe takes up to PIPE_BUF bytes as a whole or not at all (EAGAIN). Of
 * more it may take a part before EAGAIN, and Deno does not report how much.
 */
function pieceEnd(bytes: Uint8Array, from: number, most: number): number {
  const end = from + most;
  if (end >= bytes.length) return bytes.length;
  const lineEnd = bytes.lastIndexOf(NEWLINE, end - 1) + 1;
  return lineEnd > from ? lineEnd : end;
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset;
}
