import assert from "node:assert/strict";
import { type Source, VERBS } from "../../lib/segment/source.ts";
import { type Patch, reference } from "../support/event_vectors.ts";
import { APPLICATION, Fixture } from "../support/segment_fixture.ts";

const NO_TOKEN: Patch = [32, "u32", 0];
const NO_TIME: Patch = [40, "u64", 0];
const RELATIVE: Patch = [4, "i32", 1];
const ABSOLUTE: Patch = [4, "i32", 0];

/** A verb, its call, and the events that it must send. */
const CASES: readonly [verb: string, call: (source: Source) => unknown, ...events: string[]][] = [
  ["targetFramemode", (s) => s.targetFramemode(1, { prewake: 7 }), reference("tgt-frameskip-4")],
  ["targetFramemode", (s) => s.targetFramemode(12, { prewake: 7 }), reference("tgt-frameskip-5")],
  [
    "targetFramemode",
    (s) => s.targetFramemode("automatic", { prewake: 7 }),
    reference("tgt-frameskip-0"),
  ],
  [
    "targetFramemode",
    (s) => s.targetFramemode("all", { prewake: 7 }),
    reference("tgt-frameskip-1"),
  ],
  [
    "targetFramemode",
    (s) => s.targetFramemode(0, { prewake: 7, preaudio: 1, debugMake: 2, debugSend: 3 }),
    reference("tgt-frameskip-0", [12, "i32", 1], [16, "i32", 2], [20, "i32", 3]),
  ],
  ["stepframeTarget", (s) => s.stepframeTarget(-3), reference("tgt-stepframe-neg")],
  ["stepframeTarget", (s) => s.stepframeTarget(), reference("tgt-stepframe-neg", [4, "i32", 1])],
  [
    "stepframeTarget",
    (s) => s.stepframeTarget(1, 2882400000),
    reference("tgt-stepframe-clock", [12, "u32", 0], [16, "u32", 0]),
  ],
  ["targetCoreopt", (s) => s.targetCoreopt(5, "value=42"), reference("tgt-coreopt")],
  ["targetCoreopt", (s) => s.targetCoreopt(-2, "x".repeat(77)), reference("tgt-coreopt-max")],
  ["resetTarget", (s) => s.resetTarget(), reference("tgt-reset-0")],
  ["resetTarget", (s) => s.resetTarget(true), reference("tgt-reset-1")],
  ["suspendTarget", (s) => s.suspendTarget(), reference("tgt-pause")],
  ["resumeTarget", (s) => s.resumeTarget(), reference("tgt-unpause")],
  // DEVIATION: the documentation of the events has relative and absolute the other way round.
  ["targetSeek", (s) => s.targetSeek(-0.25), reference("tgt-seektime-rel", RELATIVE)],
  [
    "targetSeek",
    (s) => s.targetSeek(0.5, { relative: false }),
    reference("tgt-seektime-abs", ABSOLUTE, [8, "f32", 0.5], NO_TIME),
  ],
  [
    "targetSeek",
    (s) => s.targetSeek(-4, { time: false, x: 2147483647, z: 1.5 }),
    reference("tgt-seekcontent-rel", RELATIVE),
  ],
  [
    "targetSeek",
    (s) => s.targetSeek(0.5, { relative: false, time: false, z: 2 }),
    reference("tgt-seekcontent-abs", ABSOLUTE),
  ],
  [
    "targetDisplayhint",
    (s) =>
      s.targetDisplayhint(1280, 720, 128, {
        ppcm: 37.7952766,
        subpixelLayout: "vbgr",
        cellWidth: 8,
        cellHeight: 16,
      }),
    reference("tgt-displayhint", NO_TOKEN, NO_TIME),
  ],
  [
    "targetDisplayhint",
    (s) =>
      s.targetDisplayhint(0, 0, [
        "continued",
        "invisible",
        "unfocused",
        "maximized",
        "fullscreen",
        "detached",
      ]),
    reference("tgt-displayhint-flags", [20, "f32", 0]),
  ],
  [
    "targetDisplayhint",
    (s) =>
      s.targetDisplayhint(0, 0, 63, {
        output: { width: 3840, height: 2160, refresh: 144, minHeight: 33 },
      }),
    reference("tgt-outputhint", [24, "i32", 0], [28, "f32", 0], [32, "f32", 0]),
    reference("tgt-displayhint-flags", [20, "f32", 0]),
  ],
  ["targetPortconfig", (s) => s.targetPortconfig(2, 1), reference("tgt-setiodev")],
  [
    "targetGraphmode",
    (s) => s.targetGraphmode("text", 255, 16, 1, true),
    reference("tgt-graphmode-0"),
  ],
  ["targetGraphmode", (s) => s.targetGraphmode(261, 255, 16, 1), reference("tgt-graphmode-0")],
  ["targetGraphmode", (s) => s.targetGraphmode("blue", 255, 16, 1), reference("tgt-graphmode-1")],
  [
    "targetGraphmode",
    (s) => s.targetGraphmode("commit"),
    reference("tgt-graphmode-2", [8, "f32", 0], [12, "f32", 0], [16, "f32", 0]),
  ],
  ["messageTarget", (s) => s.messageTarget("åäö – done"), reference("tgt-message-end")],
  ["targetInput", (s) => s.targetInput("åäö – done"), reference("tgt-message-end")],
  ["targetFonthint", (s) => s.targetFonthint(3.52778006), reference("tgt-fonthint-size")],
  [
    "targetGeohint",
    (s) =>
      s.targetGeohint({
        latitude: 59.3292999,
        longitude: -18.0685997,
        elevation: 28,
        country: "SWE",
        spoken: "SWE",
        written: "ENG",
        timezone: -330,
      }),
    reference("tgt-geohint"),
  ],
  [
    "targetAnchorhint",
    (s) =>
      s.targetAnchorhint({
        x: -100,
        y: 200,
        z: -1,
        source: 2864434397,
        parent: 16909060,
        external: true,
      }),
    reference("tgt-anchorhint"),
  ],
  [
    "targetInput",
    (s) =>
      s.targetInput({
        kind: "digital",
        translated: true,
        devid: 1,
        subid: 30,
        pts: 1000,
        utf8: "a",
        active: true,
        number: 30,
        keysym: 97,
      }),
    reference("io-key-a-press"),
  ],
  [
    "targetInput",
    (s) =>
      s.targetInput({
        kind: "digital",
        translated: true,
        devid: 1,
        subid: 30,
        pts: 1000,
        utf8: "a",
        number: 30,
        keysym: 97,
      }),
    reference("io-key-a-release"),
  ],
  [
    "targetInput",
    (s) =>
      s.targetInput({
        kind: "digital",
        translated: true,
        label: "COPY_WINDOW",
        keysym: 273,
        active: true,
      }),
    reference("io-key-label"),
  ],
  [
    "targetInput",
    (s) => s.targetInput({ kind: "digital", translated: false, devid: 3, subid: 12 }),
    reference("io-game-button-release"),
  ],
  [
    "targetInput",
    (s) => s.targetInput({ kind: "analog", mouse: true, subid: 1, samples: [240, 4] }),
    reference("io-mouse-y-abs"),
  ],
  [
    "targetInput",
    (s) =>
      s.targetInput({
        kind: "analog",
        mouse: true,
        subid: 2,
        relative: true,
        samples: [-3, 320, 4, 240],
      }),
    reference("io-mouse-xy-rel"),
  ],
  [
    "targetInput",
    (s) => s.targetInput({ kind: "analog", mouse: true, subid: 2, samples: [-32768], leave: true }),
    reference("io-mouse-leave"),
  ],
  [
    "targetInput",
    (s) =>
      s.targetInput({
        kind: "status",
        label: "kbd0",
        action: "removed",
        devkind: "keyboard",
        devref: 77,
        domain: "led",
      }),
    reference("io-status"),
  ],
  [
    "targetInput",
    (s) => s.targetInput({ kind: "analog", devid: 9, subid: 5, samples: [-32768] }),
    reference("io-game-axis-min"),
  ],
  [
    "targetInput",
    (s) =>
      s.targetInput({
        kind: "touch",
        devid: 4,
        subid: 1,
        active: true,
        x: -12,
        y: 32767,
        pressure: 0.5,
        size: 2.25,
      }),
    reference("io-touch", [64, "u32", 0], [68, "u8", 0]),
  ],
  [
    "targetInput",
    (s) =>
      s.targetInput({
        kind: "eyes",
        head_x: 1.5,
        head_y: 3,
        head_z: 4.5,
        head_rx: -0.5,
        head_ry: -1,
        head_rz: -1.5,
        x1: 0.1,
        y1: 0.2,
        x2: 0.3,
        y2: 0.4,
        blink_left: true,
        present: true,
      }),
    reference("io-eyes"),
  ],
  [
    "clickMouse",
    (s) => s.clickMouse("right"),
    reference("io-mouse-button-2"),
    reference("io-mouse-button-2", [48, "u8", 0]),
  ],
  [
    "clickMouse",
    (s) => s.clickMouse(undefined, 320, 240),
    axis(0, 320, 320),
    axis(1, 240, 240),
    reference("io-mouse-button-1"),
    reference("io-mouse-button-1", [48, "u8", 0]),
  ],
  [
    "moveMouse",
    (s) => s.moveMouse(323.2, 236) && s.moveMouse(320, 240),
    axis(0, 323, 323),
    axis(1, 236, 236),
    axis(0, 320, -3),
    axis(1, 240, 4),
  ],
  [
    "wheel",
    (s) => s.wheel(-1) && s.wheel(1),
    reference("io-mouse-button-4"),
    reference("io-mouse-button-4", [48, "u8", 0]),
    reference("io-mouse-button-5"),
    reference("io-mouse-button-5", [48, "u8", 0]),
  ],
  [
    "pressKey",
    (s) => s.pressKey("a"),
    key({ utf8: "a", keysym: 97 }),
    key({ keysym: 97, active: false }),
  ],
  [
    "pressKey",
    (s) => s.pressKey("up", ["ctrl", "rshift"]),
    key({ keysym: 303 }),
    key({ keysym: 306, modifiers: 0x2 }),
    key({ keysym: 273, modifiers: 0x42 }),
    key({ keysym: 273, modifiers: 0x42, active: false }),
    key({ keysym: 303, modifiers: 0x40, active: false }),
    key({ keysym: 306, active: false }),
  ],
  [
    "pressKey",
    (s) => s.pressKey("tab") && s.pressKey("tab", ["shift"]),
    key({ keysym: 9, utf8: "\t" }),
    key({ keysym: 9, active: false }),
    key({ keysym: 304 }),
    key({ keysym: 9, modifiers: 1 }),
    key({ keysym: 9, modifiers: 1, active: false }),
    key({ keysym: 304, active: false }),
  ],
  [
    "pressKey",
    (s) => s.pressKey("backspace") && s.pressKey("delete"),
    key({ keysym: 8 }),
    key({ keysym: 8, active: false }),
    key({ keysym: 127 }),
    key({ keysym: 127, active: false }),
  ],
  [
    "pressKey",
    (s) => s.pressKey("c", ["ctrl"]),
    key({ keysym: 306 }),
    key({ keysym: 99, modifiers: 0x40 }),
    key({ keysym: 99, modifiers: 0x40, active: false }),
    key({ keysym: 306, active: false }),
  ],
  [
    "pressKey",
    (s) => s.pressKey({ character: "ł" }, ["alt"]),
    key({ keysym: 308 }),
    key({ utf8: "ł", modifiers: 0x100 }),
    key({ modifiers: 0x100, active: false }),
    key({ keysym: 308, active: false }),
  ],
  [
    "pressKey",
    (s) => s.pressKey({ character: "A" }),
    key({ keysym: 304 }),
    key({ utf8: "A", keysym: 97, modifiers: 1 }),
    key({ keysym: 97, modifiers: 1, active: false }),
    key({ keysym: 304, active: false }),
  ],
  // Characters whose numbers are those of keys without a character: Undo, Right Ctrl.
  [
    "typeText",
    (s) => s.typeText("łı"),
    key({ utf8: "ł" }),
    key({ active: false }),
    key({ utf8: "ı" }),
    key({ active: false }),
  ],
  [
    "typeText",
    (s) => s.typeText("AB\n\x1b"),
    key({ keysym: 304 }),
    key({ utf8: "A", keysym: 97, modifiers: 1 }),
    key({ keysym: 97, modifiers: 1, active: false }),
    key({ utf8: "B", keysym: 98, modifiers: 1 }),
    key({ keysym: 98, modifiers: 1, active: false }),
    key({ keysym: 304, active: false }),
    key({ utf8: "\r", keysym: 13 }),
    key({ keysym: 13, active: false }),
    key({ utf8: "\x1b", keysym: 27 }),
    key({ keysym: 27, active: false }),
  ],
  [
    "paste",
    (s) => s.paste("\x1b漢\r\n"),
    key({ utf8: "漢" }),
    key({ utf8: "\r", keysym: 13 }),
    key({ keysym: 13, active: false }),
  ],
  ["deleteImage", (s) => s.deleteImage(), reference("tgt-exit")],
];

/** A motion along one axis: the reference's sample of both axes, cut down to one. */
function axis(subid: number, to: number, delta: number): string {
  return reference(
    "io-mouse-xy-abs",
    [32, "u8", subid],
    [49, "u8", 2],
    [50, "u32", (delta << 16 | to) >>> 0],
    [54, "u32", 0],
  );
}

/** A key as the reference packs it, with other values. */
function key(
  { utf8 = "", keysym = 0, modifiers = 0, active = true }: {
    utf8?: string;
    keysym?: number;
    modifiers?: number;
    active?: boolean;
  },
): string {
  const bytes = Uint8Array.fromHex(
    reference("io-key-label", [53, "u8", active ? 1 : 0], [56, "u32", keysym], [
      60,
      "u8",
      modifiers & 255,
    ], [61, "u8", modifiers >> 8]),
  );
  bytes.fill(0, 12, 28);
  bytes.set(new TextEncoder().encode(utf8), 48);
  return bytes.toHex();
}

/** Verbs that send control commands or transfers, or nothing; other tests go through those. */
const ELSEWHERE = new Set([
  "text",
  "acceptTarget",
  "addObserver",
  "targetAlloc",
  "targetParent",
  "targetUpdatehandler",
  "targetVerbose",
  "targetFlags",
  "inputCapabilities",
  "restoreTarget",
  "openNonblock",
]);

for (const [verb, call, ...events] of CASES) {
  const text = call.toString().replace(/\s+/g, " ").replace(/^\(s\) => s\./, "");
  Deno.test(`verb ${verb}: ${text.slice(0, 60)}`, { permissions: "none" }, () => {
    const fixture = new Fixture({ kind: APPLICATION });
    const result = call(fixture.source);
    assert.ok(verb === "deleteImage" || result === true);
    const sent = fixture.take();
    for (const packet of sent) {
      assert.ok(packet.type === "event");
      assert.equal(packet.channel, 0);
    }
    assert.deepEqual(sent.map((packet) => packet.type === "event" && packet.event.toHex()), events);
  });
}

Deno.test(
  "no verb: a preroll ends in ACTIVATE, a request in REQFAIL",
  { permissions: "none" },
  () => {
    const fixture = new Fixture();
    const events = () => fixture.take().map((sent) => sent.type === "event" && sent.event.toHex());
    fixture.event({ category: "external", kind: "register", segkind: 10, title: "t" });
    fixture.deliver();
    assert.equal(events().at(-1), reference("tgt-activate"));
    fixture.event({ category: "external", kind: "segreq", segkind: 21, id: 4277009102 });
    fixture.deliver();
    assert.deepEqual(events(), [reference("tgt-reqfail")]);
  },
);

Deno.test("verbs: the table goes through every one", { permissions: "none" }, () => {
  const tested = new Set(CASES.map(([verb]) => verb));
  for (const name of Object.keys(VERBS)) {
    assert.ok(tested.has(name) !== ELSEWHERE.has(name), name);
  }
});
