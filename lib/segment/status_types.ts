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

/**
 * `preroll`: a client waits to be let in; follows its first `registered`. It may draw when the handler
 * is done, and is told first what the handler sends here.
 */
export interface PrerollStatus {
  /** The kind. */
  readonly kind: "preroll";
  /** The segment kind by name. */
  readonly segkind: string;
  /** The number of the segment's audio. */
  readonly source_audio: number;
}

/** `resized`: a frame with another size, orientation or content was committed (control 4). */
export interface ResizedStatus {
  /** The kind. */
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

/** `frame`: a frame was committed; only after `targetVerbose`. */
export interface FrameStatus {
  /** The kind. */
  readonly kind: "frame";
  /** The number of the segment's audio. */
  readonly source_audio: number;
  /** When it is to be shown, in milliseconds; 0, as no frame over a12 says. */
  readonly pts: number;
  /** How many frames of the segment were committed so far. */
  readonly number: number;
  /** The left edge of the changed region in pixels; 0 for text, of which all is taken as changed. */
  readonly x: number;
  /** The upper edge of the changed region in pixels; 0 for text. */
  readonly y: number;
  /** Width of the changed region in pixels. */
  readonly width: number;
  /** Height of the changed region in pixels. */
  readonly height: number;
  /** The left edge of the changed region, in pixels; absent for text. */
  readonly x1?: number;
  /** The upper edge of the changed region, in pixels; absent for text. */
  readonly y1?: number;
  /** The column of pixels behind the changed region; absent for text. */
  readonly x2?: number;
  /** The row of pixels behind the changed region; absent for text. */
  readonly y2?: number;
  /** Rows of the grid of text; absent for pixels. */
  readonly rows?: number;
  /** Columns of the grid of text; absent for pixels. */
  readonly cols?: number;
}

/**
 * `dropped_frame`: a frame was left out, as it could not be decoded or came too late; only after
 * `targetVerbose`.
 *
 * Real clients draw on as if it had been shown: what later frames leave alone stays as it was, and what
 * they change as a difference comes out wrong. The protocol has no way to ask for a whole picture; a
 * client sends one when its size changes, so `targetDisplayhint` with another size and back repairs it.
 */
export interface DroppedFrameStatus {
  /** The kind. */
  readonly kind: "dropped_frame";
  /** The number of the segment's audio. */
  readonly source_audio: number;
  /** When it was to be shown, in milliseconds; 0, as no frame over a12 says. */
  readonly pts: number;
  /** How many frames of the segment were committed so far. */
  readonly number: number;
}

/** `input`: the client sent input (category 2); the handler's third argument is the table. */
export interface InputStatus {
  /** The kind. */
  readonly kind: "input";
  /** The number of the segment's audio. */
  readonly source_audio: number;
  /** The token of the segment that is meant, 0 for none; u32 at 36. */
  readonly tgtid: number;
}

/** `terminated`: the segment has ended; always the last record, and the only one of its kind. */
export interface TerminatedStatus {
  /** The kind. */
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
