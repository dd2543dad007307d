/**
 * A program in any language as a handler: it gets records as JSON lines on its standard input, and
 * calls verbs by JSON lines on its standard output. The front README has the protocol and examples.
 *
 * @module
 */

import { ApiMisuseError } from "../../errors.ts";
import { PIPE_ANSWER_TIMEOUT_MS } from "../../limits.ts";
import type { Logger } from "../../log.ts";
import type { ListenHandler, ListenSource } from "../../net/listen_types.ts";
import type { Source } from "../../segment/source.ts";
import type { IoTable, Status } from "../../segment/status.ts";
import { describeJson } from "../describe.ts";
import type { Call } from "./call.ts";
import { isSource, perform, resultJson } from "./call.ts";
import { CallQueue } from "./call_queue.ts";
import { Channel, type Program } from "./channel.ts";

/** The number of answers as a sender; sources have other numbers. */
const ANSWERS = 0;

/** Calls a verb, and returns what it returns or a promise of that. */
export type Perform = (source: Source | ListenSource, call: Call) => unknown;

/** A `segment_request` that waits for the program's answer. */
interface Request {
  readonly number: number;
  readonly source: Source | ListenSource;
  /** The record as it was sent. */
  readonly line: string;
  readonly answered: () => void;
}

/** Connects handlers with a program, and with the next one when it is restarted. */
export class Pipe {
  readonly #log: Logger;
  readonly #call: Perform;
  #channel: Channel;
  readonly #sources = new Map<number, Source | ListenSource>();
  /** The first record of each source, by which the next program learns of it. */
  readonly #introductions = new Map<number, Status>();
  /** Clients whose requests for subsegments go to the program. */
  readonly #withSubsegments = new Set<number>();
  readonly #requests = new Map<number, Request>();
  #lastRequest = 0;
  #hasEnded = false;
  /** Whether a line that is no call was logged already. */
  #hasBadLine = false;

  /**
   * Begins to read calls.
   *
   * @param log Gets requests without an answer and the first line that is no call.
   * @param call Calls a verb; of sources in other threads, if need be.
   */
  constructor(program: Program, log: Logger, call: Perform = perform) {
    this.#log = log;
    this.#call = call;
    this.#channel = this.#open(program);
  }

  /** Settles when the program's output has ended. */
  get outputEnded(): Promise<void> {
    return this.#channel.outputEnded;
  }

  /** Whether the program has written anything. */
  get hasOutput(): boolean {
    return this.#channel.hasOutput;
  }

  /** The handler of the listener; accepted clients get a handler of the pipe as well. */
  readonly handler: ListenHandler = (source, status) => this.#take(source, status);

  /** Refuses requests that wait and makes no client wait any more; the listener is closing. */
  release(): void {
    for (const request of [...this.#requests.values()]) request.answered();
    this.#channel.release();
  }

  /** Refuses requests that wait and drops all records; the program has ended for good. */
  end(): void {
    this.#hasEnded = true;
    this.release();
    this.#channel.end();
  }

  /** Drops records until `resume`, for which requests wait; the program has ended. */
  suspend(): void {
    this.#channel.end();
  }

  /**
   * Continues with another program. It gets the first record of each source, with `resumed` added, and
   * the requests that wait.
   */
  resume(program: Program): void {
    this.#channel = this.#open(program);
    for (const [id, record] of this.#introductions) {
      const resumed = { ...record, resumed: true };
      void this.#channel.put(id, describeJson(new Date(), id, resumed));
    }
    for (const { source, line } of this.#requests.values()) void this.#channel.put(source.id, line);
  }

  /** Ends the program's input after the lines that wait, and waits for the end of its output. */
  async close(): Promise<void> {
    await this.#channel.close();
  }

  #open(program: Program): Channel {
    const calls: CallQueue = new CallQueue({
      perform: (call) => this.#perform(call),
      answer: (line) => channel.put(ANSWERS, line),
      onBadLine: (detail) => this.#logBadLine(detail),
    });
    const channel: Channel = new Channel(program, calls);
    return channel;
  }

  #take(
    source: Source | ListenSource,
    status: Status,
    input?: IoTable,
  ): void | Promise<void> {
    if (this.#hasEnded) return;
    // Each request has a listener object of its own; verbs are called on the first one.
    if (!this.#sources.has(source.id)) this.#sources.set(source.id, source);
    const record = { role: source.role, ...status };
    if (status.kind === "segment_request") {
      // A request that the program does not expect must not delay its client until the timeout.
      if (source.role === "listener" || this.#withSubsegments.has(source.id)) {
        return this.#ask(source, record, status);
      }
    } else if (status.kind === "terminated") {
      this.#sources.delete(source.id);
      this.#introductions.delete(source.id);
      this.#withSubsegments.delete(source.id);
    } else if (status.kind === (source.role === "listener" ? "preroll" : "registered")) {
      this.#introductions.set(source.id, record);
    }
    return this.#channel.put(source.id, describeJson(new Date(), source.id, record, input));
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
    const asked = {
      ...record,
      request: number,
      ...(source.role === "listener" ? { peer: source.peer } : {}),
    };
    const line = describeJson(new Date(), source.id, asked);
    this.#requests.set(number, { number, source, line, answered: resolve });
    try {
      void this.#channel.put(source.id, line);
      await promise;
    } finally {
      clearTimeout(timer);
      this.#requests.delete(number);
    }
  }

  /** A program that does not read its answers gives no other sign of what is wrong. */
  #logBadLine(detail: string): void {
    if (this.#hasBadLine) return;
    this.#hasBadLine = true;
    this.#log.log("warn", "pipe-bad-line", { detail });
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
      default: {
        const result = this.#call(source, call);
        return result instanceof Promise
          ? result.then((result) => this.#note(result))
          : this.#note(result);
      }
    }
  }

  /** @returns The result of a verb for JSON. */
  #note(result: unknown): unknown {
    if (isSource(result)) this.#sources.set(result.id, result);
    return resultJson(result);
  }

  #accept(call: Call): number | undefined | Promise<number> {
    const request = this.#requestOf(call);
    const { source } = request;
    const handler = (client: Source, status: Status, input?: IoTable) =>
      this.#take(client, status, input);
    try {
      const accept = source.acceptTarget.bind(source) as (
        ...args: unknown[]
      ) => Source | undefined | Promise<Source>;
      const accepted = accept(...call.args.slice(0, 2), handler);
      if (accepted instanceof Promise) {
        return accepted.then((source) => this.#accepted(source, call));
      }
      return accepted && this.#accepted(accepted, call);
    } finally {
      request.answered();
    }
  }

  #accepted(source: Source, { subsegments }: Call): number {
    this.#sources.set(source.id, source);
    if (subsegments) this.#withSubsegments.add(source.id);
    return source.id;
  }

  #requestOf({ source, request: number }: Call): Request {
    for (const request of this.#requests.values()) {
      if (request.source.id !== source) continue;
      if (number === undefined || number === request.number) {
        this.#requests.delete(request.number);
        return request;
      }
    }
    const which = number === undefined ? "request" : `request ${number}`;
    throw new ApiMisuseError("wrong-state", `source ${source} has no ${which} that waits`);
  }
}
