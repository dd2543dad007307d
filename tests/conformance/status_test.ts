/**
 * Every kind of record, from the bytes of the wire to the handler. The fields of each are looked at
 * one by one in the unit tests.
 */
import assert from "node:assert/strict";
import type { Status } from "../../lib/segment/status.ts";
import { RECORDS } from "../../lib/segment/status.ts";
import { EXTERNAL_KINDS } from "../../lib/wire/event/external.ts";
import vectors from "../vectors/events/events.json" with { type: "json" };
import { APPLICATION, Fixture } from "../support/segment_fixture.ts";
import { frameHeader } from "../unit/decoders/frames.ts";

const pure = { permissions: "none" } as const;
const FIRST_ID = 101;

function bytesOf(id: string): Uint8Array {
  return Uint8Array.fromHex(vectors.cases.find((one) => one.id === id)!.packed).slice(2);
}

const MUST_MAKE: ReadonlyMap<string, string | undefined> = new Map(
  Object.entries(EXTERNAL_KINDS).map(([name, kind]) => [
    name.toUpperCase(),
    "record" in kind ? kind.record.kind : undefined,
  ]),
);

const seen = new Set<string>();

function note(statuses: readonly Status[]): void {
  for (const { kind } of statuses) seen.add(kind);
}

for (const vector of vectors.cases) {
  if (vector.category === "target") continue;
  Deno.test(`record of ${vector.id}`, pure, () => {
    const fixture = new Fixture({ kind: APPLICATION });
    const before = fixture.statuses.length;
    fixture.eventBytes(bytesOf(vector.id));
    fixture.deliver();
    const made = fixture.statuses.slice(before);
    note(made);
    // An option that the client forgets has no record.
    const isForgotten = vector.id === "ext-coreopt-max";
    const kind = vector.category === "io" ? "input" : MUST_MAKE.get(vector.kind);
    const expected = isForgotten ? undefined : kind;
    assert.deepEqual(made.map(({ kind }) => kind), expected === undefined ? [] : [expected]);
    if (expected === "input") assert.equal(typeof fixture.inputs.at(-1)!.kind, "string");
  });
}

Deno.test("records of a client's beginning, in their order", pure, () => {
  const fixture = new Fixture();
  fixture.event({ category: "external", kind: "register", segkind: 5, title: "sh", frameId: 3n });
  fixture.deliver();
  note(fixture.statuses);
  assert.deepEqual(fixture.statuses, [
    {
      kind: "registered",
      frame: 3,
      segkind: "terminal",
      title: "sh",
      guid: "AAAAAAAAAAAAAAAAAAAAAA==",
    },
    { kind: "preroll", segkind: "terminal", source_audio: FIRST_ID },
    { kind: "privdrop", frame: 0, external: false, sandboxed: false, networked: true },
  ]);
});

/** A frame of raw pixels, as bytes of the wire. */
function frame(fixture: Fixture, stream: number, changes: object = {}): void {
  const header = frameHeader({ stream, surfaceWidth: 2, surfaceHeight: 1 });
  fixture.control({ command: "videoframe", ...header, ...changes });
  fixture.data("video", 0xbacabaca, new Uint8Array(8));
  fixture.deliver();
}

Deno.test("records of frames", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const before = fixture.statuses.length;
  frame(fixture, 1);
  fixture.source.targetVerbose();
  frame(fixture, 2);
  frame(fixture, 3, { flags: 1 });
  frame(fixture, 4, { width: 3 });
  frame(fixture, 5, { commit: false });
  fixture.source.targetFlags("verbose", false);
  frame(fixture, 6);
  const made = fixture.statuses.slice(before);
  note(made);
  const resized = {
    kind: "resized",
    source_audio: FIRST_ID,
    width: 2,
    height: 1,
    mirrored: false,
    origo_ll: false,
    tpack: false,
  };
  const shown = {
    kind: "frame",
    source_audio: FIRST_ID,
    pts: 0,
    x: 0,
    y: 0,
    width: 2,
    height: 1,
    x1: 0,
    y1: 0,
    x2: 2,
    y2: 1,
  };
  assert.deepEqual(made, [
    resized,
    { ...shown, number: 2 },
    { ...resized, mirrored: true, origo_ll: true },
    { ...shown, number: 3 },
    { kind: "dropped_frame", source_audio: FIRST_ID, pts: 0, number: 3 },
    resized,
  ]);
  assert.deepEqual(fixture.faults, ["region-outside-surface"]);
});

Deno.test("records of unknown events and of the end", pure, () => {
  const fixture = new Fixture({ kind: APPLICATION });
  const before = fixture.statuses.length;
  const unknown = bytesOf("ext-flushaud");
  unknown[0] = 11;
  fixture.eventBytes(unknown);
  fixture.control({ command: "shutdown", lastWords: "out of memory" });
  fixture.deliver();
  const made = fixture.statuses.slice(before);
  note(made);
  const { frame: frameId, ...rest } = made[0] as Extract<Status, { kind: "unknown" }>;
  assert.equal(typeof frameId, "number");
  assert.deepEqual(rest, { kind: "unknown", kind_num: 11 });
  assert.deepEqual(made[1], { kind: "terminated", last_words: "out of memory" });
  assert.equal(made.length, 2);
});

Deno.test("records: each kind that a client can cause was made", pure, () => {
  assert.deepEqual([...seen].sort(), RECORDS.map(({ kind }) => kind).sort());
});
