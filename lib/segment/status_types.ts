/**
 * The records that a handler gets: the vocabulary of Arcan's Lua API, names and fields unchanged.
 *
 * Here are the records that the listener makes by itself, and the union of all.
 * Source: arcan `arcan_lua.c`.
 *
 * @module
 */

import type {
  BchunkstateStatus,
  ContentStateStatus,
  CoreoptStatus,
  CursorhintStatus,
  InputLabelStatus,
  MaskInputStatus,
  MessageStatus,
  PrivdropStatus,
  RegisteredStatus,
  SegmentRequestStatus,
  StateSizeStatus,
  StreaminfoStatus,
  StreamstatusStatus,
  TextStatus,
  UnknownStatus,
  ViewportStatus,
} from "./status_external_types.ts";

export type * from "./status_external_types.ts";

/** A client waits to be let in; it may draw when the handler has returned. Follows `registered`. */
export interface PrerollStatus {
  /** Tells it apart. */
  readonly kind: "preroll";
  /** The segment kind by name. */
  readonly segkind: string;
  /** The number of the segment's audio. */
  readonly source_audio: number;
}

/** A frame with another size, orientation or content was committed (control 4). */
export interface ResizedStatus {
  /** Tells it apart. */
  readonly kind: "resized";
  /** The number of the segment's audio. */
  readonly source_audio: number;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** The older name of `origo_ll`. */
  readonly mirrored: boolean;
  /** Whether the rows come bottom up. */
  readonly origo_ll: boolean;
  /** Whether the content is a grid of text. */
  readonly tpack: boolean;
}

/** A frame was committed; only for verbose segments. */
export interface FrameStatus {
  /** Tells it apart. */
  readonly kind: "frame";
  /** The number of the segment's audio. */
  readonly source_audio: number;
  /** When it is to be shown, in milliseconds. */
  readonly pts: number;
  /** Counts the frames of the segment. */
  readonly number: number;
  /** The changed region, in pixels; in cells for text. */
  readonly x: number;
  /** The changed region, in pixels; in cells for text. */
  readonly y: number;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** The changed region of pixels. */
  readonly x1?: number;
  /** The changed region of pixels. */
  readonly y1?: number;
  /** The changed region of pixels. */
  readonly x2?: number;
  /** The changed region of pixels. */
  readonly y2?: number;
  /** The changed rows of text. */
  readonly rows?: number;
  /** The changed columns of text. */
  readonly cols?: number;
}

/** A frame came too late and was left out; only for verbose segments. */
export interface DroppedFrameStatus {
  /** Tells it apart. */
  readonly kind: "dropped_frame";
  /** The number of the segment's audio. */
  readonly source_audio: number;
  /** When it was to be shown, in milliseconds. */
  readonly pts: number;
  /** Counts the frames of the segment. */
  readonly number: number;
}

/** The client sent input (category 2); the handler's third argument is the table. */
export interface InputStatus {
  /** Tells it apart. */
  readonly kind: "input";
  /** The number of the segment's audio. */
  readonly source_audio: number;
  /** The token of the segment that is meant, 0 for none; u32 at 36. */
  readonly tgtid: number;
}

/** The segment has ended; always the last record, and the only one of its kind. */
export interface TerminatedStatus {
  /** Tells it apart. */
  readonly kind: "terminated";
  /** Why, at most 31 bytes; empty unless the peer said. */
  readonly last_words: string;
}

/** Everything that happens to a segment, told apart by `kind`. */
export type Status =
  | PrerollStatus
  | SegmentRequestStatus
  | RegisteredStatus
  | ResizedStatus
  | MessageStatus
  | TextStatus
  | CoreoptStatus
  | StreaminfoStatus
  | StreamstatusStatus
  | StateSizeStatus
  | CursorhintStatus
  | ViewportStatus
  | ContentStateStatus
  | InputLabelStatus
  | BchunkstateStatus
  | PrivdropStatus
  | MaskInputStatus
  | FrameStatus
  | DroppedFrameStatus
  | InputStatus
  | UnknownStatus
  | TerminatedStatus;

/** The name of a kind of record. */
export type StatusKind = Status["kind"];
