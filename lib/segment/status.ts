/**
 * From events on the wire to the records that handlers get.
 *
 * @module
 */

import { encodeBase64 } from "../bytes/base64.ts";
import { assertNever } from "../errors.ts";
import { MAX_SURFACE_SIDE_PX } from "../limits.ts";
import { segmentKindName } from "../wire/constants.ts";
import { DATATYPE } from "../wire/event/input.ts";
import type { ExternalEvent, WireEvent } from "../wire/event/types.ts";
import { MessageJoiner } from "./status_joiner.ts";
import { CURSOR, filteredText, LETTERS, SUFFIXES, TIME, wholeText, WORD } from "./status_text.ts";
import type {
  BchunkstateStatus,
  InputLabelStatus,
  RegisteredStatus,
  SegmentRequestStatus,
  Status,
  ViewportStatus,
} from "./status_types.ts";

export type * from "./status_types.ts";
export type { IoTable } from "./status_io.ts";

const COREOPT_TYPES = ["key", "description", "value", "current"] as const;
const STREAM_TYPES = ["audio", "video", "text", "overlay"] as const;
const DATATYPE_NAMES: ReadonlyMap<number, InputLabelStatus["datatype"]> = new Map([
  [DATATYPE.analog, "analog"],
  [DATATYPE.digital, "digital"],
  [DATATYPE.translated, "translated"],
  [DATATYPE.touch, "touch"],
  [DATATYPE.eyes, "eyes"],
]);
const PLACEMENTS: readonly Pick<SegmentRequestStatus, "split" | "position">[] = [
  {},
  { split: "left" },
  { split: "right" },
  { split: "top" },
  { split: "bottom" },
  { position: "left" },
  { position: "right" },
  { position: "top" },
  { position: "bottom" },
  { position: "tab" },
  { position: "embed" },
  { position: "swallow" },
];
const CHUNK_HINT = { immediate: 1, wildcard: 2, multipart: 4, cursor: 8 } as const;
const EMBEDDED = { scaled: 2, hintForward: 3 } as const;

/** What a record needs beyond its event; one for each segment, for as long as it lives. */
export class StatusContext {
  /** The number by which handlers know the segment. */
  readonly segment: number;
  /** The number by which handlers know the segment's audio. */
  readonly sourceAudio: number;
  /** Joins the parts of messages. */
  readonly messages: MessageJoiner = new MessageJoiner();
  /** Joins the parts of alerts. */
  readonly alerts: MessageJoiner = new MessageJoiner();

  /**
   * Begins without any text.
   *
   * @param segment The number by which handlers know the segment.
   * @param sourceAudio The number by which handlers know the segment's audio.
   */
  constructor(segment: number, sourceAudio: number = segment) {
    this.segment = segment;
    this.sourceAudio = sourceAudio;
  }
}

/**
 * Makes the record of an event.
 *
 * Rules that need the segment's history are the caller's: the kind of a segment is fixed by its first
 * `register`, and a subsegment's request must be answered.
 *
 * @param event Any event of a source.
 * @param context The segment that it came for; its joiners take part of messages.
 * @returns The record, or `undefined` for events that handlers do not get.
 */
export function statusFromEvent(event: WireEvent, context: StatusContext): Status | undefined {
  if (event.category === "input" && event.kind !== "unknown") {
    return { kind: "input", source_audio: context.sourceAudio, tgtid: event.dst };
  }
  if (event.category !== "external") return undefined;
  if (event.kind === "unknown") {
    return { kind: "unknown", frame: Number(event.frameId), kind_num: event.kindNumber };
  }
  return externalStatus(event, context);
}

function externalStatus(event: ExternalEvent, context: StatusContext): Status | undefined {
  const frame = Number(event.frameId);
  switch (event.kind) {
    case "message":
    case "alert": {
      const joiner = event.kind === "message" ? context.messages : context.alerts;
      const part = joiner.take(event.message, event.multipart !== 0);
      return part && { kind: event.kind, frame, ...part };
    }
    case "ident":
    case "failure":
      return { kind: event.kind, frame, message: wholeText(event.message, 77) };
    case "coreopt": {
      const type = COREOPT_TYPES[event.type];
      if (type === undefined) return undefined;
      // DEVIATION: upstream reads the text at 16, where slot and type are, and shows garbage
      // (test "coreopt: the argument is the text, not slot and type").
      const argument = wholeText(event.data, 76);
      return { kind: "coreopt", frame, slot: event.index, argument, type };
    }
    case "streaminfo":
      return {
        kind: "streaminfo",
        frame,
        lang: filteredText(event.langid, 3, LETTERS),
        streamid: event.streamid,
        type: STREAM_TYPES[event.datakind] ?? "broken",
      };
    case "streamstatus":
      return {
        kind: "streamstatus",
        frame,
        ctime: filteredText(event.time, 8, TIME),
        endtime: filteredText(event.limit, 8, TIME),
        completion: finite(event.completion),
        frameno: event.frameno,
        streaming: event.streaming ? 1 : 0,
      };
    case "statesize":
      return { kind: "state_size", frame, state_size: event.size, typeid: event.type };
    case "segreq":
      return segmentRequestStatus(event, context.segment);
    case "cursorhint":
      return { kind: "cursorhint", frame, cursor: filteredText(event.message, 77, CURSOR) };
    case "viewport":
      return viewportStatus(event, frame);
    case "content":
      return {
        kind: "content_state",
        frame,
        rel_x: finite(event.xPos),
        rel_y: finite(event.yPos),
        wnd_w: finite(event.width),
        wnd_h: finite(event.height),
        x_size: finite(event.xSize),
        y_size: finite(event.ySize),
        cell_w: event.cellWidth,
        cell_h: event.cellHeight,
        min_w: event.minWidth,
        min_h: event.minHeight,
        max_w: event.maxWidth,
        max_h: event.maxHeight,
      };
    case "labelhint": {
      const datatype = DATATYPE_NAMES.get(event.datatype);
      if (datatype === undefined) return undefined;
      return {
        kind: "input_label",
        frame,
        labelhint: filteredText(event.label, 15, WORD),
        description: wholeText(event.description, 52),
        initial: event.initial,
        datatype,
        modifiers: event.modifiers,
        vsym: wholeText(event.vsym, 4),
      };
    }
    case "register":
      return registeredStatus(event, frame);
    case "bchunkstate":
      return bchunkstateStatus(event, frame);
    case "privdrop":
      // DEVIATION: upstream shows `external` in all three
      // (test "privdrop: each field shows its own byte").
      return {
        kind: "privdrop",
        frame,
        external: event.external,
        sandboxed: event.sandboxed,
        networked: event.networked,
      };
    case "inputmask":
      return { kind: "mask_input", frame };
    case "netstate":
      // DEVIATION: upstream hands on the `state` of a peer that is no directory, which lets any
      // client forge what is on the network (test "netstate: a forged state is refused").
      return undefined;
    case "bufferstream":
    case "framestatus":
    case "flushaud":
    case "clockreq":
      return undefined;
    default:
      return assertNever(event);
  }
}

/**
 * Makes the record of a request for a segment.
 *
 * @param event The request.
 * @param parent The number by which handlers know the segment that asks.
 */
export function segmentRequestStatus(
  event: ExternalEvent<"segreq">,
  parent: number,
): SegmentRequestStatus {
  return {
    kind: "segment_request",
    frame: Number(event.frameId),
    segkind: segmentKindName(event.segkind),
    width: Math.min(event.width, MAX_SURFACE_SIDE_PX),
    height: Math.min(event.height, MAX_SURFACE_SIDE_PX),
    reqid: event.id,
    xofs: event.xofs,
    yofs: event.yofs,
    parent,
    ...PLACEMENTS[event.dir],
  };
}

function registeredStatus(event: ExternalEvent<"register">, frame: number): RegisteredStatus {
  const guid = new DataView(new ArrayBuffer(16));
  guid.setBigUint64(0, event.guid0, true);
  guid.setBigUint64(8, event.guid1, true);
  return {
    kind: "registered",
    frame,
    segkind: segmentKindName(event.segkind),
    title: wholeText(event.title, 63),
    guid: encodeBase64(new Uint8Array(guid.buffer)),
  };
}

function viewportStatus(event: ExternalEvent<"viewport">, frame: number): ViewportStatus {
  return {
    kind: "viewport",
    frame,
    invisible: event.invisible,
    focus: event.focus,
    anchor_edge: event.anchorEdge,
    anchor_pos: event.anchorPos,
    embedded: event.embedded !== 0,
    rel_order: event.order,
    rel_x: event.x,
    rel_y: event.y,
    anchor_w: event.width,
    anchor_h: event.height,
    edge: event.edge,
    ext_id: event.extId,
    scaled: event.embedded === EMBEDDED.scaled,
    hintfwd: event.embedded === EMBEDDED.hintForward,
    border: event.border,
    parent: event.parent,
  };
}

function bchunkstateStatus(event: ExternalEvent<"bchunkstate">, frame: number): BchunkstateStatus {
  const cursor = (event.hint & CHUNK_HINT.cursor) !== 0;
  const disable = event.extensions.length === 0;
  return {
    kind: "bchunkstate",
    frame,
    hint: !cursor && (event.hint & CHUNK_HINT.immediate) === 0,
    cursor,
    multipart: (event.hint & CHUNK_HINT.multipart) !== 0,
    wildcard: (event.hint & CHUNK_HINT.wildcard) !== 0,
    size: Number(event.size),
    input: event.input,
    stream: event.stream,
    disable,
    ...(disable ? {} : { extensions: filteredText(event.extensions, 67, SUFFIXES, "drop") }),
  };
}

/** Numbers that JSON cannot hold would reach logs as `null`. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
