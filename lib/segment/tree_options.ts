/**
 * What the segments of a client are made with.
 *
 * @module
 */

import type { Share } from "../bytes/fair_share.ts";
import type { H264Mode } from "../decoders/h264/client_h264.ts";
import type { Pacing } from "./outbox.ts";
import type { Peer } from "./peer.ts";
import type { DisplayDefaults } from "./preroll.ts";
import type { SegmentLimit } from "./segment_limit.ts";

export interface TreeOptions {
  /** Gives the next number by which handlers know a segment. */
  readonly nextId: () => number;
  readonly peer: Peer;
  /** The first size, density and font of the client. */
  readonly display: DisplayDefaults;
  /** What happens to H.264; it is cancelled when absent. */
  readonly h264?: H264Mode;
  /** The memory that the pictures of all clients share; that of the process when absent. */
  readonly memory?: Share;
  /** How many segments there may be; as many as there are channels when absent. */
  readonly segments?: SegmentLimit;
  /** Time and promises for the pacing of events; they are not spread in time when absent. */
  readonly pacing?: Pacing;
}
