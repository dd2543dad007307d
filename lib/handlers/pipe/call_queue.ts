/**
 * Does the calls of one program and answers them. When many wait for one client, or a client's own
 * queue is full, the program is not read until there is room again.
 *
 * @module
 */

import { A12Error, ApiMisuseError, messageOf } from "../../errors.ts";
import { PIPE_LINE_BYTES, PIPE_WAITING_CALLS } from "../../limits.ts";
import { escapeControls } from "../../log.ts";
import type { Call } from "./call.ts";
import { parseCall } from "./call.ts";

interface CallActions {
  /** Does a call. Returns a result for JSON, or a promise of it. */
  readonly perform: (call: Call) => unknown;
  /** Sends an answer. Returns when the next one may follow; `undefined` for at once. */
  readonly answer: (line: string) => Promise<void> | undefined;
  readonly onBadLine: (detail: string) => void;
}

export class CallQueue {
  readonly #actions: CallActions;
  /** Calls that wait for their turn, by the number of their source. */
  readonly #waiting = new Map<number, Set<Promise<void>>>();
  readonly #released = Promise.withResolvers<void>();
  #isReleased = false;

  constructor(actions: CallActions) {
    this.#actions = actions;
  }

  /**
   * @param line One line of the program; `undefined` for one that is too long.
   * @returns When the next line may be read; `undefined` for at once.
   */
  take(line: string | undefined): Promise<void> | undefined {
    if (line?.trim() === "") return undefined;
    let call: Call;
    try {
      if (line === undefined) {
        throw new ApiMisuseError("bad-argument", `the line is over ${PIPE_LINE_BYTES} bytes`);
      }
      call = parseCall(line);
    } catch (error) {
      this.#actions.onBadLine(messageOf(error));
      return this.#answerError(undefined, error);
    }
    return this.#do(call);
  }

  /** Lets the program be read from now on, however much waits. */
  release(): void {
    this.#isReleased = true;
    this.#released.resolve();
  }

  #do(call: Call): Promise<void> | undefined {
    const waiting = this.#isReleased ? undefined : this.#waiting.get(call.source);
    if (waiting !== undefined && waiting.size >= PIPE_WAITING_CALLS) {
      return this.#doLater(call, waiting);
    }
    try {
      const result = this.#actions.perform(call);
      if (!(result instanceof Promise)) return this.#answerResult(call, result);
      const answered = this.#answerLater(call, result);
      // The calls after a snapshot must not change what it shows.
      if (call.verb === "snapshot") return answered;
      this.#wait(call.source, answered);
      return undefined;
    } catch (error) {
      const isFull = error instanceof ApiMisuseError && error.code === "queue-full";
      if (isFull && waiting !== undefined) return this.#doLater(call, waiting);
      return this.#answerError(call, error);
    }
  }

  async #doLater(call: Call, waiting: ReadonlySet<Promise<void>>): Promise<void> {
    await Promise.race([...waiting, this.#released.promise]);
    await this.#do(call);
  }

  #wait(source: number, answered: Promise<void>): void {
    const waiting = this.#waiting.get(source) ?? new Set();
    this.#waiting.set(source, waiting.add(answered));
    void answered.then(() => {
      waiting.delete(answered);
      if (waiting.size === 0) this.#waiting.delete(source);
    });
  }

  async #answerLater(call: Call, pending: Promise<unknown>): Promise<void> {
    try {
      await this.#answerResult(call, await pending);
    } catch (error) {
      await this.#answerError(call, error);
    }
  }

  #answerResult({ id }: Call, result: unknown = null): Promise<void> | undefined {
    return id === undefined ? undefined : this.#answer({ id, result });
  }

  #answerError(call: Call | undefined, error: unknown): Promise<void> | undefined {
    const code = error instanceof A12Error ? error.code : "bad-argument";
    return this.#answer({ id: call?.id, error: messageOf(error), code });
  }

  #answer(answer: object): Promise<void> | undefined {
    return this.#actions.answer(escapeControls(JSON.stringify(answer)));
  }
}
