import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { MAX_EARLY_EVENTS } from "../../../lib/limits.ts";
import type { Source } from "../../../lib/segment/source.ts";
import type { EventInput } from "../../../lib/wire/event/types.ts";
import { VIDEO_FORMAT } from "../../../lib/wire/constants.ts";
import { APPLICATION, commands, Fixture } from "../../support/segment_fixture.ts";
import { frameHeader } from "../decoders/frames.ts";

const pure = { permissions: "none" } as const;
const message = (text: string): EventInput => ({
  category: "external",
  kind: "message",
  message: text,
  multipart: 0,
});
const request: EventInput = { category: "external", kind: "segreq", id: 7, segkind: APPLICATION };

function kindsOf({ statuses }: Fixture): string[] {
  return statuses.map((status) => status.kind === "message" ? status.message : status.kind);
}

/** A frame of 2 x 1 pixels. */
function draw(fixture: Fixture, stream: number, fields: { commit?: boolean; delta?: boolean }) {
  const payload = zstdCompressSync(new Uint8Array(6).fill(stream));
  const header = frameHeader({
    stream,
    format: fields.delta ? VIDEO_FORMAT.zstdDelta : VIDEO_FORMAT.zstd,
    surfaceWidth: 2,
    surfaceHeight: 1,
    length: payload.length,
    commit: fields.commit ?? true,
  });
  fixture.control({ command: "videoframe", ...header });
  fixture.data("video", 0, payload);
}

Deno.test("what a client says before it registers follows `registered`, in order", pure, () => {
  const fixture = new Fixture();
  fixture.event(message("one"));
  fixture.event({ category: "external", kind: "ident", message: "who" });
  fixture.event({ category: "external", kind: "inputmask", device: 1, types: 2 });
  fixture.event({ category: "input", kind: "touch", x: 1 });
  fixture.event(message("two"));
  fixture.deliver();
  assert.deepEqual(kindsOf(fixture), []);
  fixture.register(APPLICATION);
  assert.deepEqual(kindsOf(fixture), [
    "registered",
    "preroll",
    "privdrop",
    "one",
    "ident",
    "mask_input",
    "input",
    "two",
  ]);
  assert.deepEqual(fixture.tree.primary.inputMask, { devices: 1, types: 2 });
  assert.ok(fixture.inputs[6] !== undefined);
  fixture.event(message("three"));
  fixture.register(APPLICATION);
  assert.deepEqual(kindsOf(fixture).slice(8), ["three", "registered"], "they are told once");
});

Deno.test("a request before REGISTER is asked about after it", pure, () => {
  const opened: (Source | undefined)[] = [];
  const fixture = new Fixture({
    onStatus: (source, { kind }) => {
      if (kind === "segment_request") opened.push(source.acceptTarget());
    },
  });
  fixture.event(request);
  fixture.deliver();
  assert.deepEqual([opened.length, fixture.take()], [0, []]);
  fixture.event({ category: "external", kind: "register", segkind: APPLICATION, title: "t" });
  fixture.deliver();
  assert.equal(opened.length, 1);
  const [newch] = commands(fixture.takeControls(), "newch");
  assert.equal(newch?.cookie, 7);
  // The new segment says something before it registers as well.
  fixture.event(message("sub"), 1);
  fixture.register(APPLICATION, 1);
  assert.deepEqual(kindsOf(fixture).slice(-2), ["registered", "sub"]);
});

Deno.test("a client that ends without having registered has said what it said", pure, () => {
  const fixture = new Fixture();
  fixture.event(message("media:3d:text:image"));
  fixture.event(request);
  fixture.end();
  fixture.deliver();
  assert.deepEqual(kindsOf(fixture), ["media:3d:text:image", "terminated"]);
});

Deno.test(
  "events before REGISTER have a bound, over all channels; a request is refused",
  pure,
  () => {
    const fixture = new Fixture();
    for (let i = 0; i < MAX_EARLY_EVENTS; i++) fixture.event(message(`${i}`));
    fixture.deliver();
    assert.deepEqual(fixture.faults, []);
    fixture.event(message("lost"));
    fixture.event(request);
    fixture.deliver();
    assert.deepEqual(fixture.faults, ["too-many-events", "too-many-events"]);
    assert.deepEqual(
      fixture.takeEvents().map((event) => event.kind),
      ["reqfail"],
    );
    fixture.register(APPLICATION);
    const told = kindsOf(fixture);
    assert.equal(told.length, 3 + MAX_EARLY_EVENTS);
    assert.equal(told.at(-1), `${MAX_EARLY_EVENTS - 1}`);
  },
);

Deno.test("frames before REGISTER are acknowledged, drawn, and reported after it", pure, () => {
  const fixture = new Fixture();
  fixture.source.targetVerbose();
  draw(fixture, 1, {});
  draw(fixture, 2, { delta: true });
  const pings = commands(fixture.takeControls(), "ping");
  assert.deepEqual(pings.map(({ stream }) => stream), [1, 2]);
  fixture.deliver();
  assert.deepEqual(kindsOf(fixture), []);
  fixture.register(APPLICATION);
  assert.deepEqual(kindsOf(fixture).slice(3), ["resized", "frame"]);
  draw(fixture, 3, { delta: true });
  fixture.deliver();
  assert.deepEqual([kindsOf(fixture).at(-1), fixture.faults], ["frame", []]);
  assert.equal(fixture.source.surface.pixels![0], 1 ^ 2 ^ 3);
});

Deno.test(
  "a frame before REGISTER that is not presented, or is refused, is not reported",
  pure,
  () => {
    const fixture = new Fixture();
    fixture.source.targetVerbose();
    draw(fixture, 1, { delta: true });
    draw(fixture, 2, { commit: false });
    fixture.deliver();
    fixture.register(APPLICATION);
    assert.deepEqual(kindsOf(fixture), ["registered", "preroll", "privdrop"]);
    assert.deepEqual(fixture.faults, ["no-base-frame"]);
  },
);
