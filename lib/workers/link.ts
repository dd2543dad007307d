/**
 * Calls between the main thread and a worker: each side has a service whose methods the other one
 * calls. The calls of one turn travel as one message, and arrive in order.
 *
 * @module
 */

import { TurnoverMap } from "../bytes/turnover.ts";
import {
  A12Error,
  ApiMisuseError,
  AuthError,
  ControlError,
  FleetError,
  KeystoreError,
  LimitError,
  StreamError,
  TransportError,
} from "../errors.ts";

/** An error as a message can carry it. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** See {@linkcode AuthError.comment}. */
  readonly comment?: string | undefined;
}

type Letter =
  | {
    readonly type: "call";
    readonly name: string;
    readonly args: readonly unknown[];
    /** Absent when no answer is wanted. */
    readonly number?: number;
  }
  | { readonly type: "result"; readonly number: number; readonly value: unknown }
  | { readonly type: "error"; readonly number: number; readonly error: PlainError };

/** What travels as one message. */
export type Letters = readonly Letter[];

type Method = (...args: never[]) => unknown;
type Methods<S> = { [K in keyof S]: S[K] extends Method ? K : never }[keyof S];
type Args<F> = F extends (...args: infer A) => unknown ? A : never;
type Result<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;

/** One end of a connection between two threads. */
export class Link<Local extends object, Remote extends object> {
  readonly #post: (letters: Letters) => void;
  readonly #local: Local;
  #letters: Letter[] = [];
  readonly #asked = new TurnoverMap<number, PromiseWithResolvers<unknown>>();
  #lastNumber = 0;
  #ended: Error | undefined;

  /**
   * @param post Sends a message to the other thread.
   * @param local The methods that the other thread calls. What they return or throw goes back.
   */
  constructor(post: (letters: Letters) => void, local: Local) {
    this.#post = post;
    this.#local = local;
  }

  /** Takes a message of the other thread. */
  receive(letters: Letters): void {
    for (const letter of letters) {
      if (letter.type === "call") this.#perform(letter);
      else this.#settle(letter);
    }
  }

  /** Calls a method of the other thread; errors of it are lost. */
  tell<K extends Methods<Remote> & string>(name: K, ...args: Args<Remote[K]>): void {
    this.#put({ type: "call", name, args });
  }

  /**
   * Calls a method of the other thread and waits for what it returns.
   *
   * @throws What it throws; an error with a code keeps its class. Or the reason of {@linkcode end}.
   */
  async ask<K extends Methods<Remote> & string>(
    name: K,
    ...args: Args<Remote[K]>
  ): Promise<Result<Remote[K]>> {
    if (this.#ended !== undefined) throw this.#ended;
    const number = ++this.#lastNumber;
    const answer = Promise.withResolvers<unknown>();
    this.#asked.set(number, answer);
    this.#put({ type: "call", name, args, number });
    return await answer.promise as Result<Remote[K]>;
  }

  /** Sends what waits for the end of the turn, for a thread that ends with it. */
  flush(): void {
    const letters = this.#letters;
    if (letters.length === 0) return;
    this.#letters = [];
    this.#post(letters);
  }

  /** Nothing goes either way any more. @param reason What unanswered calls fail with. */
  end(reason: Error): void {
    this.#ended = reason;
    for (const { reject } of this.#asked.values()) reject(reason);
    this.#asked.clear();
  }

  #put(letter: Letter): void {
    if (this.#ended !== undefined) return;
    this.#letters.push(letter);
    if (this.#letters.length === 1) queueMicrotask(() => this.flush());
  }

  #perform({ name, args, number }: Extract<Letter, { type: "call" }>): void {
    const methods = this.#local as Record<string, (...args: readonly unknown[]) => unknown>;
    if (number === undefined) {
      const done = methods[name]!(...args);
      if (done instanceof Promise) done.catch(reportError);
      return;
    }
    try {
      const value = methods[name]!(...args);
      if (!(value instanceof Promise)) return this.#put({ type: "result", number, value });
      value.then(
        (value) => this.#put({ type: "result", number, value }),
        (error) => this.#put({ type: "error", number, error: toPlain(error) }),
      );
    } catch (error) {
      this.#put({ type: "error", number, error: toPlain(error) });
    }
  }

  #settle(letter: Exclude<Letter, { type: "call" }>): void {
    const answer = this.#asked.get(letter.number);
    this.#asked.delete(letter.number);
    if (letter.type === "result") answer?.resolve(letter.value);
    else answer?.reject(fromPlain(letter.error));
  }
}

const CLASSES = [
  ApiMisuseError,
  AuthError,
  ControlError,
  FleetError,
  KeystoreError,
  LimitError,
  StreamError,
  TransportError,
] as const;

/** Makes an error ready for a message. */
export function toPlain(error: unknown): PlainError {
  if (error instanceof A12Error) {
    const { name, message, code } = error;
    return { name, message, code, comment: error instanceof AuthError ? error.comment : undefined };
  }
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: "Error", message: String(error) };
}

/** The reverse of {@linkcode toPlain}. */
export function fromPlain({ name, message, code, comment }: PlainError): Error {
  const Class = CLASSES.find((each) => each.name === name);
  if (Class === undefined || code === undefined) return new Error(message);
  return new Class(code as never, message, { comment });
}
