/**
 * The records that EXTERNAL events of a client make.
 *
 * Offsets are those of the event on the wire. `frame` is the number of frames that the client had
 * signalled when it queued the event. Text comes from the peer: it is valid UTF-8 and may hold any
 * control character. Source: arcan `arcan_lua.c`.
 *
 * @module
 */

/**
 * `segment_request`: a segment is asked for (EXTERNAL 10), or a client asks to be accepted
 * (`handover`). Answered by `acceptTarget` before the handler is done, else it is refused.
 */
export interface SegmentRequestStatus {
  /** The kind. */
  readonly kind: "segment_request";
  /** Frames signalled before. */
  readonly frame: number;
  /** The wanted segment kind by name; kind u32 at 32. */
  readonly segkind: string;
  /** Wanted width in pixels, at most 8192; u16 at 20. */
  readonly width: number;
  /** Wanted height in pixels, at most 8192; u16 at 22. */
  readonly height: number;
  /** The client's number for the request; u32 at 16. */
  readonly reqid: number;
  /** Wanted x position in pixels, to the parent; i16 at 24. */
  readonly xofs: number;
  /** Wanted y position in pixels, to the parent; i16 at 26. */
  readonly yofs: number;
  /** The segment that asks. */
  readonly parent: number;
  /** The parent is to be split; 1 to 4 at 28. */
  readonly split?: "left" | "right" | "top" | "bottom";
  /** Where to put it; 5 to 11 at 28. */
  readonly position?: "left" | "right" | "top" | "bottom" | "tab" | "embed" | "swallow";
}

/** `registered`: a client named itself or changed its title (EXTERNAL 16). */
export interface RegisteredStatus {
  /** The kind. */
  readonly kind: "registered";
  /** Frames signalled before. */
  readonly frame: number;
  /** The segment kind by name, fixed by the first record; u32 at 80. */
  readonly segkind: string;
  /** The title, at most 63 bytes; at 16. */
  readonly title: string;
  /** The client's identity, 16 bytes in base64; zero when it has none; at 88. */
  readonly guid: string;
}

/**
 * `message`: a text (EXTERNAL 0). `alert`: a call for attention (EXTERNAL 17), empty for focus, or a
 * URI to open.
 */
export interface MessageStatus {
  /** The kind. */
  readonly kind: "message" | "alert";
  /** Frames signalled before. */
  readonly frame: number;
  /** This part of the text; data[78] at 16. */
  readonly message: string;
  /** Whether more parts follow; u8 at 94. */
  readonly multipart: boolean;
}

/** `ident`: the changing part of the title (EXTERNAL 2). `failure`: why a transfer failed (3). */
export interface TextStatus {
  /** The kind. */
  readonly kind: "ident" | "failure";
  /** Frames signalled before. */
  readonly frame: number;
  /** At most 77 bytes; data[78] at 16. */
  readonly message: string;
}

/** `coreopt`: one option that the client can be set to (EXTERNAL 1), by `targetCoreopt`. */
export interface CoreoptStatus {
  /** The kind. */
  readonly kind: "coreopt";
  /** Frames signalled before. */
  readonly frame: number;
  /** The option's number; u8 at 16. */
  readonly slot: number;
  /** The text, at most 76 bytes; data[77] at 18. */
  readonly argument: string;
  /** What the text is; u8 at 17. */
  readonly type: "key" | "description" | "value" | "current";
}

/** `streaminfo`: one stream of a medium (EXTERNAL 6). */
export interface StreaminfoStatus {
  /** The kind. */
  readonly kind: "streaminfo";
  /** Frames signalled before. */
  readonly frame: number;
  /** Three letters; langid[4] at 18. */
  readonly lang: string;
  /** The stream's number; u8 at 16. */
  readonly streamid: number;
  /** What it carries; u8 at 17. */
  readonly type: "audio" | "video" | "text" | "overlay" | "broken";
}

/** `streamstatus`: progress of playback or of a transfer (EXTERNAL 7). */
export interface StreamstatusStatus {
  /** The kind. */
  readonly kind: "streamstatus";
  /** Frames signalled before. */
  readonly frame: number;
  /** The position as text, such as `01:02:03`; [9] at 16. */
  readonly ctime: string;
  /** The end as text; [9] at 25. */
  readonly endtime: string;
  /** 0 to 1, below 0 for a failure; f32 at 36. */
  readonly completion: number;
  /** The frame of the medium; u32 at 44. */
  readonly frameno: number;
  /** 1 while data streams in, else 0 (a number, as in Lua); u8 at 40. */
  readonly streaming: number;
}

/** `state_size`: the client can save its state (EXTERNAL 8). */
export interface StateSizeStatus {
  /** The kind. */
  readonly kind: "state_size";
  /** Frames signalled before. */
  readonly frame: number;
  /** Bytes; 0 when it no longer can; u32 at 16. */
  readonly state_size: number;
  /** Which clients can load it; u32 at 20. */
  readonly typeid: number;
}

/** `cursorhint`: the shape that the mouse cursor should have (EXTERNAL 12). */
export interface CursorhintStatus {
  /** The kind. */
  readonly kind: "cursorhint";
  /** Frames signalled before. */
  readonly frame: number;
  /** A name such as `hidden-hot:3:4`, of `a` to `z`, `0` to `9`, `:` and `-`; data[78] at 16. */
  readonly cursor: string;
}

/** `viewport`: where the segment wants to be, in relation to its parent (EXTERNAL 13). */
export interface ViewportStatus {
  /** The kind. */
  readonly kind: "viewport";
  /** Frames signalled before. */
  readonly frame: number;
  /** Not to be shown; u8 at 43. */
  readonly invisible: boolean;
  /** Wants the focus; u8 at 44. */
  readonly focus: boolean;
  /** Anchored to an edge; u8 at 45. */
  readonly anchor_edge: boolean;
  /** Anchored to a position; u8 at 46. */
  readonly anchor_pos: boolean;
  /** Lies inside the parent; u8 at 42. */
  readonly embedded: boolean;
  /** Order of stacking, above (over 0) or behind (below 0) the parent; i8 at 41. */
  readonly rel_order: number;
  /** Left edge of the anchor region, in pixels of the parent; i32 at 16. */
  readonly rel_x: number;
  /** Upper edge of the anchor region, in pixels of the parent; i32 at 20. */
  readonly rel_y: number;
  /** Width of the anchor region in pixels; u32 at 24. */
  readonly anchor_w: number;
  /** Height of the anchor region in pixels; u32 at 28. */
  readonly anchor_h: number;
  /** The edge of the parent: 0 any, 1 to 9 from upper left to lower right; u8 at 40. */
  readonly edge: number;
  /** The client's number for it; u32 at 48. */
  readonly ext_id: number;
  /** Embedded and scaled. */
  readonly scaled: boolean;
  /** Embedded, and hints are passed on. */
  readonly hintfwd: boolean;
  /** Shadow and decoration around it, in pixels: top, left, right, down; u8[4] at 36. */
  readonly border: readonly [number, number, number, number];
  /** The parent's token; u32 at 32. */
  readonly parent: number;
}

/**
 * `content_state`: which part of the content is visible (EXTERNAL 14), for scroll bars. `targetSeek`
 * moves it.
 */
export interface ContentStateStatus {
  /** The kind. */
  readonly kind: "content_state";
  /** Frames signalled before. */
  readonly frame: number;
  /** The left edge of what is visible, 0 to 1 of all, below 0 for none; f32 at 16. */
  readonly rel_x: number;
  /** The upper edge of what is visible, 0 to 1 of all, below 0 for none; f32 at 24. */
  readonly rel_y: number;
  /** The window as a fraction of the width of all, 0 to 1; one step for terminals; f32 at 32. */
  readonly wnd_w: number;
  /** The window as a fraction of the height of all, 0 to 1; one step for terminals; f32 at 36. */
  readonly wnd_h: number;
  /** How much of the width is visible, 0 to 1; f32 at 20. */
  readonly x_size: number;
  /** How much of the height is visible, 0 to 1; f32 at 28. */
  readonly y_size: number;
  /** The grid that the width is to keep to, in pixels, 0 for none; u8 at 40. */
  readonly cell_w: number;
  /** The grid that the height is to keep to, in pixels, 0 for none; u8 at 41. */
  readonly cell_h: number;
  /** The least width in pixels, 0 for none; u32 at 44. */
  readonly min_w: number;
  /** The least height in pixels, 0 for none; u32 at 48. */
  readonly min_h: number;
  /** The greatest width in pixels, 0 for none; u32 at 52. */
  readonly max_w: number;
  /** The greatest height in pixels, 0 for none; u32 at 56. */
  readonly max_h: number;
}

/** `input_label`: a named input that the client understands (EXTERNAL 15). */
export interface InputLabelStatus {
  /** The kind. */
  readonly kind: "input_label";
  /** Frames signalled before. */
  readonly frame: number;
  /** The name; empty to forget all of them; label[16] at 16. */
  readonly labelhint: string;
  /** For people, at most 52 bytes; descr[53] at 34. */
  readonly description: string;
  /** The suggested key symbol; u16 at 32. */
  readonly initial: number;
  /** What kind of input it wants; u8 at 94. */
  readonly datatype: "analog" | "digital" | "translated" | "touch" | "eyes";
  /** The suggested modifiers; u16 at 96. */
  readonly modifiers: number;
  /** A symbol to show, at most 4 bytes; vsym[5] at 87. */
  readonly vsym: string;
}

/**
 * `bchunkstate`: the client can read or write files, or asks to (EXTERNAL 19). `openNonblock` gives it
 * one to read; `onBinary` takes those that it writes.
 */
export interface BchunkstateStatus {
  /** The kind. */
  readonly kind: "bchunkstate";
  /** Frames signalled before. */
  readonly frame: number;
  /** Whether it only tells, as opposed to asking at once; bit 1 of the hint clear; u8 at 25. */
  readonly hint: boolean;
  /** Whether it follows the cursor (drag and drop); bit 8. */
  readonly cursor: boolean;
  /** Whether several are possible; bit 4. */
  readonly multipart: boolean;
  /** Whether anything goes; bit 2. */
  readonly wildcard: boolean;
  /** Bytes, 0 when unknown; u64 at 16. */
  readonly size: number;
  /** Whether it wants to read; u8 at 24. */
  readonly input: boolean;
  /** Whether it takes a stream of unknown length; u8 at 26. */
  readonly stream: boolean;
  /** Whether it no longer does; `extensions` is absent then. */
  readonly disable: boolean;
  /** Suffixes separated by `;`, of `a` to `z`, `0` to `9`, `;` and `*`; [68] at 27. */
  readonly extensions?: string;
}

/**
 * `privdrop`: rights that the client has or gave up (EXTERNAL 20). The listener itself makes one with
 * `networked` behind each `preroll`.
 */
export interface PrivdropStatus {
  /** The kind. */
  readonly kind: "privdrop";
  /** Frames signalled before. */
  readonly frame: number;
  /** Comes from outside; u8 at 16. */
  readonly external: boolean;
  /** Is confined; u8 at 17. */
  readonly sandboxed: boolean;
  /** Comes over the network; u8 at 18. */
  readonly networked: boolean;
}

/** `mask_input`: the client changed which input it takes (EXTERNAL 21); see `inputCapabilities`. */
export interface MaskInputStatus {
  /** The kind. */
  readonly kind: "mask_input";
  /** Frames signalled before. */
  readonly frame: number;
}

/** `unknown`: an EXTERNAL event that has no name here. */
export interface UnknownStatus {
  /** The kind. */
  readonly kind: "unknown";
  /** Frames signalled before. */
  readonly frame: number;
  /** Its number. */
  readonly kind_num: number;
}
