/**
 * What can be asked of a listener from outside: the one description that server, client and
 * documentation follow.
 *
 * @module
 */

import {
  MAX_CALL_ARGUMENTS,
  MAX_COMMENT_CHARACTERS,
  MAX_CONTROL_TEXT_UNITS,
  MAX_CONTROL_WORD,
  MAX_FILE_NAME_UNITS,
  MAX_LAST_WORDS,
  MAX_SENT_FILE_BYTES,
  MAX_WEB_LINK_SECONDS,
} from "../limits.ts";
import type { Snapshot } from "../handlers/pictures/snapshot.ts";
import {
  anything,
  type ArgumentsOf,
  type Content,
  contentParam,
  counts,
  list,
  number,
  type Operation,
  optional,
  optionalArray,
  optionalText,
  optionalTruth,
  optionalWhole,
  text,
  textParam,
  texts,
  truth,
  truthParam,
  type ValuesOf,
  whole,
  wholeParam,
} from "./description.ts";

const CLIENT = textParam(
  "path",
  MAX_CONTROL_WORD,
  "the number of the client, or the first digits of the fingerprint of its key, at least four",
);

const KNOCK = textParam(
  "path",
  MAX_CONTROL_WORD,
  "the first digits of its fingerprint, at least four",
);

const MAX_ID = Number.MAX_SAFE_INTEGER;

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

const LISTENER = {
  id: whole("the number of the listener, as in its records"),
  name: optional(text("the listening name")),
  addresses: texts("where it listens"),
  pid: whole("the process"),
  since: text("when it began to listen, in ISO 8601"),
  clients: whole("how many clients there are"),
  is_closed: truth("whether it takes no more clients"),
} as const;

const LINK = {
  id: whole("the number of the link"),
  rights: text("`look`, or `all` for all that can be done"),
  client: optional(whole("the one client that it is for")),
  expires: optional(text("when it ends, in ISO 8601")),
  since: text("when it was made, in ISO 8601"),
  logins: whole("how many times it was opened"),
  views: whole("how many views are open"),
} as const;

export const OPERATIONS = {
  operations: {
    method: "GET",
    path: "/",
    access: "look",
    doc: "Lists what can be asked",
    params: {},
    result: "rows",
    fields: {
      method: text("`GET` or `POST`"),
      path: text("the path, with `:name` for a parameter"),
      doc: text("what it does"),
    },
  },
  listener: {
    method: "GET",
    path: "/listener",
    access: "look",
    doc: "Describes the listener",
    params: {},
    result: "object",
    fields: LISTENER,
  },
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
  close: {
    method: "POST",
    path: "/listener/close",
    access: "manage",
    doc: "Takes no more clients; those that are there stay, and the listener ends with the last",
    params: {},
    result: "object",
    fields: { clients: whole("how many clients stay") },
  },
  knocks: {
    method: "GET",
    path: "/knocks",
    access: "manage",
    doc: "Lists the unknown keys that were refused, the latest first. A key is claimed, not proved",
    params: {},
    result: "rows",
    fields: {
      key: text("the fingerprint"),
      public_key: text("the key in base64"),
      address: text("where it came from last"),
      name: optional(text("the listening name that it was refused for last")),
      first: text("when it came first, in ISO 8601"),
      last: text("when it came last, in ISO 8601"),
      count: whole("how many times it came"),
    },
  },
  accept: {
    method: "POST",
    path: "/knocks/:key/accept",
    access: "manage",
    doc: "Lets a key in that has knocked, from its next login on",
    params: {
      key: KNOCK,
      name: optionalText(
        "body",
        MAX_CONTROL_WORD,
        "the listening name that it may log in under, or `*`; that of the listener unless given",
      ),
      comment: optionalText("body", MAX_COMMENT_CHARACTERS, "what people know the key by"),
    },
    result: "object",
    fields: {
      key: text("the fingerprint"),
      public_key: text("the key in base64"),
      names: texts("the listening names that it may log in under"),
      comment: optional(text("what people know the key by")),
    },
  },
  ignore: {
    method: "POST",
    path: "/knocks/:key/ignore",
    access: "manage",
    doc: "Lists a key that has knocked no more, also when it knocks again; it can still be let in",
    params: { key: KNOCK },
    result: "object",
    fields: { key: text("the fingerprint") },
  },
  keys: {
    method: "GET",
    path: "/keys",
    access: "manage",
    doc: "Lists the keys that may log in, and their conditions",
    params: {},
    result: "rows",
    fields: {
      key: text("the fingerprint"),
      public_key: text("the key in base64"),
      names: texts("the listening names that it may log in under"),
      comment: optional(text("what people know the key by")),
      expires: optional(text("when it ceases to log in, in ISO 8601")),
      from: optional(texts("the networks that it may log in from")),
      max_clients: optional(whole("how many clients it may have at once")),
      problem: optional(text("why it is refused: a condition that cannot be read")),
      last_login: optional(text("when it logged in last, in ISO 8601")),
      last_address: optional(text("where it logged in from last")),
    },
  },
  log: {
    method: "GET",
    path: "/log",
    access: "manage",
    doc:
      "Gives the last log lines, then those that come, as JSON objects with `time`, `level`, `event` and " +
      'fields. A reader that is too slow gets a last line `{"kind":"watch_ended","lost":N}`',
    params: {},
    result: "lines",
    fields: {},
  },
  link: {
    method: "POST",
    path: "/links",
    access: "manage",
    doc: "Makes a link to the page, for `listen --web`. It can be opened several times",
    params: {
      read_only: optionalTruth("whether it shows clients and can do nothing else"),
      client: optionalText(
        "body",
        MAX_CONTROL_WORD,
        "the one client that it is for; it ends with that",
      ),
      seconds: optionalWhole(
        "body",
        MAX_WEB_LINK_SECONDS,
        "how long it can be used; until it is withdrawn or the listener ends unless given",
      ),
    },
    result: "object",
    fields: { url: text("the link; it cannot be seen again"), ...LINK },
  },
  links: {
    method: "GET",
    path: "/links",
    access: "manage",
    doc: "Lists the links to the page",
    params: {},
    result: "rows",
    fields: LINK,
  },
  unlink: {
    method: "POST",
    path: "/links/:link/withdraw",
    access: "manage",
    doc: "Withdraws a link; what was opened by it ends at once",
    params: {
      link: wholeParam("path", Number.MAX_SAFE_INTEGER, "the number of the link"),
    },
    result: "object",
    fields: { id: whole("the number of the link") },
  },
  limits: {
    method: "GET",
    path: "/limits",
    access: "look",
    doc: "Lists the limits in force",
    params: {},
    result: "rows",
    fields: {
      name: text("the name of the limit"),
      value: optional(number("the most that there may be; absent when it is off")),
      unit: text("what value and use are counted in, such as `clients` or `s` for seconds"),
      used: optional(number("how much there is now")),
      is_fixed: truth("whether no option sets it, so that SIGHUP cannot change it"),
    },
  },
  stats: {
    method: "GET",
    path: "/stats",
    access: "look",
    doc: "Gives what was counted since the listener began, and what there is now",
    params: {},
    result: "object",
    fields: {
      connections: counts(
        "connections that have ended their login, by outcome: `accepted`, `refused`, `declined`, `probed`, `left`, `silent`, `closed_out`",
      ),
      refusals: counts("refused logins, by reason"),
      clients: whole("clients that are there"),
      segments: whole("segments of these"),
      unauthenticated: whole("connections that have not logged in"),
      received_bytes: whole("bytes from all connections"),
      sent_bytes: whole("bytes to all connections"),
      frames: whole("frames that were shown"),
      events: whole("events of clients"),
      work_seconds: number(
        "time spent on what clients send: decrypting, decoding, drawing, calling handlers",
      ),
      waiting_bytes: whole("bytes that wait to be sent"),
      waiting_events: whole("events that wait for handlers"),
      loop_delay_seconds: number(
        "the longest time that the event loop was held up in the last 10 s",
      ),
      memory_bytes: whole("memory of the process"),
      heap_bytes: whole("memory of its objects"),
      picture_bytes: whole("memory of all pictures"),
      workers: whole("threads that serve clients"),
      watchers: whole("readers of records"),
      uptime_seconds: number("time since the listener began"),
    },
  },
  metrics: {
    method: "GET",
    path: "/metrics",
    access: "look",
    doc: "Gives the same as `/stats` in the format of Prometheus",
    params: {},
    result: "text",
    fields: {},
  },
} as const satisfies { readonly [name: string]: Operation };

type Operations = typeof OPERATIONS;
export type OperationName = keyof Operations;

/** The arguments of an operation. */
export type Arguments<K extends OperationName> = ArgumentsOf<Operations[K]["params"]>;

/** An object with the fields of an operation. */
export type Row<K extends OperationName> = ValuesOf<Operations[K]["fields"]>;

/** What comes of an operation. */
export type Result<K extends OperationName> = Operations[K]["result"] extends "object" ? Row<K>
  : Operations[K]["result"] extends "rows" ? readonly Row<K>[]
  : Operations[K]["result"] extends "lines" ? ReadableStream<string>
  : Operations[K]["result"] extends "picture" ? Snapshot
  : Operations[K]["result"] extends "content" ? Content
  : string;

/** What performs all operations: a listener, or a way to one. */
export type Controlled = {
  readonly [K in OperationName]: (args: Arguments<K>) => Result<K> | Promise<Result<K>>;
};
