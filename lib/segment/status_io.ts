/**
 * Input as handlers know it (Lua's iotable), to and from input events.
 *
 * Source: arcan `arcan_lua.c`, `append_iotable` and `targetinput`.
 *
 * @module
 */

import { decodeUtf8, encodeUtf8, splitUtf8 } from "../bytes/text.ts";
import { DEVICE_KIND, INPUT_FLAG } from "../wire/event/input.ts";
import type { InputEvent, InputEventInput } from "../wire/event/types.ts";
import type {
  IoAnalog,
  IoButton,
  IoEyes,
  IoInput,
  IoKey,
  IoStatus,
  IoTable,
  IoTouch,
} from "./status_io_types.ts";
import { refuse } from "./verbs/check.ts";

export type * from "./status_io_types.ts";

const LABEL_BYTES = 15;
const UTF8_BYTES = 4;
const MAX_SAMPLES = 4;
const DOMAINS = ["platform", "led", "unknown-report"] as const;
const ACTIONS = ["added", "removed", "blocked"] as const;
const DEVICE_NAMES: ReadonlyMap<number, IoStatus["devkind"]> = new Map([
  [DEVICE_KIND.keyboard, "keyboard"],
  [DEVICE_KIND.mouse, "mouse"],
  [DEVICE_KIND.game, "game"],
  [DEVICE_KIND.touch, "touch"],
  [DEVICE_KIND.eyes, "eyetracker"],
  [DEVICE_KIND.led, "led"],
]);
const DEVICE_NUMBERS: ReadonlyMap<string, number> = new Map(
  [...DEVICE_NAMES].map(([number, name]) => [name, number]),
);

export function eventToIo(event: InputEvent): IoTable {
  switch (event.kind) {
    case "translated":
      return keyTable(event);
    case "digital":
      return buttonTable(event);
    case "analog":
      return analogTable(event);
    case "touch":
      return touchTable(event);
    case "eyes":
      return eyesTable(event);
    case "status":
      return statusTable(event);
  }
}

/** Only a label that ends inside its field is one. */
function labelOf(event: InputEvent): { label?: string } {
  const { length } = event.label;
  if (length === 0 || length > LABEL_BYTES) return {};
  const label = decodeUtf8(event.label);
  return label === undefined ? {} : { label };
}

function keyTable(event: InputEvent<"translated">): IoKey {
  return {
    kind: "digital",
    ...labelOf(event),
    digital: true,
    translated: true,
    keyboard: true,
    number: event.scancode,
    keysym: event.keysym,
    modifiers: event.modifiers,
    devid: event.devid,
    subid: event.subid,
    utf8: event.utf8,
    active: event.active,
    device: "translated",
  };
}

function buttonTable(event: InputEvent<"digital">): IoButton {
  const isMouse = event.devkind === DEVICE_KIND.mouse;
  return {
    kind: "digital",
    ...labelOf(event),
    digital: true,
    translated: false,
    ...(isMouse ? { mouse: true, source: "mouse" } : { joystick: true, source: "joystick" }),
    devid: event.devid,
    subid: event.subid,
    active: event.active,
  };
}

function analogTable(event: InputEvent<"analog">): IoAnalog {
  const isMouse = event.devkind === DEVICE_KIND.mouse;
  return {
    kind: "analog",
    ...labelOf(event),
    analog: true,
    ...(isMouse ? { mouse: true, source: "mouse" } : { source: "joystick" }),
    devid: event.devid,
    subid: event.subid,
    active: true,
    relative: event.relative,
    // DEVIATION: upstream reads as many values as the peer says, past the four that there are
    // (test "io: the number of samples is capped at 4").
    samples: event.values.slice(0, Math.min(event.count, MAX_SAMPLES)),
  };
}

function touchTable(event: InputEvent<"touch">): IoTouch {
  return {
    kind: "touch",
    ...labelOf(event),
    touch: true,
    devid: event.devid,
    subid: event.subid,
    pressure: finite(event.pressure),
    active: event.active,
    size: finite(event.size),
    x: event.x,
    y: event.y,
  };
}

function eyesTable(event: InputEvent<"eyes">): IoEyes {
  const [x, y, z] = event.headPosition;
  const [rx, ry, rz] = event.headAngle;
  return {
    kind: "eyes",
    ...labelOf(event),
    eyes: true,
    devid: event.devid,
    subid: event.subid,
    head_x: finite(x),
    head_y: finite(y),
    // DEVIATION: upstream repeats head_y here (test "io: eyes: eyes carry the third head coordinate").
    head_z: finite(z),
    head_rx: finite(rx),
    head_ry: finite(ry),
    head_rz: finite(rz),
    x1: finite(event.x1),
    y1: finite(event.y1),
    x2: finite(event.x2),
    y2: finite(event.y2),
    present: event.present,
    blink_left: event.blinkLeft,
    blink_right: event.blinkRight,
  };
}

function statusTable(event: InputEvent<"status">): IoStatus {
  return {
    kind: "status",
    status: true,
    devid: event.devid,
    subid: event.subid,
    devkind: DEVICE_NAMES.get(event.statusDevkind) ?? "broken",
    label: labelOf(event).label ?? "",
    devref: event.devref,
    domain: DOMAINS[event.domain] ?? "unknown-report",
    action: ACTIONS[event.action] ?? "blocked",
  };
}

/** Numbers that JSON cannot hold would reach logs as `null`. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/**
 * Makes the input event of a table, as Lua's `target_input` takes it.
 *
 * @param io The table; fields left out are 0, coordinates beyond 16 bits are moved to the limit.
 * @throws {ApiMisuseError} `bad-argument` when a number does not fit, `utf8` is more than one code
 * point, or `kind` is none.
 */
export function ioToEvent(io: IoInput): InputEventInput {
  const head = {
    category: "input",
    label: splitUtf8(encodeUtf8(io.label ?? ""), LABEL_BYTES)[0]!,
    flags: io.gesture ? INPUT_FLAG.gesture : 0,
    devid: integer("devid", io.devid, 0xffff),
    subid: integer("subid", io.subid, 0xffff),
    pts: integer("pts", io.pts, Number.MAX_SAFE_INTEGER),
  } as const;
  switch (io.kind) {
    case "digital":
      if (io.translated) {
        return {
          ...head,
          kind: "translated",
          utf8: oneCodePoint(io.utf8 ?? ""),
          active: io.active ?? false,
          scancode: integer("number", io.number, 0xffff_ffff) & 0xff,
          keysym: integer("keysym", io.keysym, 0xffff_ffff),
          modifiers: integer("modifiers", io.modifiers, 0xffff),
        };
      }
      return { ...head, kind: "digital", devkind: deviceOf(io), active: io.active ?? false };
    case "analog": {
      const samples = io.samples.slice(0, MAX_SAMPLES).map((sample) =>
        coordinate("samples", sample)
      );
      const [a = 0, b = 0, c = 0, d = 0] = samples;
      return {
        ...head,
        kind: "analog",
        devkind: deviceOf(io),
        relative: io.relative ?? false,
        // DEVIATION: upstream sends the length of the table, however many values it has
        // (test "io: the number of samples is capped at 4").
        count: samples.length,
        values: [a, b, c, d],
        active: !io.leave,
        flags: head.flags | (io.leave ? INPUT_FLAG.leave : 0),
      };
    }
    case "touch":
      return {
        ...head,
        kind: "touch",
        active: io.active ?? false,
        x: coordinate("x", io.x ?? 0),
        y: coordinate("y", io.y ?? 0),
        pressure: float("pressure", io.pressure),
        size: float("size", io.size),
      };
    case "eyes":
      return {
        ...head,
        kind: "eyes",
        headPosition: [
          float("head_x", io.head_x),
          float("head_y", io.head_y),
          float("head_z", io.head_z),
        ],
        headAngle: [
          float("head_rx", io.head_rx),
          float("head_ry", io.head_ry),
          float("head_rz", io.head_rz),
        ],
        x1: float("x1", io.x1),
        y1: float("y1", io.y1),
        x2: float("x2", io.x2),
        y2: float("y2", io.y2),
        blinkLeft: io.blink_left ?? false,
        blinkRight: io.blink_right ?? false,
        present: io.present ?? false,
      };
    case "status":
      return {
        ...head,
        kind: "status",
        action: Math.max(0, ACTIONS.indexOf(io.action)),
        statusDevkind: DEVICE_NUMBERS.get(io.devkind) ?? 0,
        devref: integer("devref", io.devref, 0xffff),
        domain: Math.max(0, DOMAINS.indexOf(io.domain)),
      };
    default:
      return refuse(`input has the unknown kind ${String((io as { kind: unknown }).kind)}`);
  }
}

function deviceOf(io: { readonly mouse?: boolean }): number {
  return io.mouse ? DEVICE_KIND.mouse : DEVICE_KIND.game;
}

function integer(name: string, value: number | undefined, max: number): number {
  const whole = Math.trunc(value ?? 0);
  if (whole >= 0 && whole <= max) return whole;
  return refuse(`input has ${name} ${value}, must be from 0 to ${max}`);
}

function coordinate(name: string, value: number): number {
  if (typeof value !== "number" || Number.isNaN(value)) {
    refuse(`input has ${name} ${value}, must be a number`);
  }
  return Math.min(Math.max(Math.trunc(value), -0x8000), 0x7fff);
}

function float(name: string, value = 0): number {
  if (typeof value === "number") return value;
  return refuse(`input has ${name} ${value}, must be a number`);
}

function oneCodePoint(utf8: string): string {
  const isOne = [...utf8].length <= 1 && encodeUtf8(utf8).length <= UTF8_BYTES && utf8 !== "\0";
  if (isOne) return utf8;
  return refuse(`input has utf8 of ${utf8.length} units, must be one code point`);
}
