import assert from "node:assert/strict";
import { VERBS } from "../../lib/segment/source.ts";
import { type Patch, reference } from "../support/event_vectors.ts";
import { APPLICATION, Fixture } from "../support/segment_fixture.ts";
import { INPUT_CASES, type VerbCase } from "./input_cases.ts";

const NO_TOKEN: Patch = [32, "u32", 0];
const NO_TIME: Patch = [40, "u64", 0];
const RELATIVE: Patch = [4, "i32", 1];
const ABSOLUTE: Patch = [4, "i32", 0];

const CASES: readonly VerbCase[] = [
  [(s) => s.targetFramemode(1, { prewake: 7 }), reference("tgt-frameskip-4")],
  [(s) => s.targetFramemode(12, { prewake: 7 }), reference("tgt-frameskip-5")],
  [
    (s) => s.targetFramemode("automatic", { prewake: 7 }),
    reference("tgt-frameskip-0"),
  ],
  [
    (s) => s.targetFramemode("all", { prewake: 7 }),
    reference("tgt-frameskip-1"),
  ],
  [
    (s) => s.targetFramemode(0, { prewake: 7, preaudio: 1, debugMake: 2, debugSend: 3 }),
    reference("tgt-frameskip-0", [12, "i32", 1], [16, "i32", 2], [20, "i32", 3]),
  ],
  [(s) => s.stepframeTarget(-3), reference("tgt-stepframe-neg")],
  [(s) => s.stepframeTarget(), reference("tgt-stepframe-neg", [4, "i32", 1])],
  [
    (s) => s.stepframeTarget(1, 2882400000),
    reference("tgt-stepframe-clock", [12, "u32", 0], [16, "u32", 0]),
  ],
  [(s) => s.targetCoreopt(5, "value=42"), reference("tgt-coreopt")],
  [(s) => s.targetCoreopt(-2, "x".repeat(77)), reference("tgt-coreopt-max")],
  [(s) => s.resetTarget(), reference("tgt-reset-0")],
  [(s) => s.resetTarget(true), reference("tgt-reset-1")],
  [(s) => s.suspendTarget(), reference("tgt-pause")],
  [(s) => s.resumeTarget(), reference("tgt-unpause")],
  // DEVIATION: the documentation of the events has relative and absolute the other way round.
  [(s) => s.targetSeek(-0.25), reference("tgt-seektime-rel", RELATIVE)],
  [
    (s) => s.targetSeek(0.5, { relative: false }),
    reference("tgt-seektime-abs", ABSOLUTE, [8, "f32", 0.5], NO_TIME),
  ],
  [
    (s) => s.targetSeek(-4, { time: false, x: 2147483647, z: 1.5 }),
    reference("tgt-seekcontent-rel", RELATIVE),
  ],
  [
    (s) => s.targetSeek(0.5, { relative: false, time: false, z: 2 }),
    reference("tgt-seekcontent-abs", ABSOLUTE),
  ],
  [
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
    (s) =>
      s.targetDisplayhint(0, 0, 63, {
        output: { width: 3840, height: 2160, refresh: 144, minHeight: 33 },
      }),
    reference("tgt-outputhint", [24, "i32", 0], [28, "f32", 0], [32, "f32", 0]),
    reference("tgt-displayhint-flags", [20, "f32", 0]),
  ],
  [(s) => s.targetPortconfig(2, 1), reference("tgt-setiodev")],
  [
    (s) => s.targetGraphmode("text", 255, 16, 1, true),
    reference("tgt-graphmode-0"),
  ],
  [(s) => s.targetGraphmode(261, 255, 16, 1), reference("tgt-graphmode-0")],
  [(s) => s.targetGraphmode("blue", 255, 16, 1), reference("tgt-graphmode-1")],
  [
    (s) => s.targetGraphmode("commit"),
    reference("tgt-graphmode-2", [8, "f32", 0], [12, "f32", 0], [16, "f32", 0]),
  ],
  [(s) => s.messageTarget("åäö – done"), reference("tgt-message-end")],
  [(s) => s.targetInput("åäö – done"), reference("tgt-message-end")],
  [(s) => s.targetFonthint(3.52778006), reference("tgt-fonthint-size")],
  [
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
  [(s) => s.deleteImage(), reference("tgt-exit")],
  ...INPUT_CASES,
];

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

const nameOf = (call: VerbCase[0]) => /s\.(\w+)\(/.exec(call.toString())![1]!;

for (const [call, ...events] of CASES) {
  const verb = nameOf(call);
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
  const tested = new Set(CASES.map(([call]) => nameOf(call)));
  for (const name of Object.keys(VERBS)) {
    assert.ok(tested.has(name) !== ELSEWHERE.has(name), name);
  }
});
