/**
 * What is typed into clients, and waits until they take it.
 *
 * @module
 */

import { ApiMisuseError } from "../../errors.ts";
import { VIEW_SLOW_READ_MS, VIEW_WAITING_CALLS } from "../../limits.ts";
import type { Sent } from "../../segment/sent.ts";
import type { Source } from "../../segment/source.ts";
import type { Typed } from "./keys.ts";

/** Keys that are text as well. */
const TEXT_KEYS: ReadonlyMap<unknown, string> = new Map([
  ["return", "\n"],
  ["tab", "\t"],
  ["backspace", "\b"],
  ["escape", "\x1b"],
]);

/** The calls of verbs, one after the other. */
export class TypedInput {
  readonly #onFull: (source: Source) => void;
  readonly #waiting = new Set<Promise<void>>();
  /** Text that has come in one piece: thousands of lines may be pasted. */
  #text = "";
  #textSource: Source | undefined;
  #lateMove: (() => void) | undefined;

  /** @param onFull Is told when so much waits for a client that something is left out. */
  constructor(onFull: (source: Source) => void) {
    this.#onFull = onFull;
  }

  /**
   * Types text, which waits for {@linkcode flush}, or presses a key.
   *
   * @param source The client.
   * @param typed What was typed.
   */
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

  /** Sends the text that was typed. */
  flush(): void {
    const [source, text] = [this.#textSource, this.#text];
    this.#text = "";
    if (source !== undefined && text !== "") this.#send(source, () => source.typeText(text));
  }

  /**
   * Calls a verb behind the text that was typed.
   *
   * @param source The client.
   * @param verb Calls it.
   */
  call(source: Source, verb: () => Sent): void {
    this.flush();
    this.#send(source, verb);
  }

  /**
   * Moves the mouse; only its last place counts while others wait.
   *
   * @param source The client.
   * @param x Pixels from the left.
   * @param y Pixels from the top.
   */
  move(source: Source, x: number, y: number): void {
    this.flush();
    const move = () => this.#send(source, () => source.moveMouse(x, y));
    if (this.#waiting.size === 0) move();
    else this.#lateMove = move;
  }

  /**
   * Waits while much is to be sent, but not for long: the keys that leave may be among what is not read.
   *
   * @returns `undefined` when little is to be sent.
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
    this.#lateMove = undefined;
    try {
      const sent = verb();
      if (sent instanceof Promise) this.#wait(sent);
    } catch (error) {
      if (!(error instanceof ApiMisuseError) || error.code !== "queue-full") throw error;
      this.#onFull(source);
    }
  }

  #wait(sent: Promise<boolean>): void {
    const settled = sent.then(() => {
      this.#waiting.delete(settled);
      if (this.#waiting.size === 0) this.#lateMove?.();
    });
    this.#waiting.add(settled);
  }
}

function textOf(typed: Extract<Typed, { kind: "text" | "key" }>): string | undefined {
  if (typed.kind === "text") return typed.text;
  return typed.modifiers.length === 0 ? TEXT_KEYS.get(typed.key) : undefined;
}
