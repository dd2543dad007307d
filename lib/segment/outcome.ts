/**
 * What came of a call to the segments of a client, in order.
 *
 * @module
 */

import type { AudioChunk } from "../decoders/audio.ts";
import type { AccessUnit } from "../decoders/h264/access_units.ts";
import type { StreamError } from "../errors.ts";
import type { ControlInput } from "../wire/control.ts";
import type { IncomingTransfer } from "./incoming_transfer.ts";
import type { OutgoingTransfer } from "./outgoing_transfer.ts";
import type { SegmentRequest } from "./request.ts";
import type { Segment } from "./segment.ts";
import type { IoTable, Status } from "./status.ts";

export interface RecordOutcome {
  readonly type: "record";
  readonly segment: Segment;
  readonly status: Status;
  /** The input table of the kind `input`. */
  readonly input?: IoTable;
  /** The request of the kind `segment_request`. */
  readonly request?: SegmentRequest;
}

/** Everything that comes of a call. */
export type Outcome =
  | RecordOutcome
  /** A stream was refused; the connection goes on. */
  | { readonly type: "fault"; readonly segment: Segment; readonly error: StreamError }
  | { readonly type: "audio"; readonly segment: Segment; readonly chunk: AudioChunk }
  /** H.264 that is not decoded here. */
  | { readonly type: "unit"; readonly segment: Segment; readonly unit: AccessUnit }
  /** A transfer to accept or refuse; refuse it if nothing accepts it. */
  | { readonly type: "offer"; readonly segment: Segment; readonly transfer: IncomingTransfer }
  /** A packet of a transfer to the client was sent. */
  | { readonly type: "progress"; readonly transfer: OutgoingTransfer; readonly sentBytes: number }
  /** A transfer to the client has ended. */
  | {
    readonly type: "transfer-ended";
    readonly transfer: OutgoingTransfer;
    readonly state: "completed" | "cancelled" | "ended";
  };

/** A control command that answers a stream. */
export interface Reply {
  readonly type: "reply";
  readonly control: ControlInput;
}

/** What comes of a call to one stream. */
export type StreamOutcome = Outcome | Reply;

/** The outcome of most calls; shared, so that it costs nothing. */
export const NOTHING: readonly never[] = [];

/** Collects what comes of one call; most often that is nothing, or one thing. */
export class Outcomes<T extends StreamOutcome> {
  #list: readonly T[] = NOTHING;

  push(outcome: T): void {
    // An array that is made with its content is smaller than one that grows.
    if (this.#list.length === 0) this.#list = [outcome];
    else (this.#list as T[]).push(outcome);
  }

  /** Takes out everything. */
  take(): readonly T[] {
    const list = this.#list;
    this.#list = NOTHING;
    return list;
  }
}
