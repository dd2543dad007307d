import assert from "node:assert/strict";
import { ApiMisuseError } from "../../../lib/errors.ts";
import type { ApiMisuseCode } from "../../../lib/errors.ts";
import { type Source, VERBS } from "../../../lib/segment/source.ts";
import { decodeControl } from "../../../lib/wire/control.ts";
import { decodeEvent } from "../../../lib/wire/event/event.ts";
import { APPLICATION, Fixture, TERMINAL } from "../../support/segment_fixture.ts";

const pure = { permissions: "none" } as const;

function refused(code: ApiMisuseCode, call: () => unknown): void {
  assert.throws(call, (error) => error instanceof ApiMisuseError && error.code === code);
}

/** Each verb that sends something, with arguments that are good. */
const GOOD: readonly ((source: Source) => unknown)[] = [
  (s) => s.targetInput("a"),
  (s) => s.targetInput({ kind: "analog", samples: [1] }),
  (s) => s.messageTarget("a"),
  (s) => s.typeText("a"),
  (s) => s.paste("a"),
  (s) => s.pressKey("a"),
  (s) => s.moveMouse(1, 1),
  (s) => s.clickMouse(),
  (s) => s.wheel(1),
  (s) => s.targetDisplayhint(1, 1),
  (s) => s.targetFonthint(3),
  (s) => s.targetFonthint(3, -1, { font: new Uint8Array(1) }),
  (s) =>
    s.targetGeohint({ latitude: 0, longitude: 0, country: "SWE", spoken: "swe", written: "swe" }),
  (s) => s.targetGraphmode("commit"),
  (s) => s.targetAnchorhint({ x: 0, y: 0 }),
  (s) => s.suspendTarget(),
  (s) => s.resumeTarget(),
  (s) => s.resetTarget(),
  (s) => s.stepframeTarget(),
  (s) => s.targetFramemode(0),
  (s) => s.targetSeek(1),
  (s) => s.targetCoreopt(0, ""),
  (s) => s.targetPortconfig(0, 0),
  (s) => s.restoreTarget(new Uint8Array(1)),
  (s) => s.openNonblock(new Uint8Array(1)),
];

const WRONG_TYPES: readonly unknown[] = [
  null,
  1n,
  Symbol("s"),
  {},
  Object.create(null),
  [null],
  NaN,
];

Deno.test("verbs: an argument of a wrong type is refused with a code", pure, () => {
  const { source } = new Fixture({ kind: APPLICATION });
  for (const verb of Object.keys(VERBS) as (keyof typeof VERBS)[]) {
    const call = source[verb] as (...args: unknown[]) => unknown;
    for (const first of WRONG_TYPES) {
      for (const second of WRONG_TYPES) {
        try {
          call.call(source, first, second);
        } catch (error) {
          assert(error instanceof ApiMisuseError, `${verb} threw ${error}`);
        }
      }
    }
  }
  refused("bad-argument", () => source.targetDisplayhint(1, 1, null as never));
  refused("bad-argument", () => source.targetInput({ kind: "analog" } as never));
});

Deno.test("verbs: once the segment has ended they return false and send nothing", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  fixture.end();
  for (const call of GOOD) assert.equal(call(fixture.source), false, call.toString());
  assert.equal(fixture.source.targetAlloc("debug"), undefined);
  assert.doesNotThrow(() => fixture.source.deleteImage());
  assert.deepEqual(fixture.take(), []);
});

Deno.test(
  "verbs: a session that has ended before its endpoint knows is as good as ended",
  pure,
  () => {
    const fixture = new Fixture({ kind: APPLICATION });
    fixture.session.isOver = true;
    for (const call of GOOD) {
      if (/suspend|resume/.test(call.toString())) continue;
      assert.equal(call(fixture.source), false, call.toString());
    }
    assert.deepEqual(fixture.take(), []);
  },
);

Deno.test("verbs: none may be used on a subsegment, it would reach the primary", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const pushed = fixture.source.targetAlloc("debug")!;
  fixture.take();
  for (const call of GOOD) refused("unsafe-verb", () => call(pushed));
  refused("unsafe-verb", () => pushed.targetAlloc("debug"));
  assert.deepEqual(fixture.take(), []);
});

const WRONG: readonly ((source: Source) => unknown)[] = [
  (s) => s.targetInput({ kind: "nothing" } as never),
  (s) => s.targetInput(null as never),
  (s) => s.targetInput(7 as never),
  (s) => s.targetInput({ kind: "analog" } as never),
  (s) => s.targetInput({ kind: "touch", x: "far" } as never),
  (s) => s.targetInput({ kind: "touch", pressure: 5n } as never),
  (s) => s.targetInput({ kind: "analog", samples: ["far"] } as never),
  (s) => s.targetInput({ kind: "eyes", head_x: "far" } as never),
  (s) => s.targetInput({ kind: "digital", translated: true, utf8: "ab" }),
  (s) => s.targetInput({ kind: "digital", translated: true, modifiers: 0x10000 }),
  (s) => s.messageTarget("x".repeat(1025)),
  (s) => s.messageTarget("a\0b"),
  (s) => s.messageTarget(undefined as never),
  (s) => s.typeText("\x03"),
  (s) => s.typeText("\x7f"),
  (s) => s.typeText("\u009b"),
  (s) => s.typeText("x".repeat((1 << 20) + 1)),
  (s) => s.paste("x".repeat((1 << 20) + 1)),
  (s) => s.paste(7 as never),
  (s) => s.pressKey("any" as never),
  (s) => s.pressKey("toString" as never),
  (s) => s.pressKey(0),
  (s) => s.pressKey(null as never),
  (s) => s.pressKey({} as never),
  ...["", "ab", "\x1b", "\u009b", "e\u0301"].map((character) => (s: Source) =>
    s.pressKey({ character })
  ),
  (s) => s.pressKey("a", ["hyper" as never]),
  (s) => s.moveMouse(NaN, 0),
  (s) => s.moveMouse(0, 32768),
  (s) => s.clickMouse(0),
  (s) => s.clickMouse("fourth" as never),
  (s) => s.wheel(101),
  (s) => s.wheel(0.5),
  (s) => s.targetDisplayhint(-1, 0),
  (s) => s.targetDisplayhint(0, 8193),
  (s) => s.targetDisplayhint(0.5, 0),
  (s) => s.targetDisplayhint(0, 0, 256),
  (s) => s.targetDisplayhint(0, 0, ["seen" as never]),
  (s) => s.targetDisplayhint(0, 0, 0, { ppcm: 9 }),
  (s) => s.targetDisplayhint(0, 0, 0, { subpixelLayout: "rbg" as never }),
  (s) => s.targetDisplayhint(0, 0, 0, { cellWidth: 256 }),
  (s) => s.targetDisplayhint(0, 0, 0, { output: { width: 0, height: 1 } }),
  (s) => s.targetDisplayhint(0, 0, 0, { output: { width: 9, height: 9, refresh: 0 } }),
  (s) => s.targetFonthint(-1),
  (s) => s.targetFonthint(NaN),
  (s) => s.targetFonthint(3, 17),
  (s) => s.targetFonthint(3, -1, { font: new Uint8Array(0) }),
  (s) => s.targetFonthint(3, -1, { font: "font.ttf" as never }),
  (s) =>
    s.targetGeohint({ latitude: 91, longitude: 0, country: "SWE", spoken: "swe", written: "swe" }),
  (s) =>
    s.targetGeohint({ latitude: 0, longitude: 0, country: "SE", spoken: "swe", written: "swe" }),
  (s) =>
    s.targetGeohint({ latitude: 0, longitude: 0, country: "SWE", spoken: "svå", written: "swe" }),
  (s) => s.targetGraphmode("pink" as never),
  (s) => s.targetGraphmode(512),
  (s) => s.targetGraphmode("text", 256),
  (s) => s.targetGraphmode("text", NaN),
  (s) => s.targetGraphmode("cursor", 0, 0, 0, true),
  (s) => s.targetAnchorhint({ x: 0.5, y: 0 }),
  (s) => s.targetAnchorhint({ x: 0, y: 0, parent: -1 }),
  (s) => s.stepframeTarget(NaN),
  (s) => s.stepframeTarget(1, -1),
  (s) => s.targetFramemode(-2),
  (s) => s.targetFramemode("fast" as never),
  (s) => s.targetSeek(1.5, { relative: false }),
  (s) => s.targetSeek(0.5, { time: false }),
  (s) => s.targetSeek(1, { x: 1 }),
  (s) => s.targetSeek(Infinity),
  (s) => s.targetCoreopt(0.5, ""),
  (s) => s.targetCoreopt(0, "x".repeat(78)),
  (s) => s.targetPortconfig(-1, 0),
  (s) => s.restoreTarget(new Uint8Array(0)),
  (s) => s.restoreTarget("state" as never),
  (s) => s.openNonblock(new Uint8Array(1), { name: "sixteen bytes  x" }),
  (s) => s.targetAlloc("clipboard" as never),
  (s) => s.targetFlags("noalpha" as never),
  (s) => s.deleteImage("a\0b"),
];

Deno.test("verbs: wrong arguments are refused before anything is sent", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  for (const call of WRONG) {
    try {
      refused("bad-argument", () => call(fixture.source));
    } catch (error) {
      throw new Error(call.toString(), { cause: error });
    }
  }
  assert.deepEqual(fixture.take(), []);
});

Deno.test("message: parts end on code points", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const text = "漢".repeat(60);
  assert.equal(fixture.source.targetInput(text), true);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const parts = fixture.takeEvents().map((event) => {
    assert.ok(event.category === "target" && event.kind === "message");
    assert.ok(event.message.length <= 77);
    return { text: decoder.decode(event.message), more: event.multipart };
  });
  assert.equal(parts.map((part) => part.text).join(""), text);
  assert.deepEqual(parts.map((part) => part.more), [1, 1, 0]);
});

Deno.test("verbs in the preroll: hints of the handler take the place of the defaults", pure, () => {
  const fixture = new Fixture({
    onStatus: (source, status) => {
      if (status.kind !== "preroll") return;
      source.targetDisplayhint(800, 600, 0, { ppcm: 50, output: { width: 1920, height: 1080 } });
      source.targetFonthint(4);
    },
  });
  fixture.event({ category: "external", kind: "register", segkind: APPLICATION, title: "t" });
  fixture.deliver();
  const kinds = fixture.takeEvents().map(({ kind }) => kind);
  assert.deepEqual(kinds, ["outputhint", "displayhint", "fonthint", "activate"]);
});

Deno.test("verbs: suspended in the preroll, a client is let go on by resumeTarget", pure, () => {
  const fixture = new Fixture({
    onStatus: (source, status) => void (status.kind === "preroll" && source.suspendTarget()),
  });
  fixture.event({ category: "external", kind: "register", segkind: APPLICATION, title: "t" });
  fixture.deliver();
  assert.deepEqual(fixture.takeEvents(), []);
  assert.equal(fixture.source.resumeTarget(), true);
  assert.equal(fixture.takeEvents().at(-1)!.kind, "activate");
  assert.equal(fixture.source.resumeTarget(), true);
  assert.deepEqual(fixture.takeEvents().map(({ kind }) => kind), ["unpause"]);
});

Deno.test("verbs: a paused client gets no input, it would be lost there", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  fixture.source.suspendTarget();
  fixture.take();
  assert.equal(fixture.source.typeText("lost"), false);
  assert.equal(fixture.source.moveMouse(1, 1), false);
  assert.equal(fixture.source.clickMouse("left", 2, 2), false);
  assert.deepEqual(fixture.take(), []);
  fixture.source.resumeTarget();
  fixture.take();
  assert.equal(fixture.source.pressKey("a"), true);
});

Deno.test("verbs: masked input is not sent", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const { source } = fixture;
  // Mice, and keys.
  fixture.event({ category: "external", kind: "inputmask", device: 2, types: 4 });
  fixture.deliver();
  assert.equal(fixture.statuses.at(-1)!.kind, "mask_input");
  assert.equal(source.moveMouse(1, 1), false);
  assert.equal(source.clickMouse(), false);
  assert.equal(source.wheel(1), false);
  assert.equal(source.typeText("a"), false);
  assert.equal(source.pressKey("a"), false);
  assert.equal(source.paste("a"), false);
  assert.equal(source.targetInput({ kind: "digital", translated: true, utf8: "a" }), false);
  assert.deepEqual(fixture.take(), []);
  assert.equal(source.targetInput({ kind: "digital", translated: false, active: true }), true);
  assert.equal(source.targetInput({ kind: "touch", x: 1, y: 1 }), true);
  assert.equal(
    source.targetInput({ kind: "status", devkind: "game", action: "added", domain: "led" }),
    true,
  );
  assert.equal(fixture.take().length, 3);
});

Deno.test("inputCapabilities: true is what the client takes", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  assert.ok(Object.values(fixture.source.inputCapabilities()).every((takes) => takes === true));
  fixture.event({ category: "external", kind: "inputmask", device: 1 | 4 | 32, types: 1 | 8 });
  assert.deepEqual(fixture.source.inputCapabilities(), {
    keyboard: false,
    game: false,
    mouse: true,
    touch: false,
    led: true,
    eyetracker: false,
    analog: false,
    digital: true,
    translated: true,
    eyes: true,
  });
});

Deno.test("verbs: what makes real terminals crash is refused after the preroll", pure, () => {
  const terminal = new Fixture({ kind: TERMINAL });
  refused("unsafe-verb", () => terminal.source.targetFonthint(2));
  refused("unsafe-verb", () => terminal.source.targetFonthint(2, -1, { font: new Uint8Array(9) }));
  refused("unsafe-verb", () => terminal.source.targetDisplayhint(0, 0, 0, { ppcm: 30 }));
  assert.deepEqual(terminal.take(), []);
  assert.equal(terminal.source.targetFonthint(2, -1, { force: true }), true);
  assert.equal(terminal.source.targetDisplayhint(640, 400, 0, { ppcm: 30, force: true }), true);
  assert.equal(terminal.take().length, 2);
  const application = new Fixture({ kind: APPLICATION });
  assert.equal(application.source.targetFonthint(2), true);
});

Deno.test("targetSeek: a terminal scrolls up by a step to the left", pure, () => {
  const steps = (kind: number, value: number, x?: number) => {
    const fixture = new Fixture({ kind });
    fixture.source.targetSeek(value, { time: false, ...(x !== undefined && { x }) });
    const [event] = fixture.takeEvents();
    assert.ok(event?.category === "target" && event.kind === "seekcontent");
    return [event.mode, event.dy, event.dx];
  };
  assert.deepEqual(steps(TERMINAL, -3), [1, -3, -1]);
  assert.deepEqual(steps(TERMINAL, 3), [1, 3, 0]);
  assert.deepEqual(steps(TERMINAL, -3, 2), [1, -3, 2]);
  assert.deepEqual(steps(APPLICATION, -3), [1, -3, 0]);
});

Deno.test("deleteImage: nothing that waits holds the end up", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const ends: string[] = [];
  fixture.source.typeText("x".repeat(10_000));
  fixture.source.openNonblock(new Uint8Array(1), { onEnd: (state) => void ends.push(state) });
  const { length } = fixture.session.sent;
  fixture.source.deleteImage("bye");
  const [words, exit, ...rest] = fixture.take().slice(length);
  // The last words go first: a client leaves at once when it is told to exit.
  assert.ok(words?.type === "control");
  const shutdown = decodeControl(words.body);
  assert.ok(shutdown.command === "shutdown" && shutdown.lastWords === "bye");
  assert.ok(exit?.type === "event");
  assert.equal(decodeEvent(exit.event).kind, "exit");
  assert.deepEqual(rest, []);
  assert.ok(fixture.tree.isLeaving);
  fixture.deliver();
  assert.deepEqual(ends, ["ended"]);
});

Deno.test("subsegments: granted, pushed, ended", pure, () => {
  let granted: Source | undefined;
  const fixture = new Fixture({
    kind: APPLICATION,
    onStatus: (source, status) => {
      if (status.kind === "segment_request") granted = source.acceptTarget();
    },
  });
  fixture.event({
    category: "external",
    kind: "segreq",
    id: 42,
    segkind: 16,
    width: 64,
    height: 48,
  });
  fixture.deliver();
  const [newch] = fixture.takeControls();
  assert.deepEqual(newch, {
    command: "newch",
    channel: 0,
    newChannel: 1,
    segkind: 16,
    direction: 0,
    cookie: 42,
  });
  assert.equal(granted!.segkind, "popup");
  assert.equal(granted!.targetParent(), fixture.source);
  assert.equal(fixture.source.targetParent(), undefined);
  const pushed = fixture.source.targetAlloc("accessibility")!;
  const [second] = fixture.takeControls();
  assert.ok(second?.command === "newch" && second.newChannel === 2 && second.cookie === 0);
  assert.equal(second.segkind, 20);
  granted!.deleteImage("no more");
  const [shutdown] = fixture.takeControls();
  assert.deepEqual(shutdown, { command: "shutdown", channel: 1, lastWords: "no more" });
  fixture.deliver();
  assert.equal(fixture.statuses.at(-1)!.kind, "terminated");
  assert.equal(granted!.isEnded, true);
  assert.equal(pushed.isEnded, false);
  refused("wrong-state", () => fixture.source.acceptTarget());
});

Deno.test("targetAlloc: undefined once all channels were given out", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  for (let i = 0; i < 254; i++) assert.ok(fixture.source.targetAlloc("debug"));
  assert.equal(fixture.source.targetAlloc("debug"), undefined);
});
