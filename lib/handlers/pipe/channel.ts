/**
 * The standard streams of one program: records and answers go in, calls come out, one a line.
 *
 * @module
 */

import { PIPE_LINE_BYTES, PIPE_QUEUE_BYTES } from "../../limits.ts";
import type { CallQueue } from "./call_queue.ts";
import { LineSplitter } from "./line_splitter.ts";
import { Mailbox } from "./mailbox.ts";

/** The part of a child process that a pipe needs. */
export interface Program {
  /** Gets records and answers. */
  readonly stdin: WritableStream<Uint8Array>;
  /** Has calls. */
  readonly stdout: ReadableStream<Uint8Array>;
}

export class Channel {
  readonly #mailbox = new Mailbox(PIPE_QUEUE_BYTES);
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #written: Promise<void>;
  readonly #calls: CallQueue;
  #hasOutput = false;

  /** Settles when the program's output has ended and its calls were read. */
  readonly outputEnded: Promise<void>;

  /** @param calls Gets the lines of the program. */
  constructor(program: Program, calls: CallQueue) {
    this.#reader = program.stdout.getReader();
    this.#written = this.#write(program.stdin.getWriter());
    this.#calls = calls;
    this.outputEnded = this.#read();
  }

  /** Whether the program has written anything. */
  get hasOutput(): boolean {
    return this.#hasOutput;
  }

  /**
   * Sends a line.
   *
   * @param sender A number; each sender has a queue of its own.
   * @param line Without its line feed.
   * @returns When the sender may go on; `undefined` for at once.
   */
  put(sender: number, line: string): Promise<void> | undefined {
    return this.#mailbox.put(sender, line);
  }

  /** Ends backpressure in both directions; lines beyond the limit are dropped. */
  release(): void {
    this.#mailbox.release();
    this.#calls.release();
  }

  /** Drops all lines; the program has ended. */
  end(): void {
    this.#calls.release();
    this.#mailbox.clear();
    void this.#reader.cancel().catch(() => {});
  }

  /** Ends the program's input after the lines that wait, and waits for the end of its output. */
  async close(): Promise<void> {
    this.#mailbox.close();
    await this.#written;
    await this.outputEnded;
  }

  async #write(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    try {
      for (
        let lines = await this.#mailbox.take();
        lines !== undefined;
        lines = await this.#mailbox.take()
      ) await writer.write(lines);
      await writer.close();
    } catch {
      // The program closed its input; it may still call verbs.
      this.#mailbox.clear();
    }
  }

  async #read(): Promise<void> {
    const splitter = new LineSplitter(PIPE_LINE_BYTES);
    try {
      for (
        let piece = await this.#reader.read();
        !piece.done;
        piece = await this.#reader.read()
      ) {
        this.#hasOutput = true;
        for (const line of splitter.push(piece.value)) {
          const pending = this.#calls.take(line);
          if (pending !== undefined) await pending;
        }
      }
      const rest = splitter.end();
      if (rest !== undefined) await this.#calls.take(rest);
    } catch {
      // The program was killed while it wrote.
    }
  }
}
