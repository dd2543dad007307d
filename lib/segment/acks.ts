/**
 * Acknowledges frames: every one, once, in the order in which they were announced.
 *
 * A source keeps one window for all its channels. If a later frame is acknowledged and an earlier
 * one never is, the source stops sending for good; so refused and abandoned frames count as well.
 *
 * @module
 */

import { LimitError } from "../errors.ts";
import { MAX_PENDING_FRAMES } from "../limits.ts";
import type { KnownControl } from "../wire/control.ts";

/** An announced frame. */
export interface PendingFrame {
  readonly header: Pick<KnownControl<"videoframe">, "channel" | "stream">;
  /** Whether the frame was drawn, refused or abandoned. */
  isDone: boolean;
}

/** The frames of one connection that are announced and not yet acknowledged. */
export class AckQueue {
  readonly #pending: PendingFrame[] = [];

  /**
   * Adds an announced frame.
   *
   * @throws {LimitError} `too-many-frames` when too many frames wait for one that does not end.
   */
  announce(frame: PendingFrame): void {
    if (this.#pending.length >= MAX_PENDING_FRAMES) {
      const { stream } = this.#pending[0]!.header;
      throw new LimitError(
        "too-many-frames",
        `more than ${MAX_PENDING_FRAMES} frames wait for the end of frame ${stream}`,
      );
    }
    this.#pending.push(frame);
  }

  /** Takes out the oldest frame if it is done; it is to be acknowledged now. */
  next(): PendingFrame | undefined {
    return this.#pending[0]?.isDone ? this.#pending.shift() : undefined;
  }
}
