import assert from "node:assert/strict";
import {
  MAX_VIEWER_MESSAGE,
  VIEWER_HELD_INPUTS,
  VIEWER_NOTE_GAP_MS,
  VIEWER_SIZE_GAP_MS,
} from "../../../../lib/limits.ts";
import { readUp } from "../../../../lib/web/views/up.ts";
import type { Viewer } from "../../../support/viewer.ts";
import { StillTime } from "../../../support/still_time.ts";
import { ViewedFixture } from "../../../support/viewed_fixture.ts";
import { Viewing } from "../../../support/viewing.ts";

const HELLO = { type: "hello", h264: false };
/** What is wrong with each message, as the viewer is told. */
const WRONG: readonly [message: unknown, fault: RegExp][] = [
  ["", /is not JSON/],
  ["{", /is not JSON: "\{"/],
  [[], /is not a JSON object/],
  [null, /is not a JSON object/],
  [{}, /its type is missing|its type missing is unknown/],
  [{ type: "constructor" }, /its type "constructor" is unknown/],
  [{ type: "hello" }, /"h264" is missing, must be true or false/],
  [{ type: "ack", seq: -1 }, /"seq" is -1, must be a whole number from 0 to 4294967295/],
  [{ type: "ack", seq: 1.5 }, /"seq" is 1.5/],
  [{ type: "ack", seq: 1, ms: -1 }, /"ms" is -1, must be a number from 0/],
  [{ type: "pause", on: 1 }, /"on" is 1/],
  [{ type: "typed", segment: 1 }, /"data" is missing, must be a string/],
  [{ type: "call", segment: 1, verb: "wheel" }, /"args" is missing, must be an array/],
  [{ type: "size", width: 0, height: 5 }, /"width" is 0, must be a whole number from 1 to 8192/],
  [{ type: "size", width: 5, height: 8193 }, /"height" is 8193/],
  [`"${"x".repeat(MAX_VIEWER_MESSAGE)}"`, /has 1048578 UTF-16 units, the limit is 1048576/],
];

Deno.test("a wrong message ends the view of its sender with the reason, and nothing else", () => {
  using viewed = new ViewedFixture();
  const other = viewed.view();
  for (const [message, fault] of WRONG) {
    const viewer = viewed.view();
    if (typeof message === "string") viewer.give(message);
    else viewer.say(message as object);
    const last = viewer.all("error")[0]!;
    assert.equal(last.code, "bad-message");
    assert.match(last.error, fault);
    assert.equal(viewer.end?.fault, last.error);
    viewer.say(HELLO);
  }
  const binary = viewed.view();
  binary.give(new Uint8Array(3));
  assert.match(binary.end!.fault!, /is binary, of 3 bytes/);
  assert.equal(other.end, undefined);
  assert.equal(viewed.taps.size, 1);
});

Deno.test("every kind of message is read as it was sent", () => {
  const good = [
    HELLO,
    { type: "ack", seq: 0xffff_ffff, ms: 0.5 },
    { type: "pause", on: true },
    { type: "typed", segment: 2, data: "ł\x1b[A" },
    { type: "call", segment: 2, verb: "wheel", args: [1, null, {}] },
    { type: "size", width: 1, height: 8192 },
  ];
  for (const message of good) {
    assert.deepEqual(readUp(JSON.stringify({ ...message, more: 1 })), message);
  }
});

Deno.test("the first message must be hello, and a view with the right to look may send no input", () => {
  using viewed = new ViewedFixture();
  const early = viewed.open();
  early.say({ type: "ack", seq: 1 });
  assert.match(early.end!.fault!, /the first message is ack, must be hello/);
  const inputs = [
    { type: "typed", segment: viewed.id, data: "x" },
    { type: "call", segment: viewed.id, verb: "wheel", args: [1] },
    { type: "size", width: 5, height: 5 },
  ];
  viewed.fixture.take();
  for (const input of inputs) {
    const viewer = viewed.view({ rights: "look" });
    viewer.say({ type: "pause", on: true });
    viewer.say({ type: "ack", seq: 5 });
    viewer.say(input);
    assert.equal(viewer.all("error")[0]?.code, "not-allowed");
  }
  assert.deepEqual(viewed.fixture.take(), []);
});

Deno.test("what a client does not take is noted, the same not again and again, and the view goes on", () => {
  using time = new StillTime();
  using viewed = new ViewedFixture();
  const viewer = viewed.view();
  const notes = (viewer: Viewer) => viewer.all("note").map(({ text }) => text);
  const call = (verb: string, ...args: unknown[]) =>
    viewer.say({ type: "call", segment: viewed.id, verb, args });
  call("addObserver");
  call("pressKey", "no such key");
  viewer.say({ type: "call", segment: 99_999, verb: "wheel", args: [1] });
  const given = notes(viewer);
  assert.match(given[0]!, /^addObserver: the verb "addObserver" cannot be called from outside/);
  assert.match(given[1]!, /^pressKey: .*no such key/);
  assert.equal(given[2], "segment 99999 has ended");
  viewed.fixture.event({ category: "external", kind: "inputmask", device: 2, types: 0 });
  for (let i = 0; i < 5; i++) call("wheel", 1);
  viewed.fixture.event({ category: "external", kind: "inputmask", device: 0xff, types: 0 });
  for (let i = 0; i < 5; i++) viewer.say({ type: "typed", segment: viewed.id, data: "x" });
  time.pass(VIEWER_NOTE_GAP_MS);
  viewer.say({ type: "typed", segment: viewed.id, data: "x" });
  const refused = notes(viewer).filter((text) => /does not take this input/.test(text));
  assert.equal(refused.length, 2);
  assert.equal(viewer.end, undefined);
});

Deno.test("of sizes that come quickly the client gets the first and the last", async () => {
  using time = new StillTime();
  using viewed = new ViewedFixture();
  const viewer = viewed.view();
  viewed.fixture.take();
  for (let width = 100; width < 150; width++) viewer.say({ type: "size", width, height: 50 });
  await time.pass(VIEWER_SIZE_GAP_MS);
  const sizes = viewed.fixture.takeEvents().flatMap((event) =>
    event.category === "target" && event.kind === "displayhint" ? [event.width] : []
  );
  assert.deepEqual(sizes, [100, 149]);
});

Deno.test("the mouse moves in pixels of the client", async () => {
  await using viewing = await Viewing.start("tui");
  const { source, id } = viewing;
  const viewer = viewing.view();
  viewer.say({ type: "call", segment: id, verb: "moveMouse", args: [12, 34] });
  await source.until(() => source.pointer.x === 12 && source.pointer.y === 34);
});

Deno.test("what a viewer holds down is released when the viewer is gone, and nothing twice", () => {
  using viewed = new ViewedFixture();
  const viewer = viewed.view();
  const input = (fields: object) =>
    viewer.say({ type: "call", segment: viewed.id, verb: "targetInput", args: [fields] });
  const key = { kind: "digital", translated: true, subid: 29, keysym: 306, modifiers: 0 };
  const button = { kind: "digital", translated: false, mouse: true, subid: 1 };
  input({ ...key, active: true });
  input({ ...key, active: true });
  input({ ...key, keysym: 119, subid: 17, active: true });
  input({ ...key, keysym: 119, subid: 17, active: false });
  input({ ...button, active: true });
  input({ ...key, keysym: "no number", active: true });
  viewed.fixture.take();
  viewer[Symbol.dispose]();
  const released = viewed.fixture.takeEvents().map((event) =>
    event.category === "input" && (event.kind === "digital" || event.kind === "translated")
      ? [event.subid, event.active]
      : event
  );
  assert.deepEqual(released, [[1, false], [29, false]]);
});

Deno.test("of what a viewer holds down a bounded part is released", () => {
  using viewed = new ViewedFixture();
  const viewer = viewed.view();
  for (let subid = 1; subid <= VIEWER_HELD_INPUTS + 1; subid++) {
    const input = { kind: "digital", translated: false, mouse: true, subid, active: true };
    viewer.say({ type: "call", segment: viewed.id, verb: "targetInput", args: [input] });
  }
  viewed.fixture.take();
  viewer[Symbol.dispose]();
  assert.equal(viewed.fixture.takeEvents().length, VIEWER_HELD_INPUTS);
});
