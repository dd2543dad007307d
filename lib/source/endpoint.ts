/**
 * The source's end of a logged-in connection: registers, keeps the open channels, sends frames and
 * counts their acknowledgements.
 *
 * Source: arcan `a12_helper_srv.c`, `a12_encode.c`.
 *
 * @module
 */

import { ApiMisuseError } from "../errors.ts";
import type { ControlReceived, EventReceived, SessionEvent } from "../session/events.ts";
import type { Session } from "../session/session.ts";
import { CANCEL_REASON, CANCEL_STREAM_TYPE, VIDEO_DATA_STREAM_ID } from "../wire/constants.ts";
import type { ControlInput } from "../wire/control.ts";
import type { EventInput } from "../wire/event/types.ts";
import type { VideoFrame } from "./frame.ts";
import { FrameWindow } from "./window.ts";

/** An event or command of a sink, acknowledgements and key changes excepted. */
export type SourceEvent = EventReceived | ControlReceived;

/** What a segment registers as. */
export interface Registration {
  /** The number of the segment kind. */
  readonly segkind: number;
  /** The title; cut off behind 63 bytes of UTF-8. */
  readonly title: string;
  /** Identifies the same program at each connection; zero for none. */
  readonly guid?: readonly [bigint, bigint];
}

/** The source's end of one connection. */
export class SourceEndpoint {
  readonly window: FrameWindow;
  readonly #session: Session;
  readonly #channels = new Set([0]);

  /**
   * @param session A session whose peer was accepted.
   * @param limit How many frames may be sent before the first of them is acknowledged.
   */
  constructor(session: Session, limit: number) {
    this.#session = session;
    this.window = new FrameWindow(limit);
  }

  /** @returns The event if it is for the program; the endpoint has handled all others. */
  take(event: SessionEvent): SourceEvent | undefined {
    if (event.type === "event") {
      return { type: "event", channel: event.channel, event: event.decode() };
    }
    if (event.type !== "control") return undefined;
    const { control } = event;
    switch (control.command) {
      case "ping":
        this.window.acknowledge(control.stream);
        return undefined;
      case "newch":
        this.#channels.add(control.newChannel);
        return event;
      case "shutdown":
        if (control.channel !== 0) this.#channels.delete(control.channel);
        return event;
      case "binarystream":
        this.#session.send({
          command: "cancelstream",
          channel: control.channel,
          stream: control.stream,
          reason: CANCEL_REASON.unwanted,
          streamType: CANCEL_STREAM_TYPE.binary,
        });
        // On a channel that is not open it only asks for this sign of life (`net/lifetime.ts`).
        return this.#channels.has(control.channel) ? event : undefined;
      default:
        return event;
    }
  }

  /** Registers a segment, which must be the first event of its channel. */
  register({ segkind, title, guid = [0n, 0n] }: Registration, channel = 0): void {
    this.sendEvent(
      { category: "external", kind: "register", segkind, title, guid0: guid[0], guid1: guid[1] },
      channel,
    );
  }

  /** @throws {ApiMisuseError} `bad-argument` for a channel that is not open, `wrong-state`. */
  sendEvent(event: EventInput, channel = 0): void {
    this.#requireOpen(channel);
    this.#session.sendEvent(channel, event);
  }

  /** @throws {ApiMisuseError} `wrong-state`. */
  sendControl(control: ControlInput): void {
    this.#session.send(control);
  }

  /**
   * Announces a frame. All of its payload must follow by {@linkcode sendPart} before the next frame of
   * the channel.
   *
   * @throws {ApiMisuseError} `bad-argument` for a channel that is not open, `wrong-state`.
   */
  announce({ payload, chunkBytes: _, ...header }: VideoFrame, channel = 0): void {
    this.#requireOpen(channel);
    this.#session.send({
      ...header,
      command: "videoframe",
      channel,
      stream: this.window.send(),
      length: payload.length,
      commit: true,
    });
  }

  /**
   * Sends the next packet of a frame.
   *
   * @param at How many bytes of the payload were sent.
   * @returns The same with this packet.
   */
  sendPart({ payload, chunkBytes }: VideoFrame, at: number, channel = 0): number {
    const end = Math.min(at + chunkBytes, payload.length);
    this.#session.sendData("video", channel, VIDEO_DATA_STREAM_ID, payload.subarray(at, end));
    return end;
  }

  #requireOpen(channel: number): void {
    if (this.#channels.has(channel)) return;
    throw new ApiMisuseError("bad-argument", `channel ${channel} is not open`);
  }
}
