/**
 * The frames of one connection, from their announcement to their acknowledgement.
 *
 * @module
 */

import { StreamError } from "../errors.ts";
import { CANCEL_REASON, CANCEL_STREAM_TYPE, VIDEO_FORMAT } from "../wire/constants.ts";
import type { KnownControl } from "../wire/control.ts";
import type { PendingAck } from "./acks.ts";
import { AckQueue } from "./acks.ts";
import { droppedStatus, presentedStatuses } from "./presented.ts";
import type { ClientSource } from "./client_source.ts";
import type { Status } from "./status.ts";
import type { StreamsHost } from "./streams_host.ts";

/**
 * What happens to H.264: `cancel` makes a client that encodes by itself fall back to zstd, `pass`
 * hands the access units to the handler.
 */
export type H264Mode = "cancel" | "pass";

/** A frame between its announcement and its last byte. */
interface AnnouncedFrame {
  readonly header: KnownControl<"videoframe">;
  readonly ack: PendingAck;
  /** Whether it goes to the handler as it is. */
  readonly isPassed: boolean;
  /** Bytes of payload that have not arrived. */
  remaining: number;
}

/** The frames of one connection. */
export class VideoIn {
  readonly #host: StreamsHost;
  readonly #h264: H264Mode;
  readonly #frames = new Map<number, AnnouncedFrame>();
  readonly #acks = new AckQueue();

  /**
   * @param host The connection.
   * @param h264 What happens to H.264.
   */
  constructor(host: StreamsHost, h264: H264Mode) {
    this.#host = host;
    this.#h264 = h264;
  }

  /** @param header The announcement of a frame; it ends the one before it on its channel. */
  announce(header: KnownControl<"videoframe">): void {
    const { channel } = header;
    const abandoned = this.#frames.get(channel);
    if (abandoned !== undefined) this.#finish(abandoned);
    const frame = {
      header,
      ack: this.#acks.announce(channel, header.stream),
      isPassed: this.#h264 === "pass" && header.format === VIDEO_FORMAT.h264,
      remaining: header.length,
    };
    this.#frames.set(channel, frame);
    this.#attempt(channel, ({ segment }) => {
      if (frame.isPassed) segment.accessUnits.begin(header);
      else segment.video.begin(header);
    });
    if (frame.remaining === 0) this.#finish(frame);
  }

  /**
   * Takes a part of a frame.
   *
   * @param channel The channel.
   * @param payload Borrowed for the call.
   */
  take(channel: number, payload: Uint8Array): void {
    const frame = this.#frames.get(channel);
    if (frame === undefined) return;
    frame.remaining -= payload.length;
    this.#attempt(channel, (source) => {
      const { segment } = source;
      const unit = frame.isPassed ? segment.accessUnits.push(payload) : undefined;
      const isWhole = frame.isPassed ? unit !== undefined : segment.video.push(payload) === "drawn";
      if (!isWhole) return;
      for (const status of presentedStatuses(segment, frame.header)) this.#tell(source, status);
      const { onH264 } = source;
      if (unit === undefined || onH264 === undefined) return;
      this.#host.notify({ type: "call", source, kind: "h264", call: () => onH264(unit) });
    });
    if (frame.remaining <= 0) this.#finish(frame);
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

  /** Frames of channels without a registered segment are taken and thrown away. */
  #attempt(channel: number, step: (source: ClientSource) => void): void {
    const source = this.#host.sourceOf(channel);
    if (source === undefined || !source.segment.isRegistered) return;
    try {
      step(source);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.#refuse(source, error);
    }
  }

  #refuse(source: ClientSource, error: StreamError): void {
    const { segment } = source;
    this.#host.notify({ type: "fault", source, error });
    if (segment.verbose) this.#tell(source, droppedStatus(segment));
    if (error.code !== "unsupported-format" && error.code !== "unknown-format") return;
    // Makes a source fall back to zstd. The reference always writes stream 1 here.
    this.#host.sendControl({
      command: "cancelstream",
      channel: segment.channel,
      stream: 1,
      reason: CANCEL_REASON.cannotDecode,
      streamType: CANCEL_STREAM_TYPE.video,
    });
  }
}
