/**
 * What is known about one segment (window) of a client.
 *
 * @module
 */

import type { LineBytes } from "../bytes/line_bytes.ts";
import { AudioStream } from "../decoders/audio.ts";
import type { FrameHeader } from "../decoders/frame_header.ts";
import type { VideoStream } from "../decoders/video_stream.ts";
import type { EventPacket } from "../session/event_packet.ts";
import { segmentKindName } from "../wire/constants.ts";
import { EXTERNAL_KINDS } from "../wire/event/external.ts";
import { Codec } from "../wire/layout.ts";
import type { HintsSent } from "./preroll.ts";
import {
  appendEventLine,
  type Status,
  StatusContext,
  statusFromEvent,
  type StatusOf,
} from "./status.ts";
import type { InputMask } from "./verbs/input_mask.ts";
import type { PointerPosition } from "./verbs/mouse.ts";

const TERMINAL = 5;
const TUI = 24;

const { x, y, order, invisible: isHidden, focus: wantsFocus } = EXTERNAL_KINDS.viewport.layout;
const PLACE = new Codec({ x, y, order, isHidden, wantsFocus }, {});

type SegmentState =
  /** The channel is open; the client has not registered. */
  | "open"
  /** The client has registered and waits for ACTIVATE. */
  | "preroll"
  /** The client may draw. */
  | "active"
  /** The segment has ended; what still arrives for it is discarded. */
  | "ended";

/** Where a subsegment belongs, in pixels of its parent. */
export interface Place {
  readonly x: number;
  readonly y: number;
  /** Above its parent, or below it when negative. */
  readonly order: number;
  readonly isHidden: boolean;
  readonly wantsFocus: boolean;
}

/** How a segment was shown last. */
export interface Shown {
  readonly width: number;
  readonly height: number;
  readonly origoLl: boolean;
  readonly tpack: boolean;
}

export class Segment {
  /** The channel, 0 for the primary. */
  readonly channel: number;
  /** The number by which handlers know it. */
  readonly id: number;
  /** The segment that asked for it; `undefined` for the primary. */
  readonly parent: Segment | undefined;
  readonly video: VideoStream;
  readonly audio = new AudioStream();
  /** Whether the last announcement of audio was refused. */
  isAudioRefused = false;
  readonly statusContext: StatusContext;
  state: SegmentState = "open";
  /** The kind, fixed by the first REGISTER. */
  kind = 0;
  isRegistered = false;
  /** The title, from the last REGISTER. */
  title = "";
  /** What the client calls its content, which changes more often than the title. */
  ident = "";
  /** The shape of the mouse cursor that the client wants over it; empty before it says one. */
  cursor = "";
  /** Where it belongs: as requested, then as the client said last. */
  place: Place = { x: 0, y: 0, order: 0, isHidden: false, wantsFocus: false };
  /** Whether ACTIVATE is withheld until the segment is resumed. */
  suspended = false;
  /** The last frame that was presented before the segment registered. */
  earlyFrame: FrameHeader | undefined;
  /** How many frames were presented. */
  frames = 0;
  /** How it was presented last. */
  shown: Shown | undefined;
  /** Whether each frame is reported. */
  verbose = false;
  /** Kinds of devices and data that the client does not want as input. */
  inputMask: InputMask = { devices: 0, types: 0 };
  /** Where the mouse was moved to last. */
  pointer: PointerPosition = { x: 0, y: 0 };
  /** Which preroll hints the handler has sent by itself. */
  hints: { -readonly [K in keyof HintsSent]: HintsSent[K] } = {
    output: false,
    display: undefined,
    font: false,
  };
  /** The size that the handler asked for, in pixels. */
  size: { width?: number; height?: number } = {};

  /** @param video What arrives on its video stream; closed by {@linkcode free}. */
  constructor(channel: number, id: number, video: VideoStream, parent?: Segment, kind = 0) {
    this.channel = channel;
    this.id = id;
    this.parent = parent;
    this.kind = kind;
    this.video = video;
    this.statusContext = new StatusContext(id);
  }

  /** Keeps the place that was requested for it. */
  putAt({ xofs, yofs }: StatusOf<"segment_request">): void {
    this.place = { ...this.place, x: xofs, y: yofs };
  }

  /** Makes the record of an event, if there is one, and keeps what it says for those that look later. */
  statusOf(event: EventPacket): Status | undefined {
    const status = statusFromEvent(event, this.statusContext);
    if (status?.kind === "ident") this.ident = status.message;
    else if (status?.kind === "cursorhint") this.cursor = status.cursor;
    else if (status?.kind === "viewport") this.place = placeOf(event);
    return status;
  }

  /**
   * Appends the line of an event's record, and keeps what the record says.
   *
   * @returns `false` when only the record gives the line; a part of it may have been appended all the same.
   */
  appendLine(event: EventPacket, line: LineBytes): boolean {
    if (!appendEventLine(line, event, this.statusContext)) return false;
    switch (event.kind) {
      case "viewport":
        this.place = placeOf(event);
        break;
      case "ident":
      case "cursorhint":
        this.statusOf(event);
    }
    return true;
  }

  /** Releases the picture, the audio and their buffers. */
  free(): void {
    this.video.close();
    this.audio.close();
  }

  /** The kind as handlers know it. */
  get kindName(): string {
    return segmentKindName(this.kind);
  }

  /** Whether it shows text that the client lays out in cells. */
  get isText(): boolean {
    return this.kind === TERMINAL || this.kind === TUI;
  }
}

/** @param event Of the kind `viewport`. */
function placeOf({ view, base }: EventPacket): Place {
  return PLACE.decode(view, base);
}
