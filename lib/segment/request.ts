/**
 * A client's request for one more segment.
 *
 * @module
 */

import type { ExternalEvent, WireEvent } from "../wire/event/types.ts";
import type { Segment } from "./segment.ts";
import type { StatusOf } from "./status.ts";
import { segmentRequestStatus } from "./status.ts";

/** A request that a handler grants or leaves. */
export interface SegmentRequest {
  /** The segment that asks. */
  readonly segment: Segment;
  /** The client's number for it. */
  readonly id: number;
  /** The number of the wanted segment kind. */
  readonly kind: number;
  /** What the handler is told. */
  readonly status: StatusOf<"segment_request">;
  /** Whether it was granted or refused. */
  answered: boolean;
}

/** Whether an event asks for a segment. @param event Any event. */
export function isRequest(event: WireEvent): event is ExternalEvent<"segreq"> {
  return event.category === "external" && event.kind === "segreq";
}

/**
 * Reads a request.
 *
 * @param segment The segment that asks.
 * @param event Its SEGREQ event.
 */
export function requestFromEvent(
  segment: Segment,
  event: ExternalEvent<"segreq">,
): SegmentRequest {
  return {
    segment,
    id: event.id,
    kind: event.segkind,
    status: segmentRequestStatus(event, segment.statusContext),
    answered: false,
  };
}
