/**
 * Input for clients on its way: text is joined, verbs are called in order, and reading slows down while
 * clients accept less than is typed.
 *
 * @module
 */

import { ApiMisuseError } from "../../errors.ts";
import { VIEW_SLOW_READ_MS, VIEW_WAITING_CALLS } from "../../limits.ts";
import type { Sent } from "../../segment/sent.ts";
import type { Source } from "../../segment/source.ts";
import type { Typed } from "./keys.ts";

/** Keys that `typeText` types as well, so that pasted lines stay one text. */
const TEXT_KEYS: ReadonlyMap<unknown, string> = new Map([
  ["return", "\n"],
  ["tab", "\t"],
  ["backspace", "\b"],
  ["escape", "\x1b"],
]);

export class TypedInput {
  readonly #onFull: (source: Source) => void;
  readonly #onRefused: (source: Source) => void;
  readonly #waiting = new Set<Promise<void>>();
  /** Text of one read, which may be thousands of pasted lines. */
  #text = "";
  #textSource: Source | undefined;
  #lastMove: (() => void) | undefined;

  /**
   * @param onFull Called when input is dropped because too much waits for a client.
   * @param onRefused Called when a client does not take input.
   */
  constructor(onFull: (source: Source) => void, onRefused: (source: Source) => void = () => {}) {
    this.#onFull = onFull;
    this.#onRefused = onRefused;
  }

  /** Collects text until {@linkcode flush}; presses a key that is no text. */
  type(source: Source, typed: Extract<Typed, { kind: "text" | "key" }>): void {
    const text = textOf(typed);
    if (text !== undefined) {
      if (source !== this.#textSource) this.flush();
      this.#textSource = source;
      this.#text += text;
    } else if (typed.kind === "key") {
      this.call(source, () => source.pressKey(typed.key, typed.modifiers));
    }
  }

  /** Sends the collected text. */
  flush(): void {
    const [source, text] = [this.#textSource, this.#text];
    this.#text = "";
    if (source !== undefined && text !== "") this.#send(source, () => source.typeText(text));
  }

  /** Calls a verb after the collected text. */
  call(source: Source, verb: () => Sent): void {
    this.flush();
    this.#send(source, verb);
  }

  /**
   * Moves the mouse. While earlier input waits, only the last position is kept.
   *
   * @param x In pixels of the client.
   * @param y In pixels of the client.
   */
  move(source: Source, x: number, y: number): void {
    this.flush();
    const move = () => this.#send(source, () => source.moveMouse(x, y));
    if (this.#waiting.size === 0) move();
    else this.#lastMove = move;
  }

  /**
   * Backpressure for the reader of the terminal. It does not last long, because the unread input may
   * hold the keys that leave the viewer.
   *
   * @returns `undefined` when little waits.
   */
  slowDown(): Promise<void> | undefined {
    return this.#waiting.size < VIEW_WAITING_CALLS ? undefined : this.#untilLess();
  }

  async #untilLess(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, VIEW_SLOW_READ_MS);
    await Promise.race([promise, ...this.#waiting]);
    clearTimeout(timer);
  }

  #send(source: Source, verb: () => Sent): void {
    this.#lastMove = undefined;
    try {
      const sent = verb();
      if (sent instanceof Promise) this.#wait(source, sent);
      else if (!sent) this.#onRefused(source);
    } catch (error) {
      this.#failed(source, error);
    }
  }

  #wait(source: Source, sent: Promise<boolean>): void {
    const settled = sent.catch((error) => this.#failed(source, error)).then(() => {
      this.#waiting.delete(settled);
      if (this.#waiting.size === 0) this.#lastMove?.();
    });
    this.#waiting.add(settled);
  }

  #failed(source: Source, error: unknown): void {
    if (!(error instanceof ApiMisuseError) || error.code !== "queue-full") throw error;
    this.#onFull(source);
  }
}

function textOf(typed: Extract<Typed, { kind: "text" | "key" }>): string | undefined {
  if (typed.kind === "text") return typed.text;
  return typed.modifiers.length === 0 ? TEXT_KEYS.get(typed.key) : undefined;
}
