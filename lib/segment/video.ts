/**
 * The frames of one client, from their announcement to their acknowledgement.
 *
 * @module
 */

import type { DecodeJob, FrameProgress, Pieces, Refused } from "../decoders/frame_decoder.ts";
import type { StreamError } from "../errors.ts";
import { CANCEL_REASON, CANCEL_STREAM_TYPE } from "../wire/constants.ts";
import type { ControlInput, KnownControl } from "../wire/control.ts";
import { AckQueue, type PendingFrame } from "./acks.ts";
import type { StreamOutcome } from "./outcome.ts";
import { NOTHING, Outcomes } from "./outcome.ts";
import { droppedStatus, presentedStatuses } from "./presented.ts";
import type { Segment } from "./segment.ts";
import type { Status } from "./status.ts";

/** A frame between its announcement and its acknowledgement. */
interface AnnouncedFrame extends PendingFrame {
  /** Absent for channels without a segment; their frames are discarded. */
  readonly segment: Segment | undefined;
  readonly header: KnownControl<"videoframe">;
  /** Bytes of payload that have not arrived. */
  remaining: number;
}

/** The frames of one client. */
export class ClientVideo {
  /** The frames whose payload is not complete, by channel. */
  readonly #frames = new Map<number, AnnouncedFrame>();
  readonly #acks = new AckQueue();
  readonly #outcomes = new Outcomes<StreamOutcome>();
  #unfinished: { readonly frame: AnnouncedFrame; readonly work: Pieces | DecodeJob } | undefined;

  /**
   * What is left to do for a frame that has arrived: `pieces` by {@linkcode drawPiece}, a `job` by a
   * worker and {@linkcode finishJob}. Nothing else may be taken from the client before that is done:
   * this keeps the order, and what the client sends meanwhile waits in its socket.
   */
  get work(): Pieces | DecodeJob | undefined {
    return this.#unfinished?.work;
  }

  /** Takes the announcement of a frame; it ends the frame before it on its channel. */
  announce(
    segment: Segment | undefined,
    header: KnownControl<"videoframe">,
  ): readonly StreamOutcome[] {
    const { channel, length } = header;
    const abandoned = this.#frames.get(channel);
    if (abandoned !== undefined) this.#finish(abandoned);
    const frame: AnnouncedFrame = { segment, header, remaining: length, isDone: false };
    this.#acks.announce(frame);
    this.#frames.set(channel, frame);
    if (segment !== undefined) this.#follow(segment, frame, segment.video.begin(header));
    if (length === 0) this.#finish(frame);
    return this.#outcomes.take();
  }

  /** Takes a part of a frame. The payload is borrowed for the call. */
  take(channel: number, payload: Uint8Array): readonly StreamOutcome[] {
    const frame = this.#frames.get(channel);
    if (frame === undefined) return NOTHING;
    frame.remaining -= payload.length;
    const segment = liveSegment(frame);
    if (segment !== undefined) this.#follow(segment, frame, segment.video.push(payload));
    if (frame.remaining <= 0) {
      this.#frames.delete(channel);
      if (this.#unfinished?.frame !== frame) this.#finish(frame);
    }
    return this.#outcomes.take();
  }

  /** Draws a piece of a large frame; with the last one it is presented and acknowledged. */
  drawPiece(): readonly StreamOutcome[] {
    const { frame } = this.#unfinished!;
    const segment = liveSegment(frame);
    const progress = segment?.video.drawPiece();
    return progress?.type === "pieces" ? NOTHING : this.#finishWork(progress);
  }

  /**
   * Shows the picture that a worker has decoded, and acknowledges its frame.
   *
   * @param result R, G, B, A bytes, owned by the surface from now on; or why there are none.
   */
  finishJob(result: Uint8Array<ArrayBuffer> | StreamError): readonly StreamOutcome[] {
    const segment = liveSegment(this.#unfinished!.frame);
    return this.#finishWork(segment?.video.finishJob(result));
  }

  #finishWork(progress: FrameProgress | undefined): readonly StreamOutcome[] {
    const { frame } = this.#unfinished!;
    this.#unfinished = undefined;
    if (progress !== undefined) this.#follow(frame.segment!, frame, progress);
    this.#finish(frame);
    return this.#outcomes.take();
  }

  #follow(segment: Segment, frame: AnnouncedFrame, progress: FrameProgress): void {
    switch (progress.type) {
      case "pending":
        return;
      case "drawn":
        return this.#present(segment, frame);
      case "pieces":
      case "job":
        this.#unfinished = { frame, work: progress };
        return;
      case "unit":
        this.#present(segment, frame);
        return this.#outcomes.push({ type: "unit", segment, unit: progress.unit });
      case "refused":
        return this.#refuse(segment, progress);
    }
  }

  #present(segment: Segment, { header }: AnnouncedFrame): void {
    if (!segment.isRegistered) {
      if (header.commit) segment.earlyFrame = header;
      return;
    }
    for (const status of presentedStatuses(segment, header)) this.#record(segment, status);
  }

  #refuse(segment: Segment, { error, endsFormat }: Refused): void {
    this.#outcomes.push({ type: "fault", segment, error });
    if (segment.verbose && segment.isRegistered) this.#record(segment, droppedStatus(segment));
    if (!endsFormat) return;
    this.#reply(cancelVideo(segment.channel));
  }

  #finish(frame: AnnouncedFrame): void {
    this.#frames.delete(frame.header.channel);
    frame.isDone = true;
    for (let next = this.#acks.next(); next !== undefined; next = this.#acks.next()) {
      const { channel, stream } = next.header;
      this.#reply({ command: "ping", channel, stream });
    }
  }

  #record(segment: Segment, status: Status): void {
    this.#outcomes.push({ type: "record", segment, status });
  }

  #reply(control: ControlInput): void {
    this.#outcomes.push({ type: "reply", control });
  }
}

function liveSegment({ segment }: AnnouncedFrame): Segment | undefined {
  return segment?.state === "ended" ? undefined : segment;
}

/** The command that makes a source fall back to zstd. The reference always writes stream 1 here. */
export function cancelVideo(channel: number): ControlInput {
  return {
    command: "cancelstream",
    channel,
    stream: 1,
    reason: CANCEL_REASON.cannotDecode,
    streamType: CANCEL_STREAM_TYPE.video,
  };
}
