/**
 * The source's end of a logged-in connection: what is registered, which channels there are, and how
 * frames go out and are acknowledged.
 *
 * It knows nothing of sockets or time. Source: arcan `a12_helper_srv.c`, `a12_encode.c`.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";
import type { ControlReceived, EventReceived, SessionEvent } from "../session/events.ts";
import type { Session } from "../session/session.ts";
import { CANCEL_REASON, CANCEL_STREAM_TYPE, VIDEO_DATA_STREAM_ID } from "../wire/constants.ts";
import type { ControlInput, KnownControl } from "../wire/control.ts";
import type { EventInput } from "../wire/event/types.ts";
import type { VideoFrame } from "./frame.ts";
import { FrameWindow } from "./window.ts";

/** What a sink tells a source; acknowledgements and rekeying are dealt with and left out. */
export type SourceEvent = EventReceived | ControlReceived;

/** What a segment registers as. */
export interface Registration {
  /** The number of the segment kind. */
  readonly segkind: number;
  /** The title; cut off behind 63 bytes of UTF-8. */
  readonly title: string;
  /** Tells the same program apart from others, each time that it comes; zero for none. */
  readonly guid?: readonly [bigint, bigint];
}

/** The source's end of one connection. */
export class SourceEndpoint {
  readonly #session: Session;
  readonly #window: FrameWindow;
  readonly #channels = new Set([0]);

  /**
   * Makes the end of a connection on which only channel 0 is open.
   *
   * @param session A session whose peer was accepted.
   * @param limit How many frames may be under way.
   */
  constructor(session: Session, limit: number) {
    this.#session = session;
    this.#window = new FrameWindow(limit);
  }

  /** The frames that are under way. */
  get window(): FrameWindow {
    return this.#window;
  }

  /** The channels that are open, 0 first. */
  get channels(): ReadonlySet<number> {
    return this.#channels;
  }

  /**
   * Takes what the session brought and does what every source does about it.
   *
   * @param event What the session brought.
   * @returns The same event when it is for the program, else `undefined`.
   */
  take(event: SessionEvent): SourceEvent | undefined {
    switch (event.type) {
      case "event":
        return event;
      case "control":
        return this.#takeControl(event);
      default:
        // Streams of a sink were cancelled; what is under way is thrown away.
        return undefined;
    }
  }

  /**
   * Registers a segment: the first thing on every channel.
   *
   * @param registration Kind, title and identity.
   * @param channel The channel.
   */
  register({ segkind, title, guid = [0n, 0n] }: Registration, channel = 0): void {
    this.sendEvent(
      { category: "external", kind: "register", segkind, title, guid0: guid[0], guid1: guid[1] },
      channel,
    );
  }

  /**
   * Sends an event.
   *
   * @param event The event.
   * @param channel An open channel.
   * @throws {ApiMisuseError} `bad-argument` for a channel that is not open, `wrong-state`.
   */
  sendEvent(event: EventInput, channel = 0): void {
    this.#mustBeOpen(channel);
    this.#session.sendEvent(channel, event);
  }

  /**
   * Sends a control command.
   *
   * @param control The command.
   * @throws {ApiMisuseError} `wrong-state`.
   */
  sendControl(control: ControlInput): void {
    this.#session.send(control);
  }

  /**
   * Announces a frame; its payload must follow by {@linkcode sendPart} before the channel's next.
   *
   * @param frame The frame.
   * @param channel An open channel.
   * @returns The number that it will be acknowledged with.
   * @throws {ApiMisuseError} `bad-argument` for a channel that is not open, `wrong-state`.
   */
  announce(frame: VideoFrame, channel = 0): number {
    this.#mustBeOpen(channel);
    const stream = this.#window.send();
    this.#session.send({
      command: "videoframe",
      channel,
      stream,
      format: frame.format,
      surfaceWidth: frame.surfaceWidth,
      surfaceHeight: frame.surfaceHeight,
      x: frame.x,
      y: frame.y,
      width: frame.width,
      height: frame.height,
      flags: frame.flags,
      length: frame.payload.length,
      expandedLength: frame.expandedLength,
      commit: true,
    });
    return stream;
  }

  /**
   * Sends the next packet of a frame.
   *
   * @param frame The frame that was announced.
   * @param at How many bytes of its payload were sent.
   * @param channel Its channel.
   * @returns How many bytes of its payload are sent now; all of them when it is complete.
   */
  sendPart({ payload, chunkBytes }: VideoFrame, at: number, channel = 0): number {
    const end = Math.min(at + chunkBytes, payload.length);
    this.#session.sendData("video", channel, VIDEO_DATA_STREAM_ID, payload.subarray(at, end));
    return end;
  }

  #takeControl(event: ControlReceived): SourceEvent | undefined {
    const { control } = event;
    switch (control.command) {
      case "ping":
        this.#window.acknowledge(control.stream);
        return undefined;
      case "newch":
        this.#channels.add(control.newChannel);
        return event;
      case "shutdown":
        if (control.channel !== 0) this.#channels.delete(control.channel);
        return event;
      case "binarystream":
        this.#refuseStream(control);
        return event;
      default:
        return event;
    }
  }

  #refuseStream({ channel, stream }: KnownControl<"binarystream">): void {
    this.#session.send({
      command: "cancelstream",
      channel,
      stream,
      reason: CANCEL_REASON.unwanted,
      streamType: CANCEL_STREAM_TYPE.binary,
    });
  }

  #mustBeOpen(channel: number): void {
    if (this.#channels.has(channel)) return;
    throw new ApiMisuseError("bad-argument", `channel ${channel} is not open`);
  }
}
