/**
 * The phases of a connection to a listener, and what it has in each.
 *
 * @module
 */

import type { Peer } from "../segment/peer.ts";
import type { Role } from "../wire/constants.ts";
import type { LiveClient } from "./live_client.ts";

/** How far a connection has come. */
export type ConnectionState =
  /** No key was claimed. */
  | { readonly phase: "connecting" }
  /** A key is claimed and not proved. */
  | {
    readonly phase: "offered";
    readonly peer: Peer;
    readonly role: Role;
  }
  /** The key is proved; it is enrolled and the listener's handler decides. */
  | {
    readonly phase: "arriving";
    readonly peer: Peer;
    /** The last words to a client that has to exit as soon as it is taken over. */
    exits: string | undefined;
  }
  /** A handler has the client. */
  | { readonly phase: "live"; readonly peer: Peer; readonly client: LiveClient }
  /** The listener's handler did not take the client. */
  | { readonly phase: "refused"; readonly peer: Peer }
  /** The connection has ended; the last records are being delivered. */
  | { readonly phase: "leaving"; readonly peer: Peer; readonly client: LiveClient };
