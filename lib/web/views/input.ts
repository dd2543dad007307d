/**
 * The input of one viewer for its client.
 *
 * @module
 */

import { encodeUtf8 } from "../../bytes/text.ts";
import { A12Error } from "../../errors.ts";
import { KeyDecoder } from "../../handlers/view/keys.ts";
import { TypedInput } from "../../handlers/view/typed_input.ts";
import { VIEWER_SIZE_GAP_MS } from "../../limits.ts";
import type { Sent } from "../../segment/sent.ts";
import type { Source } from "../../segment/source.ts";
import { performCall } from "./call.ts";
import { HeldInput } from "./held.ts";

export class ViewInput {
  /** Real sources give all input to their first segment. */
  readonly #primary: Source;
  readonly #note: (text: string) => void;
  readonly #keys = new KeyDecoder();
  readonly #input: TypedInput;
  readonly #held = new HeldInput();
  #sizedMs = -Infinity;
  #sizeTimer: ReturnType<typeof setTimeout> | undefined;
  #size: { readonly width: number; readonly height: number } | undefined;

  /** @param note Tells the viewer what was not done. */
  constructor(primary: Source, note: (text: string) => void) {
    this.#primary = primary;
    this.#note = note;
    this.#input = new TypedInput(
      () => note("the client takes nothing; what is typed now is not sent"),
      () => note("the client does not take this input now"),
    );
  }

  /** Takes what a terminal sends for what was typed in it. */
  typed(data: string): void {
    // A terminal in a browser gives whole sequences.
    for (const one of [...this.#keys.push(encodeUtf8(data)), ...this.#keys.flush()]) {
      if (one.kind === "text" || one.kind === "key") this.#input.type(this.#primary, one);
      else if (one.kind === "unknown") this.#note("no known key, not sent");
    }
    this.#input.flush();
  }

  /** Calls a verb. */
  call(source: Source, verb: string, args: readonly unknown[]): void {
    try {
      const [x, y] = args;
      if (verb === "moveMouse" && typeof x === "number" && typeof y === "number") {
        this.#input.move(source, x, y);
      } else this.#input.call(source, () => sentOf(performCall(source, verb, args)));
      if (verb === "targetInput") this.#held.note(source, args[0]);
    } catch (error) {
      if (!(error instanceof A12Error)) throw error;
      this.#note(`${verb}: ${error.message}`);
    }
  }

  /** Asks the client for a size in pixels, the latest one of many. */
  size(width: number, height: number): void {
    this.#size = { width, height };
    const waitMs = this.#sizedMs + VIEWER_SIZE_GAP_MS - performance.now();
    if (waitMs <= 0) this.#hint();
    else this.#sizeTimer ??= setTimeout(() => this.#hint(), waitMs);
  }

  /** Releases what is held. */
  close(): void {
    clearTimeout(this.#sizeTimer);
    for (const { source, input } of this.#held.releases()) {
      this.call(source, "targetInput", [input]);
    }
  }

  #hint(): void {
    this.#sizeTimer = undefined;
    this.#sizedMs = performance.now();
    const { width, height } = this.#size!;
    this.call(this.#primary, "targetDisplayhint", [width, height]);
  }
}

/** Whether it was sent; verbs that send no input have other results. */
function sentOf(result: unknown): Sent {
  return result === false || result instanceof Promise ? result as Sent : true;
}
