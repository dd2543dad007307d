/**
 * What a viewer is told besides pictures: the client, where its segments belong, the mouse cursor, and
 * text for the clipboard. Of each only the latest is sent, a few times a second.
 *
 * @module
 */

import { VIEWER_STATE_GAP_MS } from "../../limits.ts";
import type { Down } from "./protocol.ts";

export class ViewState {
  readonly #send: (message: Down) => void;
  /** What is to be sent, by what it is about. */
  readonly #waiting = new Map<string, () => Down | undefined>();
  #lastMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDue = false;
  #isClosed = false;

  constructor(send: (message: Down) => void) {
    this.#send = send;
  }

  /**
   * Sends a message soon.
   *
   * @param about It replaces what waits about the same.
   * @param make Makes it when it is sent; `undefined` for none.
   */
  put(about: string, make: () => Down | undefined): void {
    this.#waiting.set(about, make);
    if (this.#isDue) return;
    this.#isDue = true;
    const waitMs = this.#lastMs + VIEWER_STATE_GAP_MS - performance.now();
    if (waitMs <= 0) queueMicrotask(() => this.#flush());
    else this.#timer = setTimeout(() => this.#flush(), waitMs);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #flush(): void {
    if (this.#isClosed) return;
    this.#isDue = false;
    this.#lastMs = performance.now();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const make of waiting) {
      const message = make();
      if (message !== undefined) this.#send(message);
    }
  }
}
