/**
 * The frames of one connection, from their announcement to their acknowledgement.
 *
 * @module
 */

import type { CodedPicture, CodedPictures } from "../decoders/h264/coded_pictures.ts";
import { StreamError } from "../errors.ts";
import { MAX_DECODED_UNIT_BYTES } from "../limits.ts";
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
 * hands the access units to the handler, `decode` shows the pictures and cancels what cannot be shown.
 */
export type H264Mode = "cancel" | "pass" | "decode";

/** A frame between its announcement and its acknowledgement. */
interface AnnouncedFrame {
  readonly header: KnownControl<"videoframe">;
  readonly ack: PendingAck;
  /** Whether it is drawn here, goes to the handler as it is, or to a decoder elsewhere. */
  readonly way: "draw" | "pass" | "decode";
  /** Bytes of payload that have not arrived. */
  remaining: number;
}

/** A picture that somebody with a thread to spare has to decode. */
export interface DecodeJob {
  /** The channel that it belongs to. */
  readonly channel: number;
  /** The picture. */
  readonly picture: CodedPicture;
}

/** The frames of one connection. */
export class VideoIn {
  readonly #host: StreamsHost;
  readonly #h264: H264Mode;
  readonly #frames = new Map<number, AnnouncedFrame>();
  readonly #acks = new AckQueue();
  readonly #decoded = new Set<CodedPictures>();
  #work: { readonly frame: AnnouncedFrame; readonly job: DecodeJob } | undefined;
  #drawn: AnnouncedFrame | undefined;
  #fallback: StreamError | undefined;

  /**
   * @param host The connection.
   * @param h264 What happens to H.264.
   */
  constructor(host: StreamsHost, h264: H264Mode) {
    this.#host = host;
    this.#h264 = h264;
  }

  /**
   * The picture to decode now. Nothing more is to be taken from the client until it has been given to
   * {@linkcode finishJob}: so order is kept, and what the client sends meanwhile waits in its socket.
   */
  get job(): DecodeJob | undefined {
    return this.#work?.job;
  }

  /**
   * Whether a large frame is to be drawn by {@linkcode drawPiece} now. Nothing more is to be taken from
   * the client until that is done.
   */
  get isDrawing(): boolean {
    return this.#drawn !== undefined;
  }

  /** Why no H.264 of the client is decoded any more. */
  get fallback(): StreamError | undefined {
    return this.#fallback;
  }

  /** @param header The announcement of a frame; it ends the one before it on its channel. */
  announce(header: KnownControl<"videoframe">): void {
    const { channel } = header;
    const abandoned = this.#frames.get(channel);
    if (abandoned !== undefined) this.#finish(abandoned);
    const frame: AnnouncedFrame = {
      header,
      ack: this.#acks.announce(channel, header.stream),
      way: header.format !== VIDEO_FORMAT.h264 || this.#h264 === "cancel" ? "draw" : this.#h264,
      remaining: header.length,
    };
    this.#frames.set(channel, frame);
    this.#attempt(frame, ({ segment }) => {
      if (frame.way === "draw") return segment.video.begin(header);
      if (frame.way === "decode") this.#checkDecodable(header.length);
      segment.accessUnits.begin(header);
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
    this.#attempt(frame, (source) => this.#push(source, frame, payload));
    if (frame.remaining > 0) return;
    this.#frames.delete(channel);
    if (this.#work?.frame !== frame && this.#drawn !== frame) this.#finish(frame);
  }

  /**
   * Draws a piece of a large frame. With the last one it is presented and acknowledged.
   *
   * @returns Whether that was the last one.
   */
  drawPiece(): boolean {
    const frame = this.#drawn!;
    let isLast = true;
    this.#attempt(frame, (source) => {
      isLast = source.segment.video.drawPiece();
      if (isLast) this.#present(source, frame);
    });
    if (!isLast) return false;
    this.#drawn = undefined;
    this.#finish(frame);
    return true;
  }

  /**
   * Shows what came of {@linkcode job}, and acknowledges its frame.
   *
   * @param result R, G, B, A bytes, handed over; or why there are none.
   */
  finishJob(result: Uint8Array<ArrayBuffer> | StreamError): void {
    const { frame } = this.#work!;
    this.#work = undefined;
    this.#attempt(frame, (source) => {
      if (result instanceof StreamError) throw result;
      // DEVIATION: the reference shows a picture when the next one comes, and the last one never.
      // Pinned by "h264 decode: each picture is shown at once".
      source.segment.coded.show(frame.header, result, source.segment.video.surface);
      this.#present(source, frame);
    });
    this.#finish(frame);
  }

  #push(source: ClientSource, frame: AnnouncedFrame, payload: Uint8Array): void {
    const { segment, onH264 } = source;
    if (frame.way === "draw") {
      const result = segment.video.push(payload);
      if (result === "drawn") this.#present(source, frame);
      else if (result === "drawing") this.#drawn = frame;
      return;
    }
    const unit = segment.accessUnits.push(payload);
    if (unit === undefined) return;
    if (frame.way === "decode") {
      this.#checkDecodable(unit.data.length);
      this.#decoded.add(segment.coded);
      const job = { channel: segment.channel, picture: segment.coded.take(unit) };
      this.#work = { frame, job };
      return;
    }
    this.#present(source, frame);
    if (onH264 === undefined) return;
    this.#host.notify({ type: "call", source, kind: "h264", call: () => onH264(unit) });
  }

  #present(source: ClientSource, { header }: AnnouncedFrame): void {
    if (!source.segment.isRegistered) {
      if (header.commit) source.segment.earlyFrame = header;
      return;
    }
    for (const status of presentedStatuses(source.segment, header)) this.#tell(source, status);
  }

  #checkDecodable(length: number): void {
    if (this.#fallback !== undefined) throw this.#fallback;
    if (length <= MAX_DECODED_UNIT_BYTES) return;
    throw new StreamError(
      "bad-length",
      `an access unit of ${length} bytes, ${MAX_DECODED_UNIT_BYTES} can be decoded`,
    );
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

  /** Frames of channels without a segment are taken and thrown away. */
  #attempt(frame: AnnouncedFrame, step: (source: ClientSource) => void): void {
    const source = this.#host.sourceOf(frame.header.channel);
    if (source === undefined) return;
    try {
      step(source);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.#refuse(source, frame, error);
    }
  }

  #refuse(source: ClientSource, frame: AnnouncedFrame, error: StreamError): void {
    const { segment } = source;
    const isDecoded = frame.way === "decode";
    if (isDecoded) this.#fallBack(error);
    this.#host.notify({ type: "fault", source, error });
    if (segment.verbose && segment.isRegistered) this.#tell(source, droppedStatus(segment));
    const isUnknown = error.code === "unsupported-format" || error.code === "unknown-format";
    if (!isDecoded && !isUnknown) return;
    // Makes a source fall back to zstd. The reference always writes stream 1 here.
    this.#host.sendControl({
      command: "cancelstream",
      channel: segment.channel,
      stream: 1,
      reason: CANCEL_REASON.cannotDecode,
      streamType: CANCEL_STREAM_TYPE.video,
    });
  }

  /** Whatever is wrong, the client has had its chance: a decoder is not started again and again. */
  #fallBack(error: StreamError): void {
    this.#fallback ??= error;
    for (const pictures of this.#decoded) pictures.free();
    this.#decoded.clear();
  }
}
