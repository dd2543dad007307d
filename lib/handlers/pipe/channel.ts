/**
 * The streams of one program: records and answers go in, calls come out, a line each.
 *
 * @module
 */

import { PIPE_LINE_BYTES, PIPE_QUEUE_BYTES } from "../../limits.ts";
import type { Calls } from "./calls.ts";
import { LineSplitter } from "./line_splitter.ts";
import { Mailbox } from "./mailbox.ts";

/** The part of a child process that a pipe needs. */
export interface Program {
  /** Takes records and answers. */
  readonly stdin: WritableStream<Uint8Array>;
  /** Gives calls. */
  readonly stdout: ReadableStream<Uint8Array>;
}

/** Carries lines to one program and back. */
export class Channel {
  readonly #mailbox = new Mailbox(PIPE_QUEUE_BYTES);
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #written: Promise<void>;
  readonly #calls: Pick<Calls, "take" | "hurry">;
  #hasOutput = false;

  /** Settles when the program gives no more lines. */
  readonly outputEnded: Promise<void>;

  /**
   * Begins to carry.
   *
   * @param program A running program.
   * @param calls Takes the lines of the program.
   */
  constructor(program: Program, calls: Pick<Calls, "take" | "hurry">) {
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
   * @param sender The number of its sender, each of which has a queue of its own.
   * @param line A line without its line feed.
   * @returns When the sender may go on; `undefined` when it may at once.
   */
  put(sender: number, line: string): Promise<void> | undefined {
    return this.#mailbox.put(sender, line);
  }

  /**
   * Holds up neither senders nor the program any more; what is beyond the bound is thrown away
   * instead.
   */
  hurry(): void {
    this.#mailbox.hurry();
    this.#calls.hurry();
  }

  /** The program has ended: lines are thrown away. */
  end(): void {
    this.#calls.hurry();
    this.#mailbox.clear();
    void this.#reader.cancel().catch(() => {});
  }

  /** Ends the program's input when it has all, and waits until both directions have ended. */
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
      // The program does not want to know more; it may still call verbs.
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
      // It was ended while it wrote.
    }
  }
}
