/**
 * What an endpoint tells the network layer, in the order in which it arose.
 *
 * @module
 */

import type { StreamError } from "../errors.ts";
import type { ClientSource } from "./client_source.ts";
import type { IncomingTransfer } from "./incoming_transfer.ts";
import type { SegmentRequest } from "./request.ts";
import type { IoTable, Status } from "./status.ts";

/** A record for the handler of a segment. Call {@linkcode SinkEndpoint.settle} when it is done. */
export interface StatusNotice {
  readonly type: "status";
  readonly source: ClientSource;
  readonly status: Status;
  /** The third argument of the kind `input`. */
  readonly input?: IoTable;
  /** What a `segment_request` asks for. */
  readonly request?: SegmentRequest;
}

/** A stream that was refused; the connection goes on. */
export interface FaultNotice {
  readonly type: "fault";
  readonly source: ClientSource;
  readonly error: StreamError;
}

/** A call of something that the handler gave besides itself. */
export interface CallNotice {
  readonly type: "call";
  readonly source: ClientSource;
  /** What is called, for the log. */
  readonly kind: "audio" | "h264" | "transfer";
  readonly call: () => void | Promise<void>;
}

/** A transfer to offer to the handler. Call {@linkcode SinkEndpoint.settle} when it is decided. */
export interface OfferNotice {
  readonly type: "offer";
  readonly source: ClientSource;
  readonly transfer: IncomingTransfer;
}

/** Everything that an endpoint tells. */
export type Notice = StatusNotice | FaultNotice | CallNotice | OfferNotice;
