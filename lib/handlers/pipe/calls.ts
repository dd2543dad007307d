/**
 * The calls of one program: each is done and answered, and those that wait hold the program up.
 *
 * @module
 */

import { A12Error, ApiMisuseError } from "../../errors.ts";
import { PIPE_LINE_BYTES, PIPE_WAITING_CALLS } from "../../limits.ts";
import { escapeControls } from "../../log.ts";
import type { Call } from "./call.ts";
import { parseCall } from "./call.ts";

/** What the calls of a program need. */
export interface CallsHost {
  /** Calls the verb. @returns What JSON can hold, or a promise of it. */
  readonly perform: (call: Call) => unknown;
  /** Sends an answer. @returns When the next one may follow; `undefined` when it may at once. */
  readonly answer: (line: string) => Promise<void> | undefined;
  /** Takes what is wrong with a line that is no call. */
  readonly onBadLine: (detail: string) => void;
}

/** The calls of one program. */
export class Calls {
  readonly #host: CallsHost;
  /** What waits for its turn, by the number of its source. */
  readonly #waiting = new Map<number, Set<Promise<void>>>();
  readonly #hurried = Promise.withResolvers<void>();
  #isHurried = false;

  /** @param host Does the calls and carries the answers. */
  constructor(host: CallsHost) {
    this.#host = host;
  }

  /**
   * Does what a line asks for.
   *
   * @param line One line of the program; `undefined` for one that is too long.
   * @returns When the next line may be read; `undefined` when it may at once.
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
      this.#host.onBadLine(textOf(error));
      return this.#answerError(undefined, error);
    }
    return this.#do(call);
  }

  /** Holds the program up no longer. */
  hurry(): void {
    this.#isHurried = true;
    this.#hurried.resolve();
  }

  #do(call: Call): Promise<void> | undefined {
    const waiting = this.#isHurried ? undefined : this.#waiting.get(call.source);
    if (waiting !== undefined && waiting.size >= PIPE_WAITING_CALLS) {
      return this.#doLater(call, waiting);
    }
    try {
      const result = this.#host.perform(call);
      if (!(result instanceof Promise)) return this.#answerResult(call, result);
      const answered = this.#answerLater(call, result);
      // The next call may be about what this one looks at.
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
    await Promise.race([...waiting, this.#hurried.promise]);
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
    return this.#answer({ id: call?.id, error: textOf(error), code });
  }

  #answer(answer: object): Promise<void> | undefined {
    return this.#host.answer(escapeControls(JSON.stringify(answer)));
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
