/**
 * What the sink's end of a connection is made with.
 *
 * @module
 */

import type { FairShare } from "../bytes/fair_share.ts";
import type { Pacing } from "./pacing.ts";
import type { Peer } from "./peer.ts";
import type { DisplayDefaults } from "./preroll.ts";
import type { H264Mode } from "../decoders/h264/client_h264.ts";

/** What an endpoint needs besides its session. */
export interface EndpointOptions {
  /** Gives numbers by which handlers know segments. */
  readonly nextId: () => number;
  /** Who the client is. */
  readonly peer: Peer;
  /** The first size, density and font of the client. */
  readonly display: DisplayDefaults;
  /** What happens to H.264; it is cancelled unless given. */
  readonly h264?: H264Mode;
  /** What the pictures of all clients draw on, key by key; the memory of the process if absent. */
  readonly memory?: FairShare;
  /** Is told when something waits to be sent that no incoming event caused. */
  readonly onOutput: () => void;
  /** Time and promises for the pacing of events; they are not spread in time when absent. */
  readonly pacing?: Pacing;
  /** Is told when there is a record that no incoming event caused. */
  readonly onNotice: () => void;
  /** Is told when the handler ends the whole client; EXIT has been sent by then. */
  readonly onExit: () => void;
  /** Is told when a handler has read enough for the client to go on; see `isBlocked`. */
  readonly onUnblocked?: () => void;
}
