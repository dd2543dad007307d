/** Rules of events: which become records, with which fields, and which are dropped. */

import { REGISTER } from "../../support/pair.ts";
import type { Fields, Row, Rule } from "../rule.ts";
import { rules } from "../rule.ts";
import { bytesOf, external, rawExternal, strange } from "../send.ts";

const ident = external("ident", { message: "here" });
const HERE = { kind: "ident", message: "here" } as const;
/** An event that becomes one record. */
function becomes(kind: Parameters<typeof external>[0], fields: object, record: Fields): Row {
  return { act: ({ peer }) => peer.event(external(kind, fields)), expect: { records: [record] } };
}

/** An event that becomes none. */
function dropped(kind: Parameters<typeof external>[0], fields: object = {}): Row {
  return {
    act: ({ peer }) => peer.event(external(kind, fields)).event(ident),
    expect: { records: [HERE] },
  };
}

const DIRECTIONS = [
  {},
  ...["left", "right", "top", "bottom"].map((split) => ({ split })),
  ...["left", "right", "top", "bottom", "tab", "embed", "swallow"].map((position) => ({
    position,
  })),
  {},
];

export const EVENTS: readonly Rule[] = [
  ...rules("arcan_lua.c: arcan_lua_pushevent", {
    "message becomes a record": becomes("message", { message: "hi" }, {
      kind: "message",
      message: "hi",
      multipart: false,
    }),
    "alert becomes a record": becomes("alert", { message: "http://x" }, {
      kind: "alert",
      message: "http://x",
    }),
    "ident becomes a record": becomes("ident", { message: "page 2" }, {
      kind: "ident",
      message: "page 2",
    }),
    "failure becomes a record": becomes("failure", { message: "disk full" }, {
      kind: "failure",
      message: "disk full",
    }),
    "frame_id becomes `frame` of each record": becomes("ident", { frameId: 77n }, {
      kind: "ident",
      frame: 77,
    }),
    ...Object.fromEntries(["key", "description", "value", "current"].map((type, number) => [
      `a coreopt of type ${number} is a ${type}`,
      becomes("coreopt", { index: 5, type: number, data: "speed" }, {
        kind: "coreopt",
        slot: 5,
        argument: "speed",
        type,
      }),
    ])),
    "a coreopt of another type is dropped": dropped("coreopt", { type: 4, data: "x" }),
    ...Object.fromEntries(["audio", "video", "text", "overlay", "broken"].map((type, number) => [
      `a streaminfo of kind ${number} is ${type}`,
      becomes("streaminfo", { streamid: 3, datakind: number, langid: "eng" }, {
        kind: "streaminfo",
        lang: "eng",
        streamid: 3,
        type,
      }),
    ])),
    "streamstatus keeps the colons of its times": becomes("streamstatus", {
      time: "01:02:03",
      limit: "01:30:00",
      completion: 0.5,
      streaming: true,
      frameno: 9,
    }, {
      kind: "streamstatus",
      ctime: "01:02:03",
      endtime: "01:30:00",
      completion: 0.5,
      streaming: 1,
      frameno: 9,
    }),
    "statesize becomes state_size": becomes("statesize", { size: 4096, type: 2 }, {
      kind: "state_size",
      state_size: 4096,
      typeid: 2,
    }),
    ...Object.fromEntries(
      ["default", "hidden-hot:3:4", "grabhint", "zoom-in", "crosshair"].map((cursor) => [
        `the cursor ${cursor} keeps all its letters`,
        becomes("cursorhint", { message: cursor }, { kind: "cursorhint", cursor }),
      ]),
    ),
    "other letters of a cursor become question marks": becomes("cursorhint", {
      message: "A\u001b[2J",
    }, { kind: "cursorhint", cursor: "???2?" }),
    "viewport becomes a record with all its fields": becomes("viewport", {
      x: -4,
      y: 5,
      width: 60,
      height: 70,
      parent: 9,
      border: [1, 2, 3, 4],
      edge: 3,
      order: -2,
      embedded: 2,
      invisible: true,
      focus: true,
      anchorEdge: true,
      anchorPos: true,
      extId: 11,
    }, {
      kind: "viewport",
      rel_x: -4,
      rel_y: 5,
      anchor_w: 60,
      anchor_h: 70,
      parent: 9,
      border: [1, 2, 3, 4],
      edge: 3,
      rel_order: -2,
      embedded: true,
      scaled: true,
      hintfwd: false,
      invisible: true,
      focus: true,
      anchor_edge: true,
      anchor_pos: true,
      ext_id: 11,
    }),
    "content becomes content_state": becomes("content", {
      xPos: 0.25,
      xSize: 0.5,
      yPos: -1,
      ySize: 1,
      width: 2,
      height: 3,
      cellWidth: 8,
      cellHeight: 16,
      minWidth: 1,
      maxHeight: 4_000_000,
    }, {
      kind: "content_state",
      rel_x: 0.25,
      x_size: 0.5,
      rel_y: -1,
      y_size: 1,
      wnd_w: 2,
      wnd_h: 3,
      cell_w: 8,
      cell_h: 16,
      min_w: 1,
      max_h: 4_000_000,
    }),
    ...Object.fromEntries(
      ([["analog", 1], ["digital", 2], ["translated", 4], ["touch", 8], ["eyes", 16]] as const)
        .map(([datatype, number]) => [
          `an input label of datatype ${number} is ${datatype}`,
          becomes("labelhint", {
            label: "COPY_WINDOW",
            description: "copy",
            initial: 99,
            datatype: number,
            modifiers: 64,
            vsym: "⧉",
          }, {
            kind: "input_label",
            labelhint: "COPY_WINDOW",
            description: "copy",
            initial: 99,
            datatype,
            modifiers: 64,
            vsym: "⧉",
          }),
        ]),
    ),
    "an input label of another datatype is dropped": dropped("labelhint", {
      label: "A",
      datatype: 3,
    }),
    "an empty input label removes all of them": becomes("labelhint", { datatype: 2 }, {
      kind: "input_label",
      labelhint: "",
    }),
    "other letters of an input label become question marks": becomes("labelhint", {
      label: "A B\u0007",
      datatype: 2,
    }, { kind: "input_label", labelhint: "A?B?" }),
    "bchunkstate announces suffixes": becomes("bchunkstate", {
      size: 7n,
      input: true,
      stream: true,
      hint: 6,
      extensions: "png;jpg",
    }, {
      kind: "bchunkstate",
      hint: true,
      wildcard: true,
      multipart: true,
      cursor: false,
      size: 7,
      input: true,
      stream: true,
      disable: false,
      extensions: "png;jpg",
    }),
    "bit 0 of a bchunkstate requests a file now": becomes("bchunkstate", {
      hint: 1,
      extensions: "txt",
    }, { kind: "bchunkstate", hint: false, cursor: false }),
    "bit 3 of a bchunkstate is drag and drop": becomes("bchunkstate", {
      hint: 8,
      extensions: "*",
    }, { kind: "bchunkstate", hint: false, cursor: true, extensions: "*" }),
    "a bchunkstate without suffixes takes the ability back": becomes("bchunkstate", {}, {
      kind: "bchunkstate",
      disable: true,
      extensions: undefined,
    }),
    "other letters of suffixes are dropped": becomes("bchunkstate", {
      extensions: "P/../n.g;txt",
    }, { kind: "bchunkstate", extensions: "ng;txt" }),
    "each field of privdrop has a byte of its own": becomes("privdrop", { sandboxed: true }, {
      kind: "privdrop",
      external: false,
      sandboxed: true,
      networked: false,
    }),
    "inputmask becomes mask_input": becomes("inputmask", { device: 2, types: 1 }, {
      kind: "mask_input",
    }),
    ...Object.fromEntries([11, 23, 4_000_000].map((number): [string, Row] => [
      `external event ${number} has no name, and is told by its number`,
      {
        act: ({ peer }) => peer.event(rawExternal(number, new Uint8Array(0))),
        expect: { records: [{ kind: "unknown", kind_num: number }] },
      },
    ])),
    ...Object.fromEntries(
      (["bufferstream", "framestatus", "flushaud", "clockreq"] as const).map((kind) => [
        `${kind} is no matter of handlers`,
        dropped(kind),
      ]),
    ),
    "netstate is not taken from a client that is no directory": dropped("netstate", {
      name: "forged",
      space: 1,
    }),
  }),

  ...rules("arcan_event.c: arcan_event_queuetransfer", {
    ...Object.fromEntries([0, 1, 4, 8, 16, 32, 128, 255].map((category): [string, Row] => [
      `events of category ${category} are not taken from a client`,
      {
        act: ({ peer }) => peer.event(strange(category, 1)).event(ident),
        expect: { records: [HERE] },
      },
    ])),
    "an event on a channel that is not open is dropped": {
      act: ({ peer }) => peer.event(external("ident", { message: "lost" }), 9).event(ident),
      expect: { records: [HERE] },
    },
    "network-server and network-client cannot be registered": {
      segkind: "none",
      act: ({ peer }) =>
        peer.event({ ...REGISTER, segkind: 2 }).event({ ...REGISTER, segkind: 3 }).event(REGISTER),
      expect: {
        records: [{ kind: "registered", segkind: "terminal" }, { kind: "preroll" }, {
          kind: "privdrop",
        }],
        answers: [
          { command: "rekey" },
          { kind: "outputhint" },
          { kind: "displayhint" },
          { kind: "fonthint" },
          { kind: "activate" },
          { kind: "displayhint" },
        ],
      },
    },
    "the first registration fixes the kind, a later one changes the title": {
      act: ({ peer }) => peer.event({ ...REGISTER, title: "new title", segkind: 9 }),
      expect: { records: [{ kind: "registered", segkind: "terminal", title: "new title" }] },
    },
    ...Object.fromEntries([31, 200, 254, 4_000_000_000].map((segkind): [string, Row] => [
      `kind ${segkind} of a segment has no name`,
      {
        segkind,
        act: ({ peer }) => peer.event({ ...REGISTER, segkind: 9 }),
        expect: { records: [{ kind: "registered", segkind: "" }] },
      },
    ])),
    "the identity of a client is 16 bytes in base64": {
      act: ({ peer }) => peer.event({ ...REGISTER, guid0: 1n, guid1: 255n }),
      expect: { records: [{ kind: "registered", guid: "AQAAAAAAAAD/AAAAAAAAAA==" }] },
    },
    "what comes before the registration comes behind it, in order": {
      segkind: "none",
      act: ({ peer }) =>
        peer.event(ident).event(external("alert", { message: "early" })).event({
          ...REGISTER,
          segkind: 10,
        }),
      expect: {
        records: [{ kind: "registered" }, { kind: "preroll" }, { kind: "privdrop" }, HERE, {
          kind: "alert",
          message: "early",
        }],
        answers: [
          { command: "rekey" },
          { kind: "outputhint" },
          { kind: "displayhint" },
          { kind: "fonthint" },
          { kind: "activate" },
        ],
      },
    },
  }),

  ...rules("a12.c: process_event", {
    "the checksum of an event is not looked at": {
      act: ({ peer }) => {
        const raw = new Uint8Array(139);
        raw[9] = 0xba;
        raw[11] = 2;
        raw.set(bytesOf("here"), 11 + 16);
        raw[11 + 120] = 64;
        peer.raw({ type: 2, body: raw });
      },
      expect: { records: [HERE] },
    },
    "last-seen in an event is not looked at": {
      act: ({ peer }) => {
        const raw = new Uint8Array(139).fill(0xff, 0, 8);
        raw[11] = 2;
        raw.set(bytesOf("here"), 11 + 16);
        raw[11 + 120] = 64;
        peer.raw({ type: 2, body: raw });
      },
      expect: { records: [HERE] },
    },
  }),

  ...rules("arcan_lua.c: emit_segreq", {
    ...Object.fromEntries(DIRECTIONS.map((place, dir): [string, Row] => [
      `a request in direction ${dir} has ${Object.entries(place).flat().join(" ") || "no place"}`,
      {
        act: ({ peer }) => peer.event(external("segreq", { id: 5_000, segkind: 16, dir })),
        expect: {
          records: [{
            kind: "segment_request",
            segkind: "popup",
            split: undefined,
            position: undefined,
            ...place,
          }],
          answers: [{ kind: "reqfail", id: 5_000 }],
        },
      },
    ])),
    "a request has size, place and id, and its size is at most 8192": {
      act: ({ peer }) =>
        peer.event(external("segreq", {
          id: 4_000_000_000,
          width: 65_535,
          height: 40,
          xofs: -5,
          yofs: 6,
          segkind: 21,
        })),
      expect: {
        records: [{
          kind: "segment_request",
          reqid: 4_000_000_000,
          width: 8_192,
          height: 40,
          xofs: -5,
          yofs: 6,
          segkind: "clipboard",
        }],
        answers: [{ kind: "reqfail", id: 4_000_000_000 }],
      },
    },
  }),
];
