/**
 * The sink's end of a logged-in connection: segments, their streams and their lifecycle.
 *
 * It takes what the session brings and turns it into records for handlers, acknowledges frames,
 * opens and ends channels. It knows nothing of sockets, handlers or time. Source: arcan
 * `a12_helper_cl.c`, `arcan_event.c`, `arcan_lua.c`.
 *
 * @module
 */

import { decodeUtf8Lenient } from "../bytes/text.ts";
import { ClientH264 } from "../decoders/h264/client_h264.ts";
import { MemoryBudget, processMemory } from "../decoders/memory_budget.ts";
import { VideoStream } from "../decoders/video_stream.ts";
import { MAX_CLIENT_SURFACE_BYTES } from "../limits.ts";
import type { DataReceived, SessionEvent } from "../session/events.ts";
import { CANCEL_STREAM_TYPE, RESERVED_SEGMENT_KINDS } from "../wire/constants.ts";
import type { Control } from "../wire/control.ts";
import type { EventInput, ExternalEvent, WireEvent } from "../wire/event/types.ts";
import { AudioIn } from "./audio_in.ts";
import { BinaryIn } from "./binary_in.ts";
import { ChannelNumbers } from "./channels.ts";
import { ClientSource } from "./client_source.ts";
import { EarlyEvents } from "./early_events.ts";
import type { EndpointOptions } from "./endpoint_options.ts";
import { cutLastWords } from "./last_words.ts";
import type { Notice, StatusNotice } from "./notices.ts";
import { Output, type SessionPort } from "./output.ts";
import type { Peer } from "./peer.ts";
import { prerollEvents, prerollStatuses } from "./preroll.ts";
import { earlyStatuses } from "./presented.ts";
import { isRequest, requestFromEvent, type SegmentRequest } from "./request.ts";
import { Segment } from "./segment.ts";
import { type Status, statusFromEvent } from "./status.ts";
import { eventToIo } from "./status_io.ts";
import type { StreamsHost } from "./streams_host.ts";
import { VideoIn } from "./video_in.ts";

/** A segment kind is one byte in NEWCH, four in the request. */
const MAX_SEGMENT_KIND = 0xff;

/** The sink's end of one connection. */
export class SinkEndpoint {
  readonly #options: EndpointOptions;
  readonly #sources = new Map<number, ClientSource>();
  readonly #notices: Notice[] = [];
  readonly #channels = new ChannelNumbers();
  readonly #budget: MemoryBudget;
  readonly #audio: AudioIn;
  readonly #binary: BinaryIn;
  readonly #early = new EarlyEvents();
  #request: SegmentRequest | undefined;
  /** Whether the client was told to exit: from then on it is sent nothing but answers to its streams. */
  #isLeaving = false;
  #isOver = false;

  /** The client's first segment. */
  readonly primary: ClientSource;
  /** The way to the client. */
  readonly output: Output;
  /** The frames of the client. */
  readonly video: VideoIn;
  /** The H.264 of the client. */
  readonly h264: ClientH264;

  /**
   * @param session A session whose peer is authenticated.
   * @param options Numbers, sizes and call-backs.
   */
  constructor(session: SessionPort, options: EndpointOptions) {
    this.#options = options;
    this.#budget = new MemoryBudget(
      MAX_CLIENT_SURFACE_BYTES,
      options.memory ?? processMemory,
      options.peer.publicKey,
    );
    this.output = new Output(session, options.onOutput, (call) => {
      this.#notices.push({ type: "call", source: this.primary, kind: "transfer", call });
      options.onNotice();
    }, options.pacing);
    const host: StreamsHost = {
      sendControl: (control) => void this.output.sendControl(control),
      sourceOf: (channel) => this.#sources.get(channel),
      notify: (notice) => void this.#notices.push(notice),
    };
    this.video = new VideoIn(host);
    this.h264 = new ClientH264(options.h264 ?? "cancel", this.#budget);
    this.#audio = new AudioIn(host);
    this.#binary = new BinaryIn({ ...host, onUnblocked: () => options.onUnblocked?.() });
    this.primary = this.#open(new Segment(0, options.nextId(), this.#newVideo(0)));
  }

  /** The request that the handler is being asked about. */
  get request(): SegmentRequest | undefined {
    return this.#request;
  }

  /** Who the client is. */
  get peer(): Peer {
    return this.#options.peer;
  }

  /** Whether the connection has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether nothing more is to be taken from the client until a handler has read what is there. */
  get isBlocked(): boolean {
    return this.#binary.isBlocked;
  }

  /** Gives up the transfers by which a handler holds its client up. */
  cancelStalled(): void {
    this.#binary.cancelStalled();
  }

  /**
   * The source of a segment.
   *
   * @param segment The segment.
   * @returns The source, or `undefined` when it has ended.
   */
  sourceOf(segment: Segment): ClientSource | undefined {
    return this.#sources.get(segment.channel);
  }

  /**
   * Takes what the session brought.
   *
   * @param event A control command, an event or a part of a stream; others are ignored.
   */
  take(event: SessionEvent): void {
    switch (event.type) {
      case "control":
        return this.#takeControl(event.control);
      case "event":
        return this.#takeEvent(event.channel, event.event);
      case "data":
        return this.#takeData(event);
      default:
        return;
    }
  }

  /** The next record for a handler, or `undefined` when there is none. */
  nextNotice(): Notice | undefined {
    const notice = this.#notices.shift();
    if (notice?.type === "status" && notice.request !== undefined) this.#request = notice.request;
    return notice;
  }

  /**
   * Does what follows once the handler is done with a record: ends a preroll, refuses a request or a
   * transfer that was not accepted.
   *
   * @param notice The record.
   */
  settle(notice: Notice): void {
    if (notice.type === "offer" && notice.transfer.state === "offered") notice.transfer.cancel();
    if (notice.type !== "status") return;
    if (notice.request !== undefined) {
      this.#request = undefined;
      if (!notice.request.answered) this.refuse(notice.request);
    }
    const segment = notice.source.segment;
    if (notice.status.kind === "preroll" && !segment.suspended) this.activate(segment);
  }

  /** Lets a segment draw; does nothing unless it is in its preroll. @param segment The segment. */
  activate(segment: Segment): void {
    if (segment.state !== "preroll") return;
    segment.state = "active";
    const display = { ...this.#options.display, ...segment.size };
    this.#reply(segment, prerollEvents(segment.isText, display, segment.hints));
  }

  /**
   * Grants a request: opens a channel for the new segment.
   *
   * @param request The request, not yet answered.
   * @returns The new segment's source, or `undefined` when no channel is left or there is no such
   *   kind; it is refused then.
   */
  accept(request: SegmentRequest): ClientSource | undefined {
    const isKind = request.kind <= MAX_SEGMENT_KIND;
    const opened = isKind ? this.push(request.segment, request.kind, request.id) : undefined;
    if (opened === undefined) this.refuse(request);
    else request.answered = true;
    return opened;
  }

  /** @param request The request to turn down. */
  refuse(request: SegmentRequest): void {
    request.answered = true;
    this.#reply(request.segment, [{ category: "target", kind: "reqfail", id: request.id }]);
  }

  /**
   * Opens a channel for a new segment.
   *
   * @param parent The segment that it belongs to.
   * @param kind The segment kind's number.
   * @param cookie The id of the request that it answers, or 0.
   * @returns The new segment's source, or `undefined` when no channel is left.
   */
  push(parent: Segment, kind: number, cookie: number): ClientSource | undefined {
    if (this.isClosed(parent)) return undefined;
    const channel = this.#channels.take();
    if (channel === undefined) return undefined;
    this.output.sendControl({
      command: "newch",
      channel: parent.channel,
      newChannel: channel,
      segkind: kind,
      direction: 0,
      cookie,
    });
    const segment = new Segment(
      channel,
      this.#options.nextId(),
      this.#newVideo(channel),
      parent,
      kind,
    );
    segment.state = "active";
    return this.#open(segment);
  }

  /**
   * Ends a segment on behalf of its handler. The primary takes the whole client with it: it is told
   * to exit and its connection closes when it has left.
   *
   * @param segment The segment.
   * @param lastWords Why, for the client.
   */
  close(segment: Segment, lastWords = ""): void {
    const { channel, state } = segment;
    if (state === "ended") return;
    if (!this.#isLeaving && (channel !== 0 || lastWords !== "")) {
      this.output.sendControl({ command: "shutdown", channel, lastWords });
    }
    if (channel !== 0) {
      this.#end(segment, "");
      this.#options.onNotice();
      return;
    }
    if (this.#isLeaving) return;
    // What waits for its turn would hold the end up.
    this.output.clear();
    this.output.sendFirst(0, { category: "target", kind: "exit" });
    this.#isLeaving = true;
    this.#options.onExit();
  }

  /** Whether nothing more is sent for a segment: it has ended, or the client was told to exit. */
  isClosed(segment: Segment): boolean {
    return this.#isLeaving || segment.state === "ended";
  }

  /**
   * Ends all segments, subsegments first; each gets its `terminated`.
   *
   * @param lastWords Why, at most 31 bytes.
   */
  end(lastWords: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.output.close();
    for (const { segment } of [...this.#sources.values()].reverse()) this.#end(segment, lastWords);
    this.#budget.close();
  }

  #reply(segment: Segment, events: Iterable<EventInput>): void {
    if (!this.isClosed(segment)) this.output.reply(segment.channel, events);
  }

  #newVideo(channel: number): VideoStream {
    return new VideoStream(this.#budget, this.h264.decoderOf(channel));
  }

  #open(segment: Segment): ClientSource {
    const source = new ClientSource(this, segment);
    this.#sources.set(segment.channel, source);
    return source;
  }

  #end(segment: Segment, lastWords: string): void {
    // A client may end without having registered; requests end with it.
    for (const event of this.#early.take(segment.channel)) {
      if (!isRequest(event)) this.#tellEvent(segment, event);
    }
    segment.state = "ended";
    segment.free();
    this.#binary.endChannel(segment.channel);
    this.#tell(segment, { kind: "terminated", last_words: lastWords });
    this.#sources.delete(segment.channel);
  }

  #tell(
    segment: Segment,
    status: Status,
    extra: Partial<Pick<StatusNotice, "request" | "input">> = {},
  ): void {
    this.#notices.push({ type: "status", source: this.sourceOf(segment)!, status, ...extra });
  }

  #takeControl(control: Control): void {
    switch (control.command) {
      case "videoframe":
        this.output.alive();
        return this.video.announce(control);
      case "audioframe":
        return this.#audio.announce(control);
      case "binarystream":
        return this.#binary.announce(control);
      case "ping":
        return this.output.transfers.acknowledge(control.stream);
      case "cancelstream":
        if (control.streamType !== CANCEL_STREAM_TYPE.binary) return;
        return this.output.transfers.refused(control.stream);
      case "shutdown": {
        const segment = this.#sources.get(control.channel)?.segment;
        if (segment === undefined) return;
        const lastWords = cutLastWords(control.lastWords);
        if (segment.channel === 0) this.end(lastWords);
        else this.#end(segment, lastWords);
        return;
      }
      default:
        // Directory commands and unknown commands mean nothing to a sink.
        return;
    }
  }

  #takeData({ stream, channel, streamId, payload }: DataReceived): void {
    switch (stream) {
      case "video":
        return this.video.take(channel, payload);
      case "audio":
        return this.#audio.take(channel, payload);
      case "binary":
        return this.#binary.take(channel, streamId, payload);
    }
  }

  #takeEvent(channel: number, event: WireEvent): void {
    const segment = this.#sources.get(channel)?.segment;
    if (segment === undefined || this.output.hear(channel, event)) return;
    if (event.category === "external" && event.kind === "register") {
      return this.#register(segment, event);
    }
    if (!segment.isRegistered) return this.#takeEarly(segment, event);
    this.#tellEvent(segment, event);
  }

  #tellEvent(segment: Segment, event: WireEvent): void {
    if (event.category === "external") {
      switch (event.kind) {
        case "segreq": {
          const request = requestFromEvent(segment, event);
          return this.#tell(segment, request.status, { request });
        }
        case "inputmask":
          segment.inputMask = { devices: event.device, types: event.types };
          break;
        case "streamstatus":
          // Also the sign that a transfer has ended; handlers get it all the same, as in Lua.
          this.#binary.takeStatus(segment.channel, event.identifier, event.completion);
          break;
      }
    }
    const status = statusFromEvent(event, segment.statusContext);
    if (status === undefined) return;
    const isInput = event.category === "input" && event.kind !== "unknown";
    this.#tell(segment, status, isInput ? { input: eventToIo(event) } : {});
  }

  #takeEarly(segment: Segment, event: WireEvent): void {
    const error = this.#early.keep(segment.channel, event);
    if (error === undefined) return;
    if (isRequest(event)) this.refuse(requestFromEvent(segment, event));
    this.#notices.push({ type: "fault", source: this.sourceOf(segment)!, error });
  }

  #register(segment: Segment, event: ExternalEvent<"register">): void {
    const isFirst = !segment.isRegistered;
    if (isFirst) {
      if (segment.channel === 0) {
        if (RESERVED_SEGMENT_KINDS.includes(event.segkind)) return;
        segment.kind = event.segkind;
      }
      segment.isRegistered = true;
    }
    segment.title = decodeUtf8Lenient(event.title);
    const status = statusFromEvent({ ...event, segkind: segment.kind }, segment.statusContext)!;
    this.#tell(segment, status);
    if (!isFirst) return;
    if (segment.channel === 0) {
      segment.state = "preroll";
      for (const status of prerollStatuses(segment)) this.#tell(segment, status);
    }
    for (const event of this.#early.take(segment.channel)) this.#tellEvent(segment, event);
    for (const status of earlyStatuses(segment)) this.#tell(segment, status);
  }
}
