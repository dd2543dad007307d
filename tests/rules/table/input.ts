/** Rules of input from a client: each kind becomes a table. */

import type { EventInput } from "../../../lib/wire/event/types.ts";
import type { Fields, Rule } from "../rule.ts";
import { rules } from "../rule.ts";
import { strange } from "../send.ts";

/** Input that becomes one record. */
function becomes(event: object, input: Fields, record: Fields = {}) {
  return {
    act: ({ peer }: Parameters<NonNullable<Rule["act"]>>[0]) =>
      peer.event({ category: "input", ...event } as EventInput),
    expect: { records: [{ kind: "input", ...record, input }] },
  } as const;
}

export const INPUT: readonly Rule[] = rules("arcan_lua.c: append_iotable", {
  "a key becomes a table with its text, symbol and modifiers": becomes(
    {
      kind: "translated",
      devid: 1,
      subid: 30,
      utf8: "a",
      active: true,
      scancode: 30,
      keysym: 97,
      modifiers: 1,
    },
    {
      kind: "digital",
      translated: true,
      keyboard: true,
      devid: 1,
      subid: 30,
      utf8: "a",
      active: true,
      number: 30,
      keysym: 97,
      modifiers: 1,
      device: "translated",
    },
  ),
  "a mouse button becomes a table": becomes({ kind: "digital", subid: 3, active: true }, {
    kind: "digital",
    translated: false,
    mouse: true,
    source: "mouse",
    subid: 3,
    active: true,
  }),
  "a button of a game device is one of a joystick": becomes(
    { kind: "digital", devkind: 4, subid: 12, active: false },
    { kind: "digital", joystick: true, source: "joystick", subid: 12, active: false },
  ),
  "axes become samples": becomes({ kind: "analog", subid: 2, count: 4, values: [1, 2, 3, -4] }, {
    kind: "analog",
    mouse: true,
    subid: 2,
    relative: false,
    samples: [1, 2, 3, -4],
  }),
  "there are at most four samples": becomes(
    { kind: "analog", count: 200, values: [1, 2, 3, 4], relative: true },
    { kind: "analog", relative: true, samples: { length: 4 } },
  ),
  "a touch becomes a table": becomes(
    { kind: "touch", subid: 1, active: true, x: 10, y: -20, pressure: 0.5, size: 2 },
    { kind: "touch", touch: true, subid: 1, active: true, x: 10, y: -20, pressure: 0.5, size: 2 },
  ),
  "an eye tracker gives all three coordinates of the head": becomes({
    kind: "eyes",
    headPosition: [1, 2, 3],
    headAngle: [4, 5, 6],
    x1: 0.25,
    y2: 0.75,
    blinkLeft: true,
    present: true,
  }, {
    kind: "eyes",
    head_x: 1,
    head_y: 2,
    head_z: 3,
    head_rx: 4,
    head_ry: 5,
    head_rz: 6,
    x1: 0.25,
    y2: 0.75,
    blink_left: true,
    blink_right: false,
    present: true,
  }),
  ...Object.fromEntries(
    ["added", "removed", "blocked"].map((action, number) => [
      `status ${number} of a device is ${action}`,
      becomes({ kind: "status", action: number, statusDevkind: 4, devref: 9, domain: 0 }, {
        kind: "status",
        status: true,
        action,
        devkind: "game",
        devref: 9,
        domain: "platform",
      }),
    ]),
  ),
  "the segment that is meant is tgtid": becomes(
    { kind: "digital", dst: 77 },
    { kind: "digital" },
    { tgtid: 77 },
  ),
  "a label is given when there is one": becomes(
    { kind: "digital", label: "COPY" },
    { kind: "digital", label: "COPY" },
  ),
  "a label that fills its field is none": {
    act: ({ peer }) => peer.event(strange(2, 3, new Uint8Array(16).fill(0x61), 12)),
    expect: { records: [{ kind: "input", input: { kind: "status", extlabel: undefined } }] },
  },
});
