import assert from "node:assert/strict";
import { ApiMisuseError } from "../../../lib/errors.ts";
import { eventToIo, ioToEvent } from "../../../lib/segment/status_io.ts";
import type { IoInput, IoTable } from "../../../lib/segment/status_io.ts";
import { decodeEvent, encodeEvent } from "../../../lib/wire/event/event.ts";
import type { EventInput, InputEvent } from "../../../lib/wire/event/types.ts";
import vectors from "../../vectors/events/events.json" with { type: "json" };

function overTheWire(event: EventInput): InputEvent {
  const bytes = new Uint8Array(128);
  encodeEvent(event, bytes);
  return decodeEvent(bytes) as InputEvent;
}

const KEY = {
  kind: "digital",
  digital: true,
  translated: true,
  keyboard: true,
  number: 38,
  keysym: 97,
  modifiers: 0x41,
  devid: 1,
  subid: 300,
  utf8: "🙂",
  active: true,
  device: "translated",
} as const;
const ANALOG = {
  kind: "analog",
  analog: true,
  mouse: true,
  source: "mouse",
  devid: 0,
  subid: 2,
  active: true,
  relative: false,
  samples: [320, -3, 240, 4],
} as const;

const TABLES: readonly [name: string, io: IoTable][] = [
  ["key", KEY],
  ["key with a label", { ...KEY, label: "COPY_WINDOW", utf8: "", active: false }],
  ["mouse button", {
    kind: "digital",
    digital: true,
    translated: false,
    mouse: true,
    source: "mouse",
    devid: 0,
    subid: 1,
    active: true,
  }],
  ["game button", {
    kind: "digital",
    digital: true,
    translated: false,
    joystick: true,
    source: "joystick",
    devid: 9,
    subid: 5,
    active: false,
  }],
  ["mouse motion", ANALOG],
  ["game axis", {
    kind: "analog",
    analog: true,
    source: "joystick",
    devid: 9,
    subid: 5,
    active: true,
    relative: true,
    samples: [-32768],
  }],
  ["touch", {
    kind: "touch",
    touch: true,
    devid: 2,
    subid: 128,
    pressure: 0.5,
    active: true,
    size: 0.25,
    x: -1,
    y: 1000,
  }],
  ["eyes: eyes carry the third head coordinate", {
    kind: "eyes",
    eyes: true,
    devid: 0,
    subid: 0,
    head_x: 1.5,
    head_y: 3,
    head_z: 4.5,
    head_rx: -0.5,
    head_ry: -1,
    head_rz: -1.5,
    x1: 0.125,
    y1: 0.25,
    x2: 0.5,
    y2: 0.75,
    present: true,
    blink_left: true,
    blink_right: false,
  }],
  ["status", {
    kind: "status",
    status: true,
    devid: 0,
    subid: 0,
    devkind: "keyboard",
    label: "kbd0",
    devref: 77,
    domain: "led",
    action: "removed",
  }],
];

for (const [name, io] of TABLES) {
  Deno.test(`io: ${name} there and back`, { permissions: "none" }, () => {
    assert.deepEqual(eventToIo(overTheWire(ioToEvent(io))), io);
  });
}

Deno.test("io: every recorded input event becomes its table", { permissions: "none" }, () => {
  for (const vector of vectors.cases.filter(({ category }) => category === "io")) {
    const packed = Uint8Array.fromHex(vector.packed);
    const event = decodeEvent(packed, 2) as InputEvent;
    const io = eventToIo(event);
    const value = (name: string) => vector.fields.find((field) => field.name === name)?.value;
    assert.equal(io.devid, value("devid"), vector.id);
    assert.equal(io.subid, value("subid"), vector.id);
    assert.equal(io.label ?? "", value("label"), vector.id);
    if (io.kind === "analog") assert.equal(io.samples.length, value("nvalues"), vector.id);
    else if (io.kind === "digital") assert.equal(io.active, value("active") === 1, vector.id);
    assert.deepEqual(JSON.parse(JSON.stringify(io)), io);
  }
});

Deno.test("io: a key as a script gives it", { permissions: "none" }, () => {
  const event = overTheWire(
    ioToEvent({ kind: "digital", translated: true, utf8: "a", active: true }),
  );
  assert.equal(event.kind, "translated");
  assert.equal(event.devkind, 1);
  assert.equal(event.datatype, 4);
  assert.equal(event.kind === "translated" && event.utf8, "a");
});

Deno.test("io: the number of samples is capped at 4", { permissions: "none" }, () => {
  const sent = overTheWire(ioToEvent({ kind: "analog", samples: [1, 2, 3, 4, 5, 6] }));
  assert.equal(sent.kind === "analog" && sent.count, 4);
  const forged = overTheWire({
    category: "input",
    kind: "analog",
    count: 255,
    values: [1, 2, 3, 4],
  });
  const io = eventToIo(forged);
  assert.deepEqual(io.kind === "analog" && io.samples, [1, 2, 3, 4]);
});

Deno.test("io: a pointer that leaves", { permissions: "none" }, () => {
  const event = ioToEvent({ kind: "analog", mouse: true, samples: [0], leave: true });
  assert.equal(event.kind === "analog" && event.active, false);
  assert.equal(event.flags, 4);
});

Deno.test("io: a gesture, a time and a long label", { permissions: "none" }, () => {
  const event = overTheWire(ioToEvent({
    kind: "touch",
    label: "ü".repeat(10),
    gesture: true,
    pts: 2 ** 40,
    x: 1e9,
    y: -1e9,
  }));
  assert.equal(eventToIo(event).label, "ü".repeat(7));
  assert.equal(event.flags, 1);
  assert.equal(event.pts, 2n ** 40n);
  assert.deepEqual(event.kind === "touch" && [event.x, event.y], [32767, -32768]);
});

Deno.test("io: a label without terminator is none", { permissions: "none" }, () => {
  const label = new Uint8Array(16).fill(0x61);
  const io = eventToIo(overTheWire({ category: "input", kind: "digital", label }));
  assert.equal("label" in io, false);
});

Deno.test("io: what does not fit is refused", { permissions: "none" }, () => {
  const refuse = (io: unknown) =>
    assert.throws(
      () => ioToEvent(io as IoInput),
      (error) => error instanceof ApiMisuseError && error.code === "bad-argument",
    );
  refuse({ kind: "digital", translated: true, utf8: "ab" });
  refuse({ kind: "digital", translated: true, utf8: "\0" });
  refuse({ kind: "digital", translated: true, modifiers: 65536 });
  refuse({ kind: "digital", translated: true, keysym: -1 });
  refuse({ kind: "digital", devid: NaN });
  refuse({ kind: "analog", samples: [NaN] });
  refuse({ kind: "wheel" });
});
