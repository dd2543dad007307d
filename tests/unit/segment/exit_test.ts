// What a client is sent, and what its verbs return, once its handler has ended it.

import assert from "node:assert/strict";
import type { Source } from "../../../lib/segment/source.ts";
import type { Status } from "../../../lib/segment/status.ts";
import { ONE_PIXEL } from "../../support/one_pixel.ts";
import { APPLICATION, commands, Fixture, TERMINAL } from "../../support/segment_fixture.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** Each verb that sends something, with arguments that are right. */
const VERBS: Readonly<Record<string, (source: Source) => unknown>> = {
  targetInput: (source) => source.targetInput("hello"),
  messageTarget: (source) => source.messageTarget("hello"),
  typeText: (source) => source.typeText("hello"),
  paste: (source) => source.paste("hello"),
  pressKey: (source) => source.pressKey("escape"),
  moveMouse: (source) => source.moveMouse(1, 1),
  clickMouse: (source) => source.clickMouse("left", 1, 1),
  wheel: (source) => source.wheel(1),
  targetDisplayhint: (source) => source.targetDisplayhint(640, 480),
  targetFonthint: (source) => source.targetFonthint(4, -1, { force: true }),
  "targetFonthint with a font": (source) =>
    source.targetFonthint(4, -1, { font: new Uint8Array(9), force: true }),
  targetGeohint: (source) =>
    source.targetGeohint({
      latitude: 1,
      longitude: 1,
      country: "SWE",
      spoken: "swe",
      written: "swe",
    }),
  targetGraphmode: (source) => source.targetGraphmode(1, 1, 2, 3),
  targetAnchorhint: (source) => source.targetAnchorhint({ x: 1, y: 1 }),
  suspendTarget: (source) => source.suspendTarget(),
  resumeTarget: (source) => source.resumeTarget(),
  resetTarget: (source) => source.resetTarget(),
  stepframeTarget: (source) => source.stepframeTarget(),
  targetFramemode: (source) => source.targetFramemode("all"),
  targetSeek: (source) => source.targetSeek(1),
  targetCoreopt: (source) => source.targetCoreopt(0, "x"),
  targetPortconfig: (source) => source.targetPortconfig(1, 1),
  restoreTarget: (source) => source.restoreTarget(new Uint8Array(9)),
  openNonblock: (source) => source.openNonblock(new Uint8Array(9)),
};

function sentKinds(fixture: Fixture): string[] {
  return fixture.takeEvents().map(({ category, kind }) => `${category} ${kind}`);
}

for (const at of ["registered", "preroll", "privdrop"] as const) {
  for (const kind of [TERMINAL, APPLICATION]) {
    test(`a client of kind ${kind} that is deleted at ${at} is sent EXIT and nothing more`, () => {
      const fixture = new Fixture({
        onStatus: (source, status) => {
          if (status.kind === at) source.deleteImage();
        },
      });
      fixture.event({ category: "external", kind: "register", segkind: kind, title: "t" });
      fixture.deliver();
      const sent = sentKinds(fixture);
      assert.equal(sent.at(-1), "target exit");
      assert.equal(sent.filter((kind) => kind === "target exit").length, 1);
      assert.equal(sent.includes("target activate"), at === "privdrop");
    });
  }
}

test("a client that is deleted while its preroll is held back is never activated", () => {
  const fixture = new Fixture({
    onStatus: (source, { kind }) => void (kind === "preroll" && source.suspendTarget()),
  });
  fixture.register(TERMINAL);
  fixture.source.deleteImage();
  assert.equal(fixture.source.resumeTarget(), false);
  assert.deepEqual(sentKinds(fixture), ["target exit"]);
});

for (const [name, call] of Object.entries(VERBS)) {
  test(`${name} sends nothing behind EXIT and returns false`, () => {
    for (const state of ["preroll", "active"] as const) {
      let source: Source | undefined;
      const fixture = new Fixture({
        onStatus: (client, { kind }) => {
          if (kind !== "preroll" || state !== "preroll") return;
          source = client;
          client.deleteImage();
          assert.equal(call(client), false, "in the preroll");
        },
      });
      fixture.register(TERMINAL);
      source ??= fixture.source;
      source.deleteImage();
      assert.equal(call(source), false);
      const sent = sentKinds(fixture);
      assert.deepEqual(sent, state === "active" ? ["target exit"] : []);
      assert.equal(source.isEnded, false, "its end is told of when it has left");
    }
  });
}

test("a client that is deleted twice, or fails at each record, is sent EXIT once", () => {
  const fixture = new Fixture({ kind: TERMINAL });
  for (let count = 0; count < 3; count++) fixture.source.deleteImage("enough");
  assert.ok(fixture.tree.isLeaving);
  const sent = fixture.take().map(({ type }) => type);
  assert.deepEqual(sent, ["control", "event"], "SHUTDOWN with the last words, and EXIT");
});

test("segments are neither granted, pushed nor refused behind EXIT, and end without a word", () => {
  const answers: unknown[] = [];
  const fixture = new Fixture({
    kind: TERMINAL,
    onStatus: (source, { kind }) => {
      if (kind === "segment_request") answers.push(source.acceptTarget());
    },
  });
  const pushed = fixture.source.targetAlloc("debug")!;
  fixture.take();
  fixture.source.deleteImage();
  assert.deepEqual(sentKinds(fixture), ["target exit"]);
  for (const id of [7, 8]) {
    fixture.event({ category: "external", kind: "segreq", id, segkind: 16 });
  }
  fixture.deliver();
  assert.deepEqual(answers, [undefined, undefined]);
  assert.equal(fixture.source.targetAlloc("debug"), undefined);
  pushed.deleteImage();
  assert.ok(pushed.isEnded);
  assert.deepEqual(fixture.take(), []);
});

test("frames are acknowledged behind EXIT, as a source may wait for that before it exits", () => {
  const fixture = new Fixture({ kind: APPLICATION });
  fixture.source.deleteImage();
  fixture.take();
  fixture.control({ ...ONE_PIXEL, stream: 1, length: 4 });
  fixture.data("video", 0, new Uint8Array(4));
  const sent = fixture.takeControls();
  assert.equal(commands(sent, "ping").length, 1);
  assert.equal(sent.length, 1);
});

test("what waits for its turn is not sent behind EXIT", () => {
  const fixture = new Fixture({ kind: TERMINAL });
  fixture.source.typeText("x".repeat(10_000));
  const transfer = fixture.source.openNonblock(new Uint8Array(200_000));
  fixture.session.sent.length = 0;
  fixture.source.deleteImage();
  assert.deepEqual(sentKinds(fixture), ["target exit"]);
  assert.equal(transfer && transfer.state, "ended");
});

test("a client that was deleted gets one terminated, as its last record", () => {
  const after: Status[] = [];
  const fixture = new Fixture({
    onStatus: (source, status) => {
      after.push(status);
      source.deleteImage();
    },
  });
  fixture.register(TERMINAL);
  fixture.event({ category: "external", kind: "ident", message: "still here" });
  fixture.deliver();
  fixture.control({ command: "shutdown", lastWords: "" });
  fixture.end();
  fixture.deliver();
  const kinds = after.map(({ kind }) => kind);
  assert.equal(kinds.indexOf("terminated"), kinds.length - 1);
  assert.ok(kinds.includes("ident"));
});
