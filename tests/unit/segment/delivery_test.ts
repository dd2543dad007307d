// What handlers are called with, in which order, and what follows from each call.

import assert from "node:assert/strict";
import type { ClientHandler, Source } from "../../../lib/segment/source.ts";
import { APPLICATION, Fixture, TERMINAL } from "../../support/segment_fixture.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const REGISTER = {
  category: "external",
  kind: "register",
  segkind: APPLICATION,
  title: "t",
} as const;
const MESSAGE = { category: "external", kind: "message", message: "hello", multipart: 0 } as const;
const REQUEST = { category: "external", kind: "segreq", id: 7, segkind: APPLICATION } as const;

/** The next step in words; `undefined` when there is none. */
function nextOf({ delivery }: Fixture): string | undefined {
  const step = delivery.next();
  if (step === undefined) return undefined;
  if (step.type !== "call") return step.type;
  void step.call();
  return `${step.callee} ${step.kind}`;
}

function sentKinds(fixture: Fixture): string[] {
  return fixture.takeEvents().map(({ kind }) => kind);
}

test("delivery: observers get a record one after the other, then the handler", () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const seen: string[] = [];
  const observer = (name: string): ClientHandler => (_source, { kind }) =>
    void seen.push(`${name} ${kind}`);
  fixture.source.addObserver(observer("first"));
  fixture.source.addObserver(observer("second"));
  fixture.event(MESSAGE);
  const steps = [];
  for (let step = nextOf(fixture); step !== undefined; step = nextOf(fixture)) {
    steps.push(step);
    // An observer that fails affects nothing.
    fixture.delivery.done(step.startsWith("handler"));
  }
  assert.deepEqual(steps, ["observer message", "observer message", "handler message"]);
  assert.deepEqual(seen, ["first message", "second message"]);
  assert.equal(fixture.tree.isLeaving, false);
});

test("delivery: a client may draw when the handler is done with its preroll, not before", () => {
  const fixture = new Fixture();
  fixture.event(REGISTER);
  assert.equal(nextOf(fixture), "handler registered");
  fixture.delivery.done(true);
  assert.equal(nextOf(fixture), "handler preroll");
  assert.deepEqual(sentKinds(fixture), []);
  fixture.delivery.done(true);
  assert.ok(sentKinds(fixture).includes("activate"));
});

test("delivery: a request can be granted until the handler is done with it, then it is refused", () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const { source } = fixture;
  fixture.event(REQUEST);
  fixture.event(REQUEST);
  assert.throws(() => source.acceptTarget(), /outside a segment_request/);
  assert.equal(nextOf(fixture), "handler segment_request");
  assert.ok(source.acceptTarget());
  fixture.delivery.done(true);
  assert.throws(() => source.acceptTarget(), /outside a segment_request/);
  assert.equal(nextOf(fixture), "handler segment_request");
  assert.deepEqual(sentKinds(fixture), []);
  fixture.delivery.done(true);
  assert.deepEqual(sentKinds(fixture), ["reqfail"]);
});

test("delivery: a client whose handler failed is asked to leave, once", () => {
  const fixture = new Fixture({ kind: TERMINAL });
  for (let count = 0; count < 2; count++) {
    fixture.event(MESSAGE);
    assert.equal(nextOf(fixture), "handler message");
    fixture.delivery.done(false);
  }
  assert.deepEqual(sentKinds(fixture), ["exit"]);
});

test("delivery: a handler that fails at the end of a subsegment keeps its client", () => {
  let child: Source | undefined;
  const fixture = new Fixture({
    kind: APPLICATION,
    onStatus: (source, { kind }) => {
      if (kind === "segment_request") child = source.acceptTarget();
    },
  });
  fixture.event(REQUEST);
  fixture.deliver();
  child!.deleteImage();
  assert.equal(nextOf(fixture), "handler terminated");
  fixture.delivery.done(false);
  assert.equal(fixture.tree.isLeaving, false);
  assert.equal(nextOf(fixture), "ended");
  fixture.delivery.done(true);
  assert.equal(nextOf(fixture), undefined);
});

test("delivery: a handler without a function for content is not called for it", () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const transfer = {
    command: "binarystream",
    size: 4n,
    type: 3,
    identifier: 1,
    compressed: false,
  } as const;
  fixture.control({ ...transfer, stream: 1 });
  assert.equal(nextOf(fixture), undefined);
  assert.equal(fixture.takeControls()[0]!.command, "cancelstream");
  fixture.source.onBinary = () => {};
  fixture.control({ ...transfer, stream: 2 });
  assert.equal(nextOf(fixture), "offer");
  assert.deepEqual(fixture.takeControls(), []);
  fixture.delivery.done(true);
  assert.equal(fixture.takeControls()[0]!.command, "cancelstream");
});
