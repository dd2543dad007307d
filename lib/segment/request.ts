/**
 * A client's request for one more segment.
 *
 * @module
 */

import type { EventPacket } from "../session/event_packet.ts";
import type { Segment } from "./segment.ts";
import type { StatusOf } from "./status.ts";
import { segmentRequestStatus } from "./status.ts";

/** A request that the handler grants or leaves to be refused. */
export interface SegmentRequest {
  /** The segment on whose channel it came. */
  readonly segment: Segment;
  /** The client's number for it. */
  readonly id: number;
  /** The number of the wanted segment kind. */
  readonly kind: number;
  readonly status: StatusOf<"segment_request">;
  /** Whether it was granted or refused. */
  answered: boolean;
}

/** @param event Of the kind `segreq`. */
export function requestFromEvent(segment: Segment, event: EventPacket): SegmentRequest {
  const { id, segkind } = event.decodeAs<"segreq">();
  return {
    segment,
    id,
    kind: segkind,
    status: segmentRequestStatus(event, segment.statusContext),
    answered: false,
  };
}
