/**
 * The frames of one connection, from their announcement to their acknowledgement.
 *
 * @module
 */

import type { DecodeJob, FrameProgress, Pieces, Refused } from "../decoders/frame_decoder.ts";
import type { StreamError } from "../errors.ts";
import { CANCEL_REASON, CANCEL_STREAM_TYPE } from "../wire/constants.ts";
import type { KnownControl } from "../wire/control.ts";
import type { PendingAck } from "./acks.ts";
import { AckQueue } from "./acks.ts";
import type { ClientSource } from "./client_source.ts";
import { droppedStatus, presentedStatuses } from "./presented.ts";
import type { Status } from "./status.ts";
import type { StreamsHost } from "./streams_host.ts";

/** A frame between its announcement and its acknowledgement. */
interface AnnouncedFrame {
  readonly header: KnownControl<"videoframe">;
  readonly ack: PendingAck;
  /** Bytes of payload that have not arrived. */
  remaining: number;
}

/** The frames of one connection. */
export class VideoIn {
  readonly #host: StreamsHost;
  readonly #frames = new Map<number, AnnouncedFrame>();
  readonly #acks = new AckQueue();
  #unfinished: { readonly frame: AnnouncedFrame; readonly work: Pieces | DecodeJob } | undefined;

  /** @param host The connection. */
  constructor(host: StreamsHost) {
    this.#host = host;
  }

  /**
   * What is left to do for a frame that has arrived: `pieces` by {@linkcode drawPiece}, a `job` by a
   * worker and {@linkcode finishJob}. Nothing else may be taken from the client before that is done:
   * this keeps the order, and what the client sends meanwhile waits in its socket.
   */
  get work(): Pieces | DecodeJob | undefined {
    return this.#unfinished?.work;
  }

  /** Takes the announcement of a frame; it ends the frame before it on its channel. */
  announce(header: KnownControl<"videoframe">): void {
    const { channel } = header;
    const abandoned = this.#frames.get(channel);
    if (abandoned !== undefined) this.#finish(abandoned);
    const frame: AnnouncedFrame = {
      header,
      ack: this.#acks.announce(channel, header.stream),
      remaining: header.length,
    };
    this.#frames.set(channel, frame);
    const source = this.#host.sourceOf(channel);
    if (source !== undefined) this.#follow(source, frame, source.segment.video.begin(header));
    if (frame.remaining === 0) this.#finish(frame);
  }

  /**
   * Takes a part of a frame. Frames of channels without a segment are thrown away.
   *
   * @param payload Borrowed for the call.
   */
  take(channel: number, payload: Uint8Array): void {
    const frame = this.#frames.get(channel);
    if (frame === undefined) return;
    frame.remaining -= payload.length;
    const source = this.#host.sourceOf(channel);
    if (source !== undefined) this.#follow(source, frame, source.segment.video.push(payload));
    if (frame.remaining > 0) return;
    this.#frames.delete(channel);
    if (this.#unfinished?.frame !== frame) this.#finish(frame);
  }

  /**
   * Draws a piece of a large frame. With the last one it is presented and acknowledged.
   *
   * @returns Whether that was the last one.
   */
  drawPiece(): boolean {
    const { frame } = this.#unfinished!;
    const source = this.#host.sourceOf(frame.header.channel);
    const progress = source?.segment.video.drawPiece();
    if (progress?.type === "pieces") return false;
    this.#unfinished = undefined;
    if (source !== undefined) this.#follow(source, frame, progress!);
    this.#finish(frame);
    return true;
  }

  /**
   * Shows the picture that a worker has decoded, and acknowledges its frame.
   *
   * @param result R, G, B, A bytes, owned by the surface from now on; or why there are none.
   */
  finishJob(result: Uint8Array<ArrayBuffer> | StreamError): void {
    const { frame } = this.#unfinished!;
    this.#unfinished = undefined;
    const source = this.#host.sourceOf(frame.header.channel);
    if (source !== undefined) this.#follow(source, frame, source.segment.video.finishJob(result));
    this.#finish(frame);
  }

  #follow(source: ClientSource, frame: AnnouncedFrame, progress: FrameProgress): void {
    switch (progress.type) {
      case "pending":
        return;
      case "drawn":
        return this.#present(source, frame);
      case "pieces":
      case "job":
        this.#unfinished = { frame, work: progress };
        return;
      case "unit": {
        this.#present(source, frame);
        const { onH264 } = source;
        if (onH264 === undefined) return;
        const call = () => onH264(progress.unit);
        return this.#host.notify({ type: "call", source, kind: "h264", call });
      }
      case "refused":
        return this.#refuse(source, progress);
    }
  }

  #present(source: ClientSource, { header }: AnnouncedFrame): void {
    if (!source.segment.isRegistered) {
      if (header.commit) source.segment.earlyFrame = header;
      return;
    }
    for (const status of presentedStatuses(source.segment, header)) this.#tell(source, status);
  }

  #refuse(source: ClientSource, { error, endsFormat }: Refused): void {
    const { segment } = source;
    this.#host.notify({ type: "fault", source, error });
    if (segment.verbose && segment.isRegistered) this.#tell(source, droppedStatus(segment));
    if (!endsFormat) return;
    // Makes a source fall back to zstd. The reference always writes stream 1 here.
    this.#host.sendControl({
      command: "cancelstream",
      channel: segment.channel,
      stream: 1,
      reason: CANCEL_REASON.cannotDecode,
      streamType: CANCEL_STREAM_TYPE.video,
    });
  }

  #finish(frame: AnnouncedFrame): void {
    this.#frames.delete(frame.header.channel);
    for (const { channel, stream } of this.#acks.finish(frame.ack)) {
      this.#host.sendControl({ command: "ping", channel, stream });
    }
  }

  #tell(source: ClientSource, status: Status): void {
    this.#host.notify({ type: "status", source, status });
  }
}
