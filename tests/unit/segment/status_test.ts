import assert from "node:assert/strict";
import { StatusContext } from "../../../lib/segment/status.ts";
import type { Status } from "../../../lib/segment/status.ts";
import { encodeEvent } from "../../../lib/wire/event/event.ts";
import { external, frame, status, type StatusCase, testCases } from "./status_support.ts";

const STREAM = {
  kind: "streamstatus",
  frame,
  ctime: "",
  endtime: "",
  completion: 0,
  frameno: 0,
  streaming: 0,
} as const;

const CASES: readonly StatusCase[] = [
  ["message", external(0, [[16, "bytes", "grüß"]]), {
    kind: "message",
    frame,
    message: "grüß",
    multipart: false,
  }],
  ["message: control characters stay", external(0, [[16, "bytes", "a\x1b[2J\n"]]), {
    kind: "message",
    frame,
    message: "a\x1b[2J\n",
    multipart: false,
  }],
  ["message: more parts follow", external(0, [[16, "bytes", "a"], [94, "u8", 0xff]]), {
    kind: "message",
    frame,
    message: "a",
    multipart: true,
  }],
  ["message: invalid UTF-8 is empty", external(0, [[16, "bytes", [0x61, 0xff, 0x62]]]), {
    kind: "message",
    frame,
    message: "",
    multipart: false,
  }],
  ["message: bytes behind the terminator are stale", external(0, [[16, "bytes", "a\0\u00ff"]]), {
    kind: "message",
    frame,
    message: "a",
    multipart: false,
  }],
  [
    "message: a part without terminator counts whole",
    external(0, [[16, "bytes", "q".repeat(78)]]),
    {
      kind: "message",
      frame,
      message: "q".repeat(78),
      multipart: false,
    },
  ],
  [
    "coreopt: the argument is the text, not slot and type",
    external(1, [[16, "u8", 0x41], [17, "u8", 2], [18, "bytes", "linear"]]),
    {
      kind: "coreopt",
      frame,
      slot: 0x41,
      argument: "linear",
      type: "value",
    },
  ],
  ["coreopt: key", external(1), { kind: "coreopt", frame, slot: 0, argument: "", type: "key" }],
  ["coreopt: description", external(1, [[17, "u8", 1]]), {
    kind: "coreopt",
    frame,
    slot: 0,
    argument: "",
    type: "description",
  }],
  ["coreopt: current", external(1, [[17, "u8", 3]]), {
    kind: "coreopt",
    frame,
    slot: 0,
    argument: "",
    type: "current",
  }],
  ["coreopt: forget is swallowed", external(1, [[17, "u8", 4]]), undefined],
  ["ident", external(2, [[16, "bytes", "document – edited"]]), {
    kind: "ident",
    frame,
    message: "document – edited",
  }],
  ["ident: at most 77 bytes", external(2, [[16, "bytes", "q".repeat(78)]]), {
    kind: "ident",
    frame,
    message: "q".repeat(77),
  }],
  ["failure", external(3, [[16, "bytes", "write failed"]]), {
    kind: "failure",
    frame,
    message: "write failed",
  }],
  ["bufferstream is consumed", external(4), undefined],
  ["framestatus is consumed", external(5), undefined],
  ["streaminfo", external(6, [[16, "u8", 2], [17, "u8", 3], [18, "bytes", "SWE"]]), {
    kind: "streaminfo",
    frame,
    lang: "SWE",
    streamid: 2,
    type: "overlay",
  }],
  [
    "streaminfo: other bytes and types",
    external(6, [[17, "u8", 4], [18, "bytes", [0x61, 0x31, 0xff, 0x61]]]),
    {
      kind: "streaminfo",
      frame,
      lang: "a??",
      streamid: 0,
      type: "broken",
    },
  ],
  [
    "streamstatus: the colons of a time are kept",
    external(7, [
      [16, "bytes", "01:02:03"],
      [25, "bytes", "11:12:13"],
      [36, "f32", 0.5],
      [40, "u8", 9],
      [44, "u32", 10],
      [48, "u32", 11],
    ]),
    {
      ...STREAM,
      ctime: "01:02:03",
      endtime: "11:12:13",
      completion: 0.5,
      frameno: 10,
      streaming: 1,
    },
  ],
  [
    "streamstatus: other bytes, no number",
    external(7, [[16, "bytes", "1m 2s\x1b!!!"], [36, "f32", NaN]]),
    {
      ...STREAM,
      ctime: "1??2????",
    },
  ],
  ["streamstatus: failed", external(7, [[36, "f32", -1]]), { ...STREAM, completion: -1 }],
  ["state_size", external(8, [[16, "u32", -1], [20, "u32", 5]]), {
    kind: "state_size",
    frame,
    state_size: 0xffff_ffff,
    typeid: 5,
  }],
  ["flushaud is consumed", external(9), undefined],
  ["unknown: 11", external(11), { kind: "unknown", frame, kind_num: 11 }],
  ["alert", external(17, [[16, "bytes", "https://arcan-fe.com"], [94, "u8", 1]]), {
    kind: "alert",
    frame,
    message: "https://arcan-fe.com",
    multipart: true,
  }],
  ["clockreq is consumed", external(18), undefined],
  ["unknown: 23", external(23), { kind: "unknown", frame, kind_num: 23 }],
  ["unknown: the largest number", external(-1), { kind: "unknown", frame, kind_num: 0xffff_ffff }],
];

testCases(CASES);

Deno.test("status: input names the segment that is meant", { permissions: "none" }, () => {
  const bytes = new Uint8Array(128);
  encodeEvent({ category: "input", kind: "digital", dst: 9 }, bytes);
  assert.deepEqual(status(bytes), { kind: "input", source_audio: 3, tgtid: 9 });
  bytes[0] = 99;
  assert.equal(status(bytes), undefined, "an unknown kind of input");
});

Deno.test("status: commands and unknown categories are dropped", { permissions: "none" }, () => {
  for (const category of [0, 1, 4, 8, 16, 32, 255]) {
    const bytes = external(16);
    bytes[120] = category;
    assert.equal(status(bytes), undefined);
  }
});

Deno.test("status: messages and alerts are joined apart", { permissions: "none" }, () => {
  const context = new StatusContext(1);
  const part = (kind: number, bytes: number[], more: number) =>
    status(external(kind, [[16, "bytes", bytes], [94, "u8", more]]), context);
  const text = (result: Status | undefined) => (result as { message: string }).message;
  assert.equal(text(part(0, [0x61, 0xc3], 1)), "a");
  assert.equal(text(part(17, [0x62, 0xe2, 0x82], 1)), "b");
  assert.equal(text(part(0, [0xa4], 0)), "ä");
  assert.equal(text(part(17, [0xac], 0)), "€");
});
