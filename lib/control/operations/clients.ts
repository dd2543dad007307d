/**
 * What can be asked of a listener: its clients.
 *
 * @module
 */

import {
  MAX_CALL_ARGUMENTS,
  MAX_CONTROL_TEXT_UNITS,
  MAX_CONTROL_WORD,
  MAX_LAST_WORDS,
} from "../../limits.ts";
import {
  anything,
  list,
  type Operations,
  optional,
  optionalArray,
  optionalText,
  optionalWhole,
  text,
  textParam,
  whole,
} from "../description.ts";
import { CLIENT, MAX_ID } from "./params.ts";

const SHOWN = {
  title: text("what the client calls it"),
  ident: text("what the client calls its content, such as the title that a shell sets"),
  segkind: text("the kind by name, such as `terminal`"),
  content: text("what it shows: `none`, `pixels` or `text`"),
  width: whole("width in pixels"),
  height: whole("height in pixels"),
  frames: whole("how many frames were shown so far"),
} as const;

const CLIENT_ROW = {
  id: whole("the number of the client, as in its records"),
  ...SHOWN,
  key: text("the fingerprint of its key"),
  comment: optional(text("the comment of its key")),
  address: text("where it connects from"),
  since: text("when it was accepted, in ISO 8601"),
  state: text("`preroll`, `active`, or `leaving` after it was asked to exit"),
  segments: whole("how many segments it has"),
  recording: optional(text("the name of its recording, while there is one")),
} as const;

export const CLIENT_OPERATIONS = {
  list: {
    method: "GET",
    path: "/clients",
    access: "look",
    doc: "Lists the clients",
    params: {},
    result: "rows",
    fields: CLIENT_ROW,
  },
  watch: {
    method: "GET",
    path: "/records",
    access: "look",
    doc:
      "Gives records as they come, in the lines that `listen --json` prints. A reader that is too slow " +
      'gets a last line `{"kind":"watch_ended","lost":N}`, with how many were left out',
    params: {
      client: optionalText("query", MAX_CONTROL_WORD, "only of this client and its subsegments"),
    },
    result: "lines",
    fields: {},
  },
  show: {
    method: "GET",
    path: "/clients/:client",
    access: "look",
    doc: "Describes one client and its segments",
    params: { client: CLIENT },
    result: "object",
    fields: {
      ...CLIENT_ROW,
      public_key: text("its key in base64"),
      waiting_bytes: whole("bytes that wait to be sent to it"),
      waiting_events: whole("events of it that wait for handlers"),
      parts: list("its segments", {
        id: whole("the number of the segment"),
        parent: optional(whole("the segment that it belongs to; absent for the first")),
        ...SHOWN,
      }),
    },
  },
  snapshot: {
    method: "GET",
    path: "/clients/:client/snapshot",
    access: "look",
    doc:
      "Gives what a client shows now: a PNG file of pixels, of text a line for each row, empty ones as well",
    params: {
      client: CLIENT,
      segment: optionalWhole("query", MAX_ID, "a segment other than its first"),
    },
    result: "picture",
    fields: {},
  },
  type: {
    method: "POST",
    path: "/clients/:client/type",
    access: "drive",
    doc: "Types text into a client, a newline as Enter; answers when the client takes it",
    params: { client: CLIENT, text: textParam("body", MAX_CONTROL_TEXT_UNITS, "what to type") },
    result: "object",
    fields: { client: whole("the number of the client") },
  },
  call: {
    method: "POST",
    path: "/clients/:client/call",
    access: "drive",
    doc: "Calls a verb of a client: an input or a hint. Answers when the client takes it",
    params: {
      client: CLIENT,
      verb: textParam("body", MAX_CONTROL_WORD, "its name, such as `clickMouse`"),
      args: optionalArray(
        MAX_CALL_ARGUMENTS,
        'what it gets; `{"utf8": …}` and `{"base64": …}` stand for bytes',
      ),
      segment: optionalWhole("body", Number.MAX_SAFE_INTEGER, "a segment other than its first"),
    },
    result: "object",
    fields: {
      client: whole("the number of the client"),
      result: optional(anything("what the verb gives; absent for nothing")),
    },
  },
  end: {
    method: "POST",
    path: "/clients/:client/end",
    access: "drive",
    doc: "Asks a client to exit, and cuts it off when it stays",
    params: {
      client: CLIENT,
      last_words: optionalText("body", MAX_LAST_WORDS, "why, for the client"),
    },
    result: "object",
    fields: { client: whole("the number of the client") },
  },
} as const satisfies Operations;
