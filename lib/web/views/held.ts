/**
 * Keys, buttons and fingers that a viewer holds down. They are released when the viewer is gone, which
 * cannot do it itself: closing a browser's tab with Ctrl+W would leave Ctrl down.
 *
 * @module
 */

import { VIEWER_HELD_INPUTS } from "../../limits.ts";
import type { Source } from "../../segment/source.ts";

type Input = Readonly<Record<string, unknown>>;

/** What releases an input that is held, and in which segment. */
export interface Held {
  readonly source: Source;
  readonly input: Input;
}

export class HeldInput {
  readonly #held = new Map<string, Held>();

  /** Notes an input that the verb `targetInput` has taken. */
  note(source: Source, input: unknown): void {
    if (typeof input !== "object" || input === null || !("active" in input)) return;
    const { active, utf8: _, ...rest } = input as Input;
    const { kind, translated, devid, subid, keysym, number } = rest;
    const key = JSON.stringify([source.id, kind, translated, devid, subid, keysym, number]);
    if (active !== true) this.#held.delete(key);
    else if (this.#held.size < VIEWER_HELD_INPUTS) {
      this.#held.set(key, { source, input: { ...rest, active: false } });
    }
  }

  /** The inputs that release what is held; the latest one comes first. */
  releases(): readonly Held[] {
    const held = [...this.#held.values()].toReversed();
    this.#held.clear();
    return held;
  }
}
