/**
 * The sink's end of a logged-in connection: segments, their streams and their lifecycle.
 *
 * It takes what the session brings and turns it into records for handlers, acknowledges frames,
 * opens and ends channels. It knows nothing of sockets, handlers or time. Source: arcan
 * `a12_helper_cl.c`, `arcan_event.c`, `arcan_lua.c`.
 *
 * @module
 */

import { MemoryBudget } from "../decoders/memory_budget.ts";
import { decodeUtf8Lenient } from "../bytes/text.ts";
import { StreamError } from "../errors.ts";
import type { SessionEvent } from "../session/events.ts";
import type { Session } from "../session/session.ts";
import { CANCEL_REASON, CANCEL_STREAM_TYPE } from "../wire/constants.ts";
import type { Control, ControlInput, KnownControl } from "../wire/control.ts";
import type { EventInput, WireEvent } from "../wire/event/types.ts";
import type { PendingAck } from "./acks.ts";
import { AckQueue } from "./acks.ts";
import { ChannelNumbers } from "./channels.ts";
import type { Notice, StatusNotice } from "./notices.ts";
import type { Peer } from "./peer.ts";
import type { DisplayDefaults } from "./preroll.ts";
import { prerollEvents } from "./preroll.ts";
import { droppedStatus, presentedStatuses } from "./presented.ts";
import type { SegmentRequest } from "./request.ts";
import { requestFromEvent } from "./request.ts";
import { Segment } from "./segment.ts";
import { Source } from "./source.ts";
import type { Status } from "./status.ts";
import { statusFromEvent } from "./status.ts";
import { eventToIo } from "./status_io.ts";

/** Segment kinds that a client may not register as; the display server keeps them for itself. */
const RESERVED_KINDS: readonly number[] = [2, 3];

/** What an endpoint needs besides its session. */
export interface EndpointOptions {
  /** Gives numbers by which handlers know segments. */
  readonly nextId: () => number;
  /** Who the client is. */
  readonly peer: Peer;
  /** The first size, density and font of the client. */
  readonly display: DisplayDefaults;
  /** Is told when something waits to be sent that no incoming event caused. */
  readonly onOutput: () => void;
  /** Is told when there is a record that no incoming event caused. */
  readonly onNotice: () => void;
  /** Is told when the handler ends the whole client; EXIT has been sent by then. */
  readonly onExit: () => void;
}

/** A frame between its announcement and its last byte. */
interface AnnouncedFrame {
  readonly header: KnownControl<"videoframe">;
  readonly ack: PendingAck;
  /** Bytes of payload that have not arrived. */
  remaining: number;
}

/** The sink's end of one connection. */
export class SinkEndpoint {
  readonly #session: Session;
  readonly #options: EndpointOptions;
  readonly #segments = new Map<number, Segment>();
  readonly #sources = new Map<Segment, Source>();
  readonly #frames = new Map<number, AnnouncedFrame>();
  readonly #notices: Notice[] = [];
  readonly #acks = new AckQueue();
  readonly #channels = new ChannelNumbers();
  readonly #budget = new MemoryBudget();
  #request: SegmentRequest | undefined;
  #isOver = false;

  /** The client's first segment. */
  readonly primary: Source;

  /**
   * @param session A session whose peer is authenticated.
   * @param options Numbers, sizes and call-backs.
   */
  constructor(session: Session, options: EndpointOptions) {
    this.#session = session;
    this.#options = options;
    this.primary = this.#open(new Segment(0, options.nextId(), this.#budget));
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
        if (event.stream === "video") this.#takeVideo(event.channel, event.payload);
        return;
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
   * Does what follows once the handler is done with a record: ends a preroll, refuses a request that
   * was not answered.
   *
   * @param notice The record.
   */
  settle(notice: Notice): void {
    if (notice.type !== "status") return;
    if (notice.request !== undefined) {
      this.#request = undefined;
      if (!notice.request.answered) this.refuse(notice.request);
    }
    const segment = notice.source.segment;
    if (notice.status.kind === "preroll" && !segment.suspended) this.activate(segment);
  }

  /**
   * Lets a segment draw; does nothing unless it is in its preroll.
   *
   * @param segment The segment.
   */
  activate(segment: Segment): void {
    if (segment.state !== "preroll") return;
    segment.state = "active";
    const display = { ...this.#options.display, ...segment.size };
    for (const event of prerollEvents(segment.isText, display, segment.hints)) {
      this.sendEvent(segment, event);
    }
  }

  /**
   * Grants a request: opens a channel for the new segment.
   *
   * @param request The request, not yet answered.
   * @returns The new segment's source, or `undefined` when no channel is left; it is refused then.
   */
  accept(request: SegmentRequest): Source | undefined {
    const opened = this.push(request.segment, request.kind, request.id);
    if (opened === undefined) this.refuse(request);
    else request.answered = true;
    return opened;
  }

  /** @param request The request to turn down. */
  refuse(request: SegmentRequest): void {
    request.answered = true;
    this.sendEvent(request.segment, { category: "target", kind: "reqfail", id: request.id });
  }

  /**
   * Opens a channel for a new segment.
   *
   * @param parent The segment that it belongs to.
   * @param kind The segment kind's number.
   * @param cookie The id of the request that it answers, or 0.
   * @returns The new segment's source, or `undefined` when no channel is left.
   */
  push(parent: Segment, kind: number, cookie: number): Source | undefined {
    const channel = this.#channels.take();
    if (channel === undefined || this.#isOver) return undefined;
    this.sendControl({
      command: "newch",
      channel: parent.channel,
      newChannel: channel,
      segkind: kind,
      direction: 0,
      cookie,
    });
    const segment = new Segment(channel, this.#options.nextId(), this.#budget, parent, kind);
    segment.state = "active";
    return this.#open(segment);
  }

  /**
   * Ends a segment on behalf of its handler. The primary takes the whole client with it: it is told
   * to exit and its connection closes when it has left.
   *
   * @param segment The segment.
   */
  close(segment: Segment): void {
    if (segment.state === "ended") return;
    if (segment.channel === 0) {
      this.sendEvent(segment, { category: "target", kind: "exit" });
      this.#options.onExit();
      return;
    }
    this.sendControl({ command: "shutdown", channel: segment.channel, lastWords: "" });
    this.#end(segment, "");
    this.#options.onNotice();
  }

  /**
   * Ends all segments, subsegments first; each gets its `terminated`.
   *
   * @param lastWords Why, at most 31 bytes.
   */
  end(lastWords: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const segment of [...this.#segments.values()].reverse()) this.#end(segment, lastWords);
  }

  /**
   * Sends an event to a segment.
   *
   * @param segment The segment.
   * @param event The event.
   * @returns Whether it was sent; `false` once the segment or the connection has ended.
   */
  sendEvent(segment: Segment, event: EventInput): boolean {
    if (this.#isOver || segment.state === "ended") return false;
    this.#session.sendEvent(segment.channel, event);
    this.#options.onOutput();
    return true;
  }

  /**
   * Sends a control command.
   *
   * @param control The command.
   * @returns Whether it was sent; `false` once the connection has ended.
   */
  sendControl(control: ControlInput): boolean {
    if (this.#isOver) return false;
    this.#session.send(control);
    this.#options.onOutput();
    return true;
  }

  #open(segment: Segment): Source {
    const source = new Source(this, segment);
    this.#segments.set(segment.channel, segment);
    this.#sources.set(segment, source);
    return source;
  }

  #end(segment: Segment, lastWords: string): void {
    segment.state = "ended";
    segment.video.close();
    this.#tell(segment, { kind: "terminated", last_words: lastWords });
    this.#segments.delete(segment.channel);
    this.#sources.delete(segment);
  }

  #tell(
    segment: Segment,
    status: Status,
    extra: Partial<Pick<StatusNotice, "request" | "input">> = {},
  ): void {
    this.#notices.push({ type: "status", source: this.#sources.get(segment)!, status, ...extra });
  }

  #fault(segment: Segment, error: StreamError): void {
    this.#notices.push({ type: "fault", source: this.#sources.get(segment)!, error });
  }

  #takeControl(control: Control): void {
    switch (control.command) {
      case "videoframe":
        return this.#announceFrame(control);
      case "binarystream":
        // Nobody asked for it; what is already under way is thrown away.
        this.sendControl({
          command: "cancelstream",
          channel: control.channel,
          stream: control.stream,
          reason: CANCEL_REASON.unwanted,
          streamType: CANCEL_STREAM_TYPE.binary,
        });
        return;
      case "shutdown": {
        const segment = this.#segments.get(control.channel);
        if (segment === undefined) return;
        if (segment.channel === 0) this.end(control.lastWords);
        else this.#end(segment, control.lastWords);
        return;
      }
      default:
        // Directory commands, acknowledgements and unknown commands mean nothing to a sink.
        return;
    }
  }

  #takeEvent(channel: number, event: WireEvent): void {
    const segment = this.#segments.get(channel);
    if (segment === undefined) return;
    if (event.category === "external") {
      switch (event.kind) {
        case "register":
          return this.#register(segment, event);
        case "segreq": {
          const request = requestFromEvent(segment, event);
          return this.#tell(segment, request.status, { request });
        }
        case "inputmask":
          segment.inputMask = { devices: event.device, types: event.types };
          break;
      }
    }
    const status = statusFromEvent(event, segment.statusContext);
    if (status === undefined) return;
    const isInput = event.category === "input" && event.kind !== "unknown";
    this.#tell(segment, status, isInput ? { input: eventToIo(event) } : {});
  }

  #register(
    segment: Segment,
    event: Extract<WireEvent, { category: "external"; kind: "register" }>,
  ): void {
    const isFirst = !segment.isRegistered;
    if (isFirst) {
      if (segment.channel === 0) {
        if (RESERVED_KINDS.includes(event.segkind)) return;
        segment.kind = event.segkind;
      }
      segment.isRegistered = true;
    }
    segment.title = decodeUtf8Lenient(event.title);
    const status = statusFromEvent({ ...event, segkind: segment.kind }, segment.statusContext)!;
    this.#tell(segment, status);
    if (!isFirst || segment.channel !== 0) return;
    segment.state = "preroll";
    this.#tell(segment, {
      kind: "preroll",
      segkind: segment.kindName,
      source_audio: segment.id,
    });
    this.#tell(segment, {
      kind: "privdrop",
      frame: 0,
      external: false,
      sandboxed: false,
      networked: true,
    });
  }

  #announceFrame(header: KnownControl<"videoframe">): void {
    const { channel } = header;
    const abandoned = this.#frames.get(channel);
    if (abandoned !== undefined) this.#finish(abandoned);
    const frame = {
      header,
      ack: this.#acks.announce(channel, header.stream),
      remaining: header.length,
    };
    this.#frames.set(channel, frame);
    const segment = this.#segments.get(channel);
    if (segment !== undefined) this.#attempt(segment, () => segment.video.begin(header));
    if (frame.remaining === 0) this.#finish(frame);
  }

  #takeVideo(channel: number, payload: Uint8Array): void {
    const frame = this.#frames.get(channel);
    if (frame === undefined) return;
    frame.remaining -= payload.length;
    const segment = this.#segments.get(channel);
    if (segment !== undefined) {
      this.#attempt(segment, () => {
        if (segment.video.push(payload) !== "drawn") return;
        for (const status of presentedStatuses(segment, frame.header)) this.#tell(segment, status);
      });
    }
    if (frame.remaining <= 0) this.#finish(frame);
  }

  #finish(frame: AnnouncedFrame): void {
    this.#frames.delete(frame.header.channel);
    for (const { channel, stream } of this.#acks.finish(frame.ack)) {
      this.sendControl({ command: "ping", channel, stream });
    }
  }

  #attempt(segment: Segment, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.#refuseFrame(segment, error);
    }
  }

  #refuseFrame(segment: Segment, error: StreamError): void {
    this.#fault(segment, error);
    if (segment.verbose) this.#tell(segment, droppedStatus(segment));
    if (error.code !== "unsupported-format" && error.code !== "unknown-format") return;
    // Makes a source fall back to zstd. The reference always writes stream 1 here.
    this.sendControl({
      command: "cancelstream",
      channel: segment.channel,
      stream: 1,
      reason: CANCEL_REASON.cannotDecode,
      streamType: CANCEL_STREAM_TYPE.video,
    });
  }
}
