/**
 * The segments of a logged-in client, their streams and their lifecycle.
 *
 * A call takes what the session brought or what a verb wants, sends the answers that the protocol asks
 * for, and returns what came of it. Source: arcan `a12_helper_cl.c`, `arcan_event.c`, `arcan_lua.c`.
 *
 * @module
 */

import { decodeUtf8Lenient, encodeUtf8, splitUtf8 } from "../bytes/text.ts";
import { ClientH264 } from "../decoders/h264/client_h264.ts";
import { MemoryBudget, processMemory } from "../decoders/memory_budget.ts";
import { VideoStream } from "../decoders/video_stream.ts";
import type { StreamError } from "../errors.ts";
import { MAX_CLIENT_SURFACE_BYTES } from "../limits.ts";
import type { EventPacket } from "../session/event_packet.ts";
import type { DataReceived, SessionEvent } from "../session/events.ts";
import { CANCEL_STREAM_TYPE, RESERVED_SEGMENT_KINDS } from "../wire/constants.ts";
import type { Control, KnownControl } from "../wire/control.ts";
import type { EventInput, InputEvent } from "../wire/event/types.ts";
import { announceAudio, takeAudio } from "./audio.ts";
import { EarlyEvents } from "./early_events.ts";
import type { IncomingTransfer } from "./incoming_transfer.ts";
import type { Outcome, RecordOutcome, StreamOutcome } from "./outcome.ts";
import { NOTHING, Outcomes } from "./outcome.ts";
import { Output, type SessionPort } from "./output.ts";
import type { Peer } from "./peer.ts";
import { prerollEvents, prerollStatuses } from "./preroll.ts";
import { earlyStatuses } from "./presented.ts";
import { requestFromEvent, type SegmentRequest } from "./request.ts";
import { Segment } from "./segment.ts";
import { doesMore, type Status, statusFromEvent, type StatusOf } from "./status.ts";
import { eventToIo } from "./status_io.ts";
import { cancelTransfer, TransfersIn } from "./transfers_in.ts";
import type { TreeOptions } from "./tree_options.ts";
import { cancelVideo, ClientVideo } from "./video.ts";

/** A segment kind is one byte in NEWCH, four in the request. */
const MAX_SEGMENT_KIND = 0xff;
/** The last channel that segments get; listeners probe clients on the one behind it. */
const LAST_CHANNEL = 254;
/** What Lua shows of last words at most. */
const LAST_WORDS_BYTES = 31;

export class SegmentTree {
  readonly #options: TreeOptions;
  /** The segments that have not ended, by channel. */
  readonly #segments = new Map<number, Segment>();
  readonly #budget: MemoryBudget;
  readonly #transfersIn = new TransfersIn();
  readonly #early = new EarlyEvents();
  /** What has come of the call under way. */
  readonly #outcomes = new Outcomes<Outcome>();
  #nextChannel = 1;
  #isLeaving = false;
  #isOver = false;

  /** The client's first segment. */
  readonly primary: Segment;
  readonly output: Output;
  readonly video = new ClientVideo();
  readonly h264: ClientH264;

  /** @param session A session whose peer is authenticated. */
  constructor(session: SessionPort, options: TreeOptions) {
    this.#options = options;
    this.#budget = new MemoryBudget(
      MAX_CLIENT_SURFACE_BYTES,
      options.memory ?? processMemory,
      options.peer.publicKey,
    );
    this.output = new Output(session, options.pacing);
    this.h264 = new ClientH264(options.h264 ?? "cancel", this.#budget);
    this.primary = this.#open(0);
  }

  get peer(): Peer {
    return this.#options.peer;
  }

  /** Whether all segments have ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether EXIT was sent: from then on only the client's streams are answered. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Whether so much waits to be read by handlers that nothing more should be read from the client. */
  get isBlocked(): boolean {
    return this.#transfersIn.isBlocked;
  }

  /** Takes what the session brought: a control command, an event or a part of a stream. */
  take(event: SessionEvent): readonly Outcome[] {
    switch (event.type) {
      case "control":
        this.#takeControl(event.control);
        break;
      case "event":
        this.#takeEvent(event);
        break;
      case "data":
        this.#takeData(event);
    }
    return this.#outcomes.take();
  }

  /** The segment of an event of which nothing comes but a record; other events are for {@linkcode take}. */
  segmentOfRecord({ channel, kind }: EventPacket): Segment | undefined {
    const segment = doesMore(kind) || this.isBlocked ? undefined : this.#segments.get(channel);
    return segment?.isRegistered ? segment : undefined;
  }

  /** Draws a piece of the frame that is the `work` of the video. */
  drawPiece(): readonly Outcome[] {
    this.#add(this.video.drawPiece());
    return this.#outcomes.take();
  }

  /**
   * Shows what came of the job that is the `work` of the video.
   *
   * @param result R, G, B, A bytes, handed over; or why there are none.
   */
  finishJob(result: Uint8Array<ArrayBuffer> | StreamError): readonly Outcome[] {
    this.#add(this.video.finishJob(result));
    return this.#outcomes.take();
  }

  /**
   * Makes the client fall back from H.264 that is passed on to another format.
   *
   * @param reason Why, for the log.
   */
  refuseH264(reason: string): void {
    if (!this.h264.refuse(reason)) return;
    for (const { channel, video } of this.#segments.values()) {
      if (video.coded.number > 0) this.output.sendControl(cancelVideo(channel));
    }
  }

  /** Cancels the transfers of which something waits to be read. */
  cancelStalled(): readonly Outcome[] {
    this.#add(this.#transfersIn.cancelStalled());
    return this.#outcomes.take();
  }

  /** Takes a piece out of a transfer; it is the caller's own. */
  readTransfer(transfer: IncomingTransfer): Uint8Array<ArrayBuffer> | undefined {
    return this.#transfersIn.read(transfer);
  }

  /** Refuses or cancels a transfer from the client; one that is complete is discarded. */
  refuseTransfer(transfer: IncomingTransfer): readonly Outcome[] {
    this.#add(this.#transfersIn.refuse(transfer));
    return this.#outcomes.take();
  }

  /** Lets a segment draw; does nothing unless it is in its preroll. */
  activate(segment: Segment): void {
    if (segment.state !== "preroll") return;
    segment.state = "active";
    const display = { ...this.#options.display, ...segment.size };
    this.#reply(segment, prerollEvents(segment.isText, display, segment.hints));
  }

  /**
   * Grants a request that was not answered: opens a channel for the new segment.
   *
   * @returns The new segment; `undefined` when the client may have no more or there is no such kind. The
   * request is refused then.
   */
  accept(request: SegmentRequest): Segment | undefined {
    const opened = this.push(request.segment, request.kind, request.id);
    if (opened === undefined) this.refuse(request);
    else opened.putAt(request.status);
    request.answered = true;
    return opened;
  }

  refuse(request: SegmentRequest): void {
    request.answered = true;
    this.#reply(request.segment, [{ category: "target", kind: "reqfail", id: request.id }]);
  }

  /**
   * Opens a channel for a new segment.
   *
   * @param cookie The id of the request that it answers, or 0.
   * @returns The new segment; `undefined` when the client may have no more.
   */
  push(parent: Segment, kind: number, cookie: number): Segment | undefined {
    const isKind = kind <= MAX_SEGMENT_KIND;
    if (!isKind || this.isClosed(parent) || this.#nextChannel > LAST_CHANNEL) return undefined;
    const { segments } = this.#options;
    if (segments !== undefined && this.#segments.size >= segments.most) {
      segments.reached();
      return undefined;
    }
    // No number is used twice: a real source keeps the last picture of a channel, and would send the
    // first frame of the next segment as a difference to it.
    const channel = this.#nextChannel++;
    this.output.sendControl({
      command: "newch",
      channel: parent.channel,
      newChannel: channel,
      segkind: kind,
      direction: 0,
      cookie,
    });
    const segment = this.#open(channel, parent, kind);
    segment.state = "active";
    return segment;
  }

  /**
   * Ends a segment on behalf of its handler. With the primary segment the whole client is asked to
   * exit; it ends when it has left.
   */
  close(segment: Segment, lastWords = ""): readonly Outcome[] {
    const { channel, state } = segment;
    if (state === "ended") return NOTHING;
    if (!this.#isLeaving && (channel !== 0 || lastWords !== "")) {
      this.output.sendControl({ command: "shutdown", channel, lastWords });
    }
    if (channel !== 0) {
      this.#end(segment, "");
    } else if (!this.#isLeaving) {
      // What waits for its turn would delay the end.
      this.#add(this.output.clear());
      this.output.sendFirst(0, { category: "target", kind: "exit" });
      this.#isLeaving = true;
    }
    return this.#outcomes.take();
  }

  /** Whether nothing more is sent for a segment. */
  isClosed(segment: Segment): boolean {
    return this.#isLeaving || segment.state === "ended";
  }

  /**
   * Ends all segments, subsegments first; each gets its `terminated`.
   *
   * @param lastWords Why, at most 31 bytes.
   */
  end(lastWords: string): readonly Outcome[] {
    this.#endAll(lastWords);
    return this.#outcomes.take();
  }

  #endAll(lastWords: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#add(this.output.close());
    for (const segment of [...this.#segments.values()].reverse()) this.#end(segment, lastWords);
    this.#budget.close();
  }

  #open(channel: number, parent?: Segment, kind?: number): Segment {
    const video = new VideoStream(this.#budget, this.h264.decoderOf(channel));
    const segment = new Segment(channel, this.#options.nextId(), video, parent, kind);
    this.#segments.set(channel, segment);
    return segment;
  }

  #end(segment: Segment, lastWords: string): void {
    // A client may end without having registered; requests end with it.
    for (const event of this.#early.take(segment.channel)) {
      if (event.kind !== "segreq") this.#report(segment, event);
    }
    segment.state = "ended";
    segment.free();
    this.#transfersIn.endSegment(segment);
    this.#record(segment, { kind: "terminated", last_words: lastWords });
    this.#segments.delete(segment.channel);
  }

  #takeControl(control: Control): void {
    switch (control.command) {
      case "videoframe":
        this.output.alive();
        return this.#add(this.video.announce(this.#segments.get(control.channel), control));
      case "audioframe": {
        const segment = this.#segments.get(control.channel);
        return segment && this.#add(announceAudio(segment, control));
      }
      case "binarystream": {
        const segment = this.#segments.get(control.channel);
        if (segment === undefined) return this.#add([cancelTransfer(control)]);
        return this.#add(this.#transfersIn.announce(segment, control));
      }
      case "ping":
        return this.#add(this.output.transferAcknowledged(control.stream));
      case "cancelstream":
        if (control.streamType !== CANCEL_STREAM_TYPE.binary) return;
        return this.#add(this.output.transferRefused(control.stream));
      case "shutdown":
        return this.#takeShutdown(control);
    }
    // Directory commands and unknown commands mean nothing to a sink.
  }

  #takeShutdown({ channel, lastWords }: KnownControl<"shutdown">): void {
    const segment = this.#segments.get(channel);
    if (segment === undefined) return;
    const shown = decodeUtf8Lenient(splitUtf8(encodeUtf8(lastWords), LAST_WORDS_BYTES)[0]!);
    if (channel === 0) this.#endAll(shown);
    else this.#end(segment, shown);
  }

  #takeData({ stream, channel, streamId, payload }: DataReceived): void {
    if (stream === "video") return this.#add(this.video.take(channel, payload));
    const segment = this.#segments.get(channel);
    if (segment === undefined) return;
    if (stream === "audio") return this.#add(takeAudio(segment, payload));
    this.#add(this.#transfersIn.take(segment, streamId, payload));
  }

  #takeEvent(event: EventPacket): void {
    const segment = this.#segments.get(event.channel);
    if (segment === undefined || this.output.observe(event)) return;
    if (event.kind === "register") return this.#register(segment, event);
    if (!segment.isRegistered) return this.#takeEarly(segment, event);
    this.#report(segment, event);
  }

  #report(segment: Segment, event: EventPacket): void {
    if (event.kind === "segreq") {
      const request = requestFromEvent(segment, event);
      return this.#record(segment, request.status, { request });
    }
    if (doesMore(event.kind)) this.#apply(segment, event);
    const status = segment.statusOf(event);
    if (status === undefined) return;
    if (status.kind !== "input") this.#record(segment, status);
    else this.#record(segment, status, { input: eventToIo(event.decode() as InputEvent) });
  }

  /** Does what an event asks for besides its record. */
  #apply(segment: Segment, event: EventPacket): void {
    if (event.kind === "inputmask") {
      const { device: devices, types } = event.decodeAs<"inputmask">();
      segment.inputMask = { devices, types };
    } else if (event.kind === "streamstatus") {
      // It may end a transfer; handlers get it all the same, as in Lua.
      const { identifier, completion } = event.decodeAs<"streamstatus">();
      this.#add(this.#transfersIn.takeStatus(segment, identifier, completion));
    }
  }

  #takeEarly(segment: Segment, event: EventPacket): void {
    const error = this.#early.keep(event);
    if (error === undefined) return;
    if (event.kind === "segreq") this.refuse(requestFromEvent(segment, event));
    this.#outcomes.push({ type: "fault", segment, error });
  }

  #register(segment: Segment, event: EventPacket): void {
    const { segkind, title } = event.decodeAs<"register">();
    const isFirst = !segment.isRegistered;
    if (isFirst) {
      if (segment.channel === 0) {
        if (RESERVED_SEGMENT_KINDS.includes(segkind)) return;
        segment.kind = segkind;
      }
      segment.isRegistered = true;
    }
    segment.title = decodeUtf8Lenient(title);
    const status = statusFromEvent(event, segment.statusContext) as StatusOf<"registered">;
    this.#record(segment, { ...status, segkind: segment.kindName });
    if (!isFirst) return;
    if (segment.channel === 0) {
      segment.state = "preroll";
      for (const status of prerollStatuses(segment)) this.#record(segment, status);
    }
    for (const event of this.#early.take(segment.channel)) this.#report(segment, event);
    for (const status of earlyStatuses(segment)) this.#record(segment, status);
  }

  #reply(segment: Segment, events: Iterable<EventInput>): void {
    if (!this.isClosed(segment)) this.output.reply(segment.channel, events);
  }

  #record(segment: Segment, status: Status, more?: Partial<RecordOutcome>): void {
    this.#outcomes.push({ type: "record", segment, status, ...more });
  }

  #add(outcomes: readonly StreamOutcome[]): void {
    for (const outcome of outcomes) {
      if (outcome.type === "reply") this.output.sendControl(outcome.control);
      else this.#outcomes.push(outcome);
    }
  }
}
