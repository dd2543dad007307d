/**
 * Any program in any language as a handler: records as JSON lines on its standard input, verbs as JSON
 * lines on its standard output.
 *
 * The README has the protocol and programs that speak it. The verbs are `PIPE_VERBS`, `accept` and
 * `refuse`.
 *
 * @module
 */

import { A12Error, ApiMisuseError } from "../../errors.ts";
import { PIPE_ANSWER_TIMEOUT_MS, PIPE_LINE_BYTES, PIPE_QUEUE_BYTES } from "../../limits.ts";
import { escapeControls, type Logger } from "../../log.ts";
import type { ListenHandler, ListenSource } from "../../net/listen_types.ts";
import type { Source } from "../../segment/source.ts";
import type { IoTable, Status } from "../../segment/status.ts";
import { describeJson } from "../describe.ts";
import type { Call } from "./call.ts";
import { parseCall, perform } from "./call.ts";
import { LineSplitter } from "./line_splitter.ts";
import { Mailbox } from "./mailbox.ts";

/** The part of a child process that a pipe needs. */
export interface Program {
  /** Takes records and answers. */
  readonly stdin: WritableStream<Uint8Array>;
  /** Gives calls. */
  readonly stdout: ReadableStream<Uint8Array>;
}

/** The sender of answers, which no source has as its number. */
const ANSWERS = 0;

/** A request that waits for its answer. */
interface Request {
  readonly number: number;
  readonly source: Source | ListenSource;
  readonly answered: () => void;
}

/** Carries records to one program and its calls back. */
export class Pipe {
  readonly #log: Logger;
  readonly #mailbox = new Mailbox(PIPE_QUEUE_BYTES);
  readonly #sources = new Map<number, Source | ListenSource>();
  /** Clients whose own requests the program answers. */
  readonly #asking = new Set<number>();
  readonly #requests = new Map<number, Request>();
  #lastRequest = 0;
  #hasEnded = false;
  /** Whether the program has written a line that is no call; only the first is logged. */
  #hasBadLine = false;
  readonly #written: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  /** Settles when the program gives no more calls. */
  readonly outputEnded: Promise<void>;

  /**
   * Begins to carry.
   *
   * @param program A running program.
   * @param log Takes what goes wrong.
   */
  constructor(program: Program, log: Logger) {
    this.#log = log;
    this.#reader = program.stdout.getReader();
    this.#written = this.#write(program.stdin.getWriter());
    this.outputEnded = this.#read();
  }

  /** Takes what happens to the listener and, once they are accepted, to its clients. */
  readonly handler: ListenHandler = (source, status) => this.#take(source, status);

  /** Everything is to end: requests that wait are refused, no client is held up any more. */
  hurry(): void {
    for (const request of [...this.#requests.values()]) request.answered();
    this.#mailbox.hurry();
  }

  /** The program has ended: requests that wait are refused, records are thrown away. */
  end(): void {
    this.#hasEnded = true;
    this.hurry();
    this.#mailbox.clear();
    void this.#reader.cancel().catch(() => {});
  }

  /** Ends the program's input when it has all, and waits until both directions have ended. */
  async close(): Promise<void> {
    this.#mailbox.close();
    await this.#written;
    await this.outputEnded;
  }

  #take(
    source: Source | ListenSource,
    status: Status,
    input?: IoTable,
  ): void | Promise<void> {
    if (this.#hasEnded) return;
    // A listener in the moment of a request is another object; that belongs to the request.
    if (!this.#sources.has(source.id)) this.#sources.set(source.id, source);
    const record = { role: source.role, ...status };
    if (status.kind === "segment_request") {
      // One that nobody thinks of must not hold its client up until the time is over.
      if (source.role === "listener" || this.#asking.has(source.id)) {
        return this.#ask(source, record, status);
      }
    } else if (status.kind === "terminated") {
      this.#sources.delete(source.id);
      this.#asking.delete(source.id);
    }
    return this.#mailbox.put(source.id, describeJson(new Date(), source.id, record, input));
  }

  async #ask(source: Source | ListenSource, record: Status, status: Status): Promise<void> {
    const number = ++this.#lastRequest;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#log.log("warn", "pipe-no-answer", {
        source: source.id,
        request: number,
        kind: status.kind,
      });
      resolve();
    }, PIPE_ANSWER_TIMEOUT_MS);
    this.#requests.set(number, { number, source, answered: resolve });
    const asked = {
      ...record,
      request: number,
      ...(source.role === "listener" ? { peer: source.peer } : {}),
    };
    try {
      void this.#mailbox.put(source.id, describeJson(new Date(), source.id, asked));
      await promise;
    } finally {
      clearTimeout(timer);
      this.#requests.delete(number);
    }
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
        for (const line of splitter.push(piece.value)) {
          const pending = this.#call(line);
          if (pending !== undefined) await pending;
        }
      }
      const rest = splitter.end();
      if (rest !== undefined) await this.#call(rest);
    } catch {
      // It was ended while it wrote.
    }
  }

  /** Does what a line asks for. @returns When the next one may be read. */
  #call(line: string | undefined): Promise<void> | undefined {
    if (line?.trim() === "") return undefined;
    let call: Call | undefined;
    try {
      if (line === undefined) {
        throw new ApiMisuseError("bad-argument", `the line is over ${PIPE_LINE_BYTES} bytes`);
      }
      call = parseCall(line);
      const result = this.#perform(call);
      return call.id === undefined ? undefined : this.#answer({ id: call.id, result });
    } catch (error) {
      const code = error instanceof A12Error ? error.code : "bad-argument";
      const text = error instanceof Error ? error.message : String(error);
      if (call === undefined) this.#logBadLine(text);
      return this.#answer({ id: call?.id, error: text, code });
    }
  }

  /** A program that does not read its answers is found in the log. */
  #logBadLine(detail: string): void {
    if (this.#hasBadLine) return;
    this.#hasBadLine = true;
    this.#log.log("warn", "pipe-bad-line", { detail });
  }

  #answer(answer: object): Promise<void> | undefined {
    return this.#mailbox.put(ANSWERS, escapeControls(JSON.stringify(answer)));
  }

  #perform(call: Call): unknown {
    const source = this.#sources.get(call.source);
    if (source === undefined) {
      throw new ApiMisuseError("wrong-state", `there is no source ${call.source}`);
    }
    switch (call.verb) {
      case "accept":
      case "acceptTarget":
        return this.#accept(call);
      case "refuse":
        this.#requestOf(call).answered();
        return true;
      default:
        return perform(source, call);
    }
  }

  #accept(call: Call): number | undefined {
    const request = this.#requestOf(call);
    const { source } = request;
    const handler = (client: Source, status: Status, input?: IoTable) =>
      this.#take(client, status, input);
    try {
      const accept = source.acceptTarget.bind(source) as (...args: unknown[]) => Source | undefined;
      const accepted = accept(...call.args.slice(0, 2), handler);
      if (accepted !== undefined) this.#sources.set(accepted.id, accepted);
      if (accepted !== undefined && call.subsegments) this.#asking.add(accepted.id);
      return accepted?.id;
    } finally {
      request.answered();
    }
  }

  #requestOf({ source, request: number }: Call): Request {
    for (const request of this.#requests.values()) {
      if (request.source.id !== source) continue;
      if (number === undefined || number === request.number) {
        this.#requests.delete(request.number);
        return request;
      }
    }
    throw new ApiMisuseError("wrong-state", `source ${source} has no such request`);
  }
}
