/**
 * What the streams of a client need of their connection.
 *
 * @module
 */

import type { ControlInput } from "../wire/control.ts";
import type { ClientSource } from "./client_source.ts";
import type { Notice } from "./notices.ts";

/** The connection as its streams see it. */
export interface StreamsHost {
  /** Sends a control command. */
  readonly sendControl: (control: ControlInput) => void;
  /** The segment of a channel, if there is one. */
  readonly sourceOf: (channel: number) => ClientSource | undefined;
  /** There is something to tell. */
  readonly notify: (notice: Notice) => void;
}
