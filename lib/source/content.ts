/**
 * What a source shows: the contract between a program and its connection.
 *
 * @module
 */

import type { WireEvent } from "../wire/event/types.ts";
import type { Display } from "./display.ts";
import type { VideoFrame } from "./frame.ts";

/** Something to be drawn on one channel. */
export interface Content {
  /** The number of the segment kind that it registers as. */
  readonly segkind: number;
  /** Whether there is something that was not sent yet. */
  readonly isDirty: boolean;
  /**
   * Fits it to the window.
   *
   * @param display The window as the sink wants it.
   */
  resize(display: Display): void;
  /**
   * Takes input and commands of the sink.
   *
   * @param event Any event; those that mean nothing to it are ignored.
   */
  take(event: WireEvent): void;
  /**
   * Makes the next frame.
   *
   * @returns The frame, valid until the next call, or `undefined` when nothing has changed.
   */
  next(): VideoFrame | undefined;
}
