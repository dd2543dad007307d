/**
 * Records as lines of text, for people or as JSON.
 *
 * @module
 */

import { escapeControls } from "../log.ts";
import type { IoTable, Status } from "../segment/status.ts";

const UNINTERESTING: ReadonlySet<string> = new Set(["kind", "frame", "source_audio"]);

/** A line for people, with the fields that matter: `client 2 resized 640x480`. */
export function describe(role: "listener" | "client", id: number, status: Status): string {
  const details = summary(status);
  return `${role} ${id} ${status.kind}${details === "" ? "" : ` ${details}`}`;
}

/** A line of JSON: the time, the source, the fields of the record, and the table of an `input`. */
export function describeJson(time: Date, id: number, status: Status, input?: IoTable): string {
  // `bchunkstate` has a field `input` of its own, so an absent table must not replace it.
  const table = input === undefined ? {} : { input };
  return escapeControls(
    JSON.stringify({ time: time.toISOString(), source: id, ...status, ...table }),
  );
}

function summary(status: Status): string {
  switch (status.kind) {
    case "registered":
      return `${status.segkind || "unnamed"} ${quote(status.title)}`;
    case "preroll":
      return status.segkind;
    case "resized":
      return `${status.width}x${status.height}${status.tpack ? " text" : ""}`;
    case "segment_request":
      return status.width > 0
        ? `${status.segkind} ${status.width}x${status.height}`
        : status.segkind;
    case "message":
    case "alert":
    case "ident":
    case "failure":
      return quote(status.message);
    case "state_size":
      return status.state_size === 0 ? "none" : `${status.state_size} bytes`;
    case "cursorhint":
      return status.cursor;
    case "coreopt":
      return `${status.slot} ${status.type} ${quote(status.argument)}`;
    case "input_label":
      return describeLabel(status);
    case "bchunkstate":
      return describeChunks(status);
    case "terminated":
      return status.last_words === "" ? "" : quote(status.last_words);
    default:
      return Object.entries(status)
        .filter(([name, value]) => !UNINTERESTING.has(name) && value !== false && value !== "")
        .map(([name, value]) => value === true ? name : `${name}=${show(value)}`)
        .join(" ");
  }
}

function describeLabel(status: Extract<Status, { kind: "input_label" }>): string {
  if (status.labelhint === "") return "none, new ones follow";
  const description = status.description === "" ? "" : ` ${quote(status.description)}`;
  return `${status.labelhint} ${status.datatype}${description}`;
}

function describeChunks(status: Extract<Status, { kind: "bchunkstate" }>): string {
  const direction = status.input ? "takes" : "offers";
  return status.disable ? `${direction} nothing` : `${direction} ${show(status.extensions)}`;
}

function show(value: unknown): string {
  return typeof value === "string" ? quote(value) : escapeControls(JSON.stringify(value));
}

function quote(text: string): string {
  return escapeControls(JSON.stringify(text));
}
