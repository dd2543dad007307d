import assert from "node:assert/strict";
import { external, frame, status, type StatusCase, testCases } from "./status_support.ts";

const VIEWPORT = {
  kind: "viewport",
  frame,
  invisible: false,
  focus: false,
  anchor_edge: false,
  anchor_pos: false,
  embedded: false,
  rel_order: 0,
  rel_x: 0,
  rel_y: 0,
  anchor_w: 0,
  anchor_h: 0,
  edge: 0,
  ext_id: 0,
  scaled: false,
  hintfwd: false,
  border: [0, 0, 0, 0],
  parent: 0,
} as const;
const REQUEST = {
  kind: "segment_request",
  frame,
  segkind: "unknown",
  width: 0,
  height: 0,
  reqid: 0,
  xofs: 0,
  yofs: 0,
  parent: 3,
} as const;
const CHUNK = {
  kind: "bchunkstate",
  frame,
  hint: true,
  cursor: false,
  multipart: false,
  wildcard: false,
  size: 0,
  input: false,
  stream: false,
  disable: true,
} as const;
const LABEL = {
  kind: "input_label",
  frame,
  labelhint: "",
  description: "",
  initial: 0,
  datatype: "digital",
  modifiers: 0,
  vsym: "",
} as const;

const CASES: readonly StatusCase[] = [
  [
    "segment_request",
    external(10, [
      [16, "u32", 0xfeedface],
      [20, "u16", 640],
      [22, "u16", 480],
      [24, "i16", -3],
      [26, "i16", 4],
      [28, "u8", 9],
      [32, "u32", 21],
    ]),
    {
      ...REQUEST,
      segkind: "clipboard",
      width: 640,
      height: 480,
      reqid: 0xfeedface,
      xofs: -3,
      yofs: 4,
      position: "tab",
    },
  ],
  [
    "segment_request: sizes are limited, unknown kinds have no name",
    external(10, [[20, "u16", 0xffff], [22, "u16", 0xffff], [28, "u8", 12], [32, "u32", 1000]]),
    {
      ...REQUEST,
      segkind: "",
      width: 8192,
      height: 8192,
    },
  ],
  [
    "viewport",
    external(13, [
      [16, "i32", -1],
      [20, "i32", 2],
      [24, "u32", 3],
      [28, "u32", 4],
      [32, "u32", -5],
      [36, "bytes", [1, 2, 3, 4]],
      [40, "u8", 9],
      [41, "i8", -2],
      [42, "u8", 1],
      [43, "u8", 2],
      [44, "u8", 3],
      [45, "u8", 4],
      [46, "u8", 5],
      [48, "u32", 6],
    ]),
    {
      kind: "viewport",
      frame,
      invisible: true,
      focus: true,
      anchor_edge: true,
      anchor_pos: true,
      embedded: true,
      rel_order: -2,
      rel_x: -1,
      rel_y: 2,
      anchor_w: 3,
      anchor_h: 4,
      edge: 9,
      ext_id: 6,
      scaled: false,
      hintfwd: false,
      border: [1, 2, 3, 4],
      parent: 0xffff_fffb,
    },
  ],
  ["viewport: scaled", external(13, [[42, "u8", 2]]), {
    ...VIEWPORT,
    embedded: true,
    scaled: true,
  }],
  ["viewport: hints passed on", external(13, [[42, "u8", 3]]), {
    ...VIEWPORT,
    embedded: true,
    hintfwd: true,
  }],
  [
    "content_state",
    external(14, [
      [16, "f32", 0.25],
      [20, "f32", 0.5],
      [24, "f32", -1],
      [28, "f32", 0.75],
      [32, "f32", 2],
      [36, "f32", Infinity],
      [40, "u8", 8],
      [41, "u8", 16],
      [44, "u32", 1],
      [48, "u32", 2],
      [52, "u32", 3],
      [56, "u32", -1],
    ]),
    {
      kind: "content_state",
      frame,
      rel_x: 0.25,
      rel_y: -1,
      wnd_w: 2,
      wnd_h: 0,
      x_size: 0.5,
      y_size: 0.75,
      cell_w: 8,
      cell_h: 16,
      min_w: 1,
      min_h: 2,
      max_w: 3,
      max_h: 0xffff_ffff,
    },
  ],
  [
    "input_label",
    external(15, [
      [16, "bytes", "COPY_WINDOW"],
      [32, "u16", 99],
      [34, "bytes", "Kopiera fönstret"],
      [87, "bytes", "⌘"],
      [92, "u16", 4],
      [94, "u8", 4],
      [96, "u16", 0x41],
    ]),
    {
      kind: "input_label",
      frame,
      labelhint: "COPY_WINDOW",
      description: "Kopiera fönstret",
      initial: 99,
      datatype: "translated",
      modifiers: 0x41,
      vsym: "⌘",
    },
  ],
  ["input_label: reset", external(15, [[94, "u8", 2]]), LABEL],
  ["input_label: other bytes, analog", external(15, [[16, "bytes", "a b:ü"], [94, "u8", 1]]), {
    ...LABEL,
    labelhint: "a?b???",
    datatype: "analog",
  }],
  [
    "input_label: touch, invalid description",
    external(15, [[34, "bytes", [0xff]], [94, "u8", 8]]),
    {
      ...LABEL,
      datatype: "touch",
    },
  ],
  ["input_label: eyes", external(15, [[94, "u8", 16]]), { ...LABEL, datatype: "eyes" }],
  ["input_label: an unknown datatype is swallowed", external(15, [[94, "u8", 3]]), undefined],
  [
    "registered",
    external(16, [[16, "bytes", "titel – 0"], [80, "u32", 5], [88, "u64", 0x0706050403020100n], [
      96,
      "u64",
      0x0f0e0d0c0b0a0908n,
    ]]),
    {
      kind: "registered",
      frame,
      segkind: "terminal",
      title: "titel – 0",
      guid: "AAECAwQFBgcICQoLDA0ODw==",
    },
  ],
  [
    "registered: no kind, no identity, a title without terminator",
    external(16, [[16, "bytes", "T".repeat(64)], [80, "u32", 254]]),
    {
      kind: "registered",
      frame,
      segkind: "",
      title: "T".repeat(63),
      guid: "AAAAAAAAAAAAAAAAAAAAAA==",
    },
  ],
  [
    "bchunkstate",
    external(19, [[16, "u64", 1n << 40n], [24, "u8", 1], [25, "u8", 7], [26, "u8", 1], [
      27,
      "bytes",
      "png;JPG;*;a b-1",
    ], [96, "u32", 5]]),
    {
      ...CHUNK,
      hint: false,
      multipart: true,
      wildcard: true,
      size: 2 ** 40,
      input: true,
      stream: true,
      disable: false,
      extensions: "png;;*;ab1",
    },
  ],
  ["bchunkstate: disable", external(19), CHUNK],
  ["bchunkstate: cursor", external(19, [[25, "u8", 8]]), { ...CHUNK, hint: false, cursor: true }],
  ["privdrop: each field shows its own byte", external(20, [[17, "u8", 1]]), {
    kind: "privdrop",
    frame,
    external: false,
    sandboxed: true,
    networked: false,
  }],
  ["privdrop: the others", external(20, [[16, "u8", 1], [18, "u8", 1]]), {
    kind: "privdrop",
    frame,
    external: true,
    sandboxed: false,
    networked: true,
  }],
  ["mask_input", external(21, [[16, "u32", 2], [20, "u32", 1]]), { kind: "mask_input", frame }],
  [
    "netstate: a forged state is refused",
    external(22, [[16, "bytes", "trusted-host"], [82, "u8", 1], [83, "u8", 1], [84, "u8", 1]]),
    undefined,
  ],
];

testCases(CASES);

const CURSORS =
  "default tag hidden hidden-rel hidden-abs hidden-hot:3:4 input:10:20 warp:1:2 wait " +
  "forbidden grabhint crosshair hand zoom-in zoom-out help context-menu typefield datafield " +
  "vertical-datafield cell alias drag drag-drop drag-reject sizeall west east north south west-east " +
  "north-south north-west south-west north-east south-east north-west-south-east " +
  "south-west-north-east";

Deno.test("cursorhint: every documented name arrives as it is", { permissions: "none" }, () => {
  for (const cursor of CURSORS.split(" ")) {
    const result = status(external(12, [[16, "bytes", cursor]]));
    assert.deepEqual(result, { kind: "cursorhint", frame, cursor });
  }
  const odd = status(external(12, [[16, "bytes", "A b\x1bé"]]));
  assert.deepEqual(odd, { kind: "cursorhint", frame, cursor: "??b???" });
});

Deno.test("segment_request: split and position", { permissions: "none" }, () => {
  const placements = [
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
    {},
  ];
  for (const [dir, placement] of placements.entries()) {
    assert.deepEqual(status(external(10, [[28, "u8", dir]])), { ...REQUEST, ...placement });
  }
});
