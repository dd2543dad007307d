/**
 * How a view is opened, and what holds it.
 *
 * @module
 */

import type { ViewMode } from "./protocol.ts";

/** What a viewer may do: look alone, or give input as well. */
export type ViewRights = "look" | "drive";

export interface ViewOptions {
  readonly mode: ViewMode;
  readonly rights: ViewRights;
}

/** Where a view sends its messages. */
export interface ViewOutput {
  /** @param message Owned by the receiver. */
  send(message: string | Uint8Array<ArrayBuffer>): void;
  /**
   * Nothing more comes: the last message was `ended` or `error`. It is not called after
   * {@linkcode OpenView.close}.
   *
   * @param fault What the viewer did wrong, if that is why.
   */
  ended(fault?: string): void;
}

/** A view that is open, as the one that has opened it holds it. */
export interface OpenView {
  /** Takes a message of the viewer. What is wrong with it ends the view. */
  receive(message: string | Uint8Array): void;
  /** Ends the view. */
  close(): void;
}
