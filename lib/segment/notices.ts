/**
 * What an endpoint tells the network layer, in the order in which it arose.
 *
 * @module
 */

import type { StreamError } from "../errors.ts";
import type { SegmentRequest } from "./request.ts";
import type { Source } from "./source.ts";
import type { IoTable, Status } from "./status.ts";

/** A record for the handler of a segment. Call {@linkcode SinkEndpoint.settle} when it is done. */
export interface StatusNotice {
  readonly type: "status";
  readonly source: Source;
  readonly status: Status;
  /** The third argument of the kind `input`. */
  readonly input?: IoTable;
  /** What a `segment_request` asks for. */
  readonly request?: SegmentRequest;
}

/** A stream that was refused; the connection goes on. */
export interface FaultNotice {
  readonly type: "fault";
  readonly source: Source;
  readonly error: StreamError;
}

/** Everything that an endpoint tells. */
export type Notice = StatusNotice | FaultNotice;
