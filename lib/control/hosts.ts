/**
 * The hosts of a fleet, as the page of one of them shows them.
 *
 * @module
 */

import type { ViewOutput } from "../web/views/types.ts";
import type { Result } from "./operations.ts";

/** Another host of the fleet. */
export interface HostRow {
  readonly id: string;
  /** The name of its listener. */
  readonly name?: string;
  /** Where it listens. */
  readonly addresses: readonly string[];
  /** Whether it does not answer. */
  readonly is_silent: boolean;
  /** Its clients, as it has listed them last; absent before it has answered. */
  readonly clients?: Result<"list">;
}

/** The fleet around a host. */
export interface HostsAround {
  /** The id of this host. */
  readonly here: string;
  /** The others, each with its clients. It answers in time, also when hosts do not. */
  rows(): Promise<readonly HostRow[]>;
}

/** Where a view of a client of another host sends its messages. */
export interface HostViewOutput extends ViewOutput {
  /** The host of the client cannot be reached any more; nothing else comes. */
  lost(why: string): void;
}
