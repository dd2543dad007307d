/**
 * What can be asked of a listener: files of clients, and recordings.
 *
 * @module
 */

import { MAX_CONTROL_WORD, MAX_FILE_NAME_UNITS, MAX_SENT_FILE_BYTES } from "../../limits.ts";
import {
  contentParam,
  list,
  type Operations,
  optional,
  optionalText,
  optionalWhole,
  text,
  textParam,
  truth,
  truthParam,
  whole,
  wholeParam,
} from "../description.ts";
import { CLIENT, MAX_ID } from "./params.ts";

export const FILE_OPERATIONS = {
  send: {
    method: "POST",
    path: "/clients/:client/files",
    access: "drive",
    doc:
      "Gives a client a file: its bytes are the body, whose size must be known. Answers when the " +
      "client has it, or has not said so within 10 s",
    params: {
      client: CLIENT,
      name: optionalText(
        "query",
        MAX_FILE_NAME_UNITS,
        "what the client is told of its name, shortened to 15 bytes",
      ),
      size: optionalWhole(
        "query",
        MAX_SENT_FILE_BYTES,
        "its size in bytes; the length of the body unless given",
      ),
      content: contentParam(MAX_SENT_FILE_BYTES, "its bytes"),
    },
    result: "object",
    fields: {
      client: whole("the number of the client"),
      bytes: whole("how many bytes were sent"),
      confirmed: truth("whether the client has said that it has all of it"),
    },
  },
  files: {
    method: "GET",
    path: "/clients/:client/files",
    access: "look",
    doc:
      "Lists the files to and from a client, the oldest first. Those that it has offered are kept " +
      "until it leaves, or others need the room",
    params: { client: CLIENT },
    result: "rows",
    fields: {
      id: whole("the number of the file"),
      direction: text("`to` or `from` the client"),
      name: text("its name; the client chooses those of its own"),
      since: text("when it was begun, in ISO 8601"),
      size: optional(whole("its size in bytes; absent when the client does not say")),
      moved_bytes: whole("how many bytes were moved so far"),
      state: text("`moving`, `complete` or `failed`"),
    },
  },
  fetch: {
    method: "GET",
    path: "/clients/:client/files/:file",
    access: "look",
    doc: "Gives a file that a client has offered, also while it is arriving",
    params: {
      client: CLIENT,
      file: wholeParam("path", MAX_ID, "the number of the file"),
    },
    result: "content",
    fields: {},
  },
  record: {
    method: "POST",
    path: "/clients/:client/record",
    access: "drive",
    doc:
      "Begins or ends the recording of a client, in the directory of `--record` or else in one " +
      "of the listener's user",
    params: { client: CLIENT, on: truthParam("whether it is to be recorded") },
    result: "object",
    fields: {
      client: whole("the number of the client"),
      recording: optional(text("the name of the recording; absent when there is none any more")),
    },
  },
  recordings: {
    method: "GET",
    path: "/recordings",
    access: "manage",
    doc: "Lists the recordings of the directory, the latest first, 200 at most",
    params: {},
    result: "rows",
    fields: {
      name: text("the name of the recording"),
      client: whole("the number that its client had"),
      key: text("the fingerprint of the client's key"),
      comment: optional(text("the comment of that key")),
      address: text("where the client connected from"),
      title: text("what the client called it"),
      segkind: text("the kind by name, such as `terminal`"),
      since: text("when it began, in ISO 8601"),
      changed: text("when it changed last, in ISO 8601"),
      bytes: whole("how much it takes"),
      is_running: truth("whether it goes on"),
      parts: list("what was recorded of its segments", {
        segment: whole("the number of the segment"),
        content: text("`text` or `pixels`"),
      }),
    },
  },
  recording: {
    method: "GET",
    path: "/recordings/:name",
    access: "manage",
    doc:
      "Gives a part of a recording, as long as it is now: its records as JSON lines; the text of a " +
      "segment as an asciicast; with `pixels` the times and sizes of its pictures as JSON lines, " +
      "and with their number one of them as a PNG file",
    params: {
      name: textParam("path", MAX_CONTROL_WORD, "the name of the recording"),
      text: optionalWhole("query", MAX_ID, "the segment whose text is meant"),
      pixels: optionalWhole("query", MAX_ID, "the segment whose pictures are meant"),
      picture: optionalWhole("query", MAX_ID, "the number of the picture"),
    },
    result: "content",
    fields: {},
  },
} as const satisfies Operations;
