import assert from "node:assert/strict";
import { describe, describeJson, describeRecord } from "../../../lib/handlers/describe.ts";
import { Asciicast } from "../../../lib/handlers/record/asciicast.ts";
import { escapeControls, makeLogger } from "../../../lib/log.ts";
import { type IoTable, RECORDS, type Status } from "../../../lib/segment/status.ts";
import type { LinePart } from "../../../lib/wire/record_line.ts";
import { gridOf } from "../../support/grids.ts";

const TIME = new Date("2026-11-23T19:37:14.250Z");

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

const CHUNKS = {
  kind: "bchunkstate",
  frame: 3,
  hint: true,
  cursor: false,
  multipart: false,
  wildcard: false,
  size: 0,
  input: true,
  stream: false,
  disable: false,
  extensions: "png",
} as const;

test("JSON has the time, the source and every field of the record", () => {
  assert.deepEqual(JSON.parse(describeJson(TIME, 7, CHUNKS)), {
    time: "2026-11-23T19:37:14.250Z",
    source: 7,
    ...CHUNKS,
  });
});

test("JSON has the table of the kind input", () => {
  const status = { kind: "input", source_audio: 7, tgtid: 0 } as const;
  const input: IoTable = {
    kind: "analog",
    analog: true,
    source: "joystick",
    devid: 1,
    subid: 2,
    active: true,
    relative: false,
    samples: [5],
  };
  assert.deepEqual(JSON.parse(describeJson(TIME, 7, status, input)).input, input);
});

// deno-lint-ignore no-control-regex -- these must not be there
const ACTS = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const CONTROLS = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, index) => 0x7f + index),
  ...[0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069],
];

test("no character of a client acts on the terminal that lines are printed on", () => {
  const text = `a${String.fromCharCode(...CONTROLS)}z`;
  const records: Status[] = [
    { kind: "message", frame: 0, message: text, multipart: false },
    { kind: "registered", frame: 0, segkind: "tui", title: text, guid: "" },
    { kind: "coreopt", frame: 0, slot: 1, argument: text, type: "key" },
    { kind: "terminated", last_words: text },
    { kind: "streaminfo", frame: 0, lang: text, streamid: 0, type: "text" },
  ];
  for (const record of records) {
    const json = describeJson(TIME, 7, record);
    assert.doesNotMatch(json, ACTS);
    const { time: _time, source: _source, ...rest } = JSON.parse(json);
    assert.deepEqual(rest, record, "escaping keeps the JSON equal");
    assert.doesNotMatch(describe("client", 7, record), ACTS);
  }
  let lines = "";
  for (const format of ["json", "text"] as const) {
    makeLogger((line) => lines += line, { format }).log("info", "said", { text });
  }
  assert.doesNotMatch(lines, ACTS);
  const [head] = new Asciicast({ started: TIME, title: text }).lines(gridOf("x"), 0).split("\n");
  assert.doesNotMatch(head!, ACTS);
  assert.equal(JSON.parse(head!).title, text);
  assert.doesNotMatch(escapeControls(text), ACTS);
});

test("a line is the same as with JSON.stringify and an escape of every control character", () => {
  const texts = [
    "plain text 1.0",
    'quotes " and \\ backslashes',
    "é 漢字 \u{1f600}",
    "\ud800 half a pair",
    "\u202e right to left",
    "\x1b[2J\r\n\t\0\x7f\x9b",
    `\u2028${String.fromCharCode(...CONTROLS)}`,
    "",
  ];
  for (const text of texts) {
    const shown = escapeControls(JSON.stringify(text));
    const record = { kind: "message", frame: 3, message: text, multipart: false } as const;
    assert.equal(describe("client", 7, record), `client 7 message ${shown}`);
    const fields = JSON.stringify({ time: TIME.toISOString(), source: 7, ...record });
    assert.equal(describeJson(TIME, 7, record), escapeControls(fields));
    const info = { kind: "streaminfo", frame: 0, lang: text, streamid: 5, type: "text" } as const;
    const lang = text === "" ? "" : ` lang=${shown}`;
    assert.equal(describe("client", 7, info), `client 7 streaminfo${lang} streamid=5 type="text"`);
  }
});

test("numbers, flags and tables are shown as JSON shows them", () => {
  const record = {
    kind: "viewport",
    frame: 9,
    invisible: false,
    rel_order: -0,
    rel_x: 1e21,
    rel_y: 0.1,
    anchor_w: NaN,
    anchor_h: Infinity,
    edge: null,
    scaled: true,
    border: [1, "\u202e"],
  } as unknown as Status;
  assert.equal(
    describe("client", 7, record),
    "client 7 viewport rel_order=0 rel_x=1e+21 rel_y=0.1 anchor_w=null anchor_h=null edge=null " +
      'scaled border=[1,"\\u202e"]',
  );
  const later = new Date(TIME.getTime() + 1);
  for (const time of [TIME, TIME, later]) {
    const fields = JSON.stringify({ time: time.toISOString(), source: 7, ...record });
    assert.equal(describeJson(time, 7, record), escapeControls(fields));
  }
});

test("lines are made of fields that the records have", () => {
  const fieldsOf = (parts: readonly LinePart[]): string[] =>
    parts.flatMap((part) => {
      if (typeof part === "string") return [];
      if ("as" in part) return [part.field];
      return [part.field, ...fieldsOf(part.parts), ...fieldsOf(part.otherwise)];
    });
  for (const { kind, line, fields } of RECORDS) {
    for (const field of fieldsOf(line ?? [])) assert.ok(field in fields, `${kind}: ${field}`);
  }
});

test("records that were JSON are shown with all of their fields, also those in no table", () => {
  for (const kind of ["login", "constructor"]) {
    const record = { kind, address: "192.0.2.1:5", known: true, "a;b": 1, reason: "" };
    assert.equal(
      describeRecord("listener", 0, record as unknown as Status),
      `listener 0 ${kind} address="192.0.2.1:5" known a;b=1`,
    );
  }
  const input = { kind: "input", source_audio: 3, tgtid: 0, input: { kind: "touch", x: 4 } };
  assert.equal(
    describeRecord("client", 7, JSON.parse(JSON.stringify(input))),
    'client 7 input tgtid=0 input={"kind":"touch","x":4}',
  );
});

test("a record of any kind is shown as one that was JSON", () => {
  for (const { kind, fields } of RECORDS) {
    for (const value of [7, true, false, "", "a b", [1, 2]]) {
      const filled = Object.keys(fields).map((name) => [name, value]);
      const record = { kind, ...Object.fromEntries(filled) } as Status;
      assert.equal(describe("client", 7, record), describeRecord("client", 7, record));
    }
  }
});
