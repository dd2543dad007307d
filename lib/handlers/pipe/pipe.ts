/**
 * Any program in any language as a handler: records as JSON lines on its standard input, verbs as JSON
 * lines on its standard output.
 *
 * The README has the protocol and programs that speak it. The verbs are `PIPE_VERBS`, `accept` and
 * `refuse`.
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
import { Calls } from "./calls.ts";
import { Channel, type Program } from "./channel.ts";

/** The sender of answers, which no source has as its number. */
const ANSWERS = 0;

/** A request that waits for its answer. */
interface Request {
  readonly number: number;
  readonly source: Source | ListenSource;
  /** The line that asks. */
  readonly line: string;
  readonly answered: () => void;
}

/** Carries records to a program and its calls back. When it has ended, another may take its place. */
export class Pipe {
  readonly #log: Logger;
  #channel: Channel;
  readonly #sources = new Map<number, Source | ListenSource>();
  /** The records that tell another program which sources there are. */
  readonly #introductions = new Map<number, Status>();
  /** Clients whose own requests the program answers. */
  readonly #asking = new Set<number>();
  readonly #requests = new Map<number, Request>();
  #lastRequest = 0;
  #hasEnded = false;
  /** Whether the program has written a line that is no call; only the first is logged. */
  #hasBadLine = false;

  /**
   * Begins to carry.
   *
   * @param program A running program.
   * @param log Takes what goes wrong.
   */
  constructor(program: Program, log: Logger) {
    this.#log = log;
    this.#channel = this.#open(program);
  }

  /** Settles when the program gives no more calls. */
  get outputEnded(): Promise<void> {
    return this.#channel.outputEnded;
  }

  /** Whether the program has written anything. */
  get hasOutput(): boolean {
    return this.#channel.hasOutput;
  }

  /** Takes what happens to the listener and, once they are accepted, to its clients. */
  readonly handler: ListenHandler = (source, status) => this.#take(source, status);

  /** Everything is to end: requests that wait are refused, no client is held up any more. */
  hurry(): void {
    for (const request of [...this.#requests.values()]) request.answered();
    this.#channel.hurry();
  }

  /** The program has ended for good: requests that wait are refused, records are thrown away. */
  end(): void {
    this.#hasEnded = true;
    this.hurry();
    this.#channel.end();
  }

  /** The program has ended, another will follow: requests wait for it, records are thrown away. */
  suspend(): void {
    this.#channel.end();
  }

  /**
   * Goes on with another program. It is told which sources there are, by the records that introduced
   * them with `resumed` added, and is asked what has not been answered.
   *
   * @param program A running program.
   */
  resume(program: Program): void {
    this.#channel = this.#open(program);
    for (const [id, record] of this.#introductions) {
      const resumed = { ...record, resumed: true };
      void this.#channel.put(id, describeJson(new Date(), id, resumed));
    }
    for (const { source, line } of this.#requests.values()) void this.#channel.put(source.id, line);
  }

  /** Ends the program's input when it has all, and waits until both directions have ended. */
  async close(): Promise<void> {
    await this.#channel.close();
  }

  #open(program: Program): Channel {
    const calls: Calls = new Calls({
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
      this.#introductions.delete(source.id);
      this.#asking.delete(source.id);
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

  /** A program that does not read its answers is found in the log. */
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
        const result = perform(source, call);
        if (isSource(result)) this.#sources.set(result.id, result);
        return resultJson(result);
      }
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
