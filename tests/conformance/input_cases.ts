/** The verbs that give input to a client, and what they send. */

import type { Source } from "../../lib/segment/source.ts";
import { reference } from "../support/event_vectors.ts";

/** The call of a verb, and the events that it must send. */
export type VerbCase = readonly [call: (s: Source) => unknown, ...events: string[]];

const KEY_A = {
  kind: "digital",
  translated: true,
  devid: 1,
  subid: 30,
  pts: 1000,
  utf8: "a",
  number: 30,
  keysym: 97,
} as const;

export const INPUT_CASES: readonly VerbCase[] = [
  [(s) => s.targetInput({ ...KEY_A, active: true }), reference("io-key-a-press")],
  [(s) => s.targetInput(KEY_A), reference("io-key-a-release")],
  [
    (s) =>
      s.targetInput({
        kind: "digital",
        translated: true,
        label: "COPY_WINDOW",
        keysym: 273,
        active: true,
      }),
    reference("io-key-label"),
  ],
  [
    (s) => s.targetInput({ kind: "digital", translated: false, devid: 3, subid: 12 }),
    reference("io-game-button-release"),
  ],
  [
    (s) => s.targetInput({ kind: "analog", mouse: true, subid: 1, samples: [240, 4] }),
    reference("io-mouse-y-abs"),
  ],
  [
    (s) =>
      s.targetInput({
        kind: "analog",
        mouse: true,
        subid: 2,
        relative: true,
        samples: [-3, 320, 4, 240],
      }),
    reference("io-mouse-xy-rel"),
  ],
  [
    (s) => s.targetInput({ kind: "analog", mouse: true, subid: 2, samples: [-32768], leave: true }),
    reference("io-mouse-leave"),
  ],
  [
    (s) =>
      s.targetInput({
        kind: "status",
        label: "kbd0",
        action: "removed",
        devkind: "keyboard",
        devref: 77,
        domain: "led",
      }),
    reference("io-status"),
  ],
  [
    (s) => s.targetInput({ kind: "analog", devid: 9, subid: 5, samples: [-32768] }),
    reference("io-game-axis-min"),
  ],
  [
    (s) =>
      s.targetInput({
        kind: "touch",
        devid: 4,
        subid: 1,
        active: true,
        x: -12,
        y: 32767,
        pressure: 0.5,
        size: 2.25,
      }),
    reference("io-touch", [64, "u32", 0], [68, "u8", 0]),
  ],
  [
    (s) =>
      s.targetInput({
        kind: "eyes",
        head_x: 1.5,
        head_y: 3,
        head_z: 4.5,
        head_rx: -0.5,
        head_ry: -1,
        head_rz: -1.5,
        x1: 0.1,
        y1: 0.2,
        x2: 0.3,
        y2: 0.4,
        blink_left: true,
        present: true,
      }),
    reference("io-eyes"),
  ],
  [
    (s) => s.clickMouse("right"),
    reference("io-mouse-button-2"),
    reference("io-mouse-button-2", [48, "u8", 0]),
  ],
  [
    (s) => s.clickMouse(undefined, 320, 240),
    axis(0, 320, 320),
    axis(1, 240, 240),
    reference("io-mouse-button-1"),
    reference("io-mouse-button-1", [48, "u8", 0]),
  ],
  [
    (s) => s.moveMouse(323.2, 236) && s.moveMouse(320, 240),
    axis(0, 323, 323),
    axis(1, 236, 236),
    axis(0, 320, -3),
    axis(1, 240, 4),
  ],
  [
    (s) => s.wheel(-1) && s.wheel(1),
    reference("io-mouse-button-4"),
    reference("io-mouse-button-4", [48, "u8", 0]),
    reference("io-mouse-button-5"),
    reference("io-mouse-button-5", [48, "u8", 0]),
  ],
  [
    (s) => s.pressKey("a"),
    key({ utf8: "a", keysym: 97 }),
    key({ keysym: 97, active: false }),
  ],
  [
    (s) => s.pressKey("up", ["ctrl", "rshift"]),
    key({ keysym: 303 }),
    key({ keysym: 306, modifiers: 0x2 }),
    key({ keysym: 273, modifiers: 0x42 }),
    key({ keysym: 273, modifiers: 0x42, active: false }),
    key({ keysym: 303, modifiers: 0x40, active: false }),
    key({ keysym: 306, active: false }),
  ],
  [
    (s) => s.pressKey("tab") && s.pressKey("tab", ["shift"]),
    key({ keysym: 9, utf8: "\t" }),
    key({ keysym: 9, active: false }),
    key({ keysym: 304 }),
    key({ keysym: 9, modifiers: 1 }),
    key({ keysym: 9, modifiers: 1, active: false }),
    key({ keysym: 304, active: false }),
  ],
  [
    (s) => s.pressKey("backspace") && s.pressKey("delete"),
    key({ keysym: 8 }),
    key({ keysym: 8, active: false }),
    key({ keysym: 127 }),
    key({ keysym: 127, active: false }),
  ],
  [
    (s) => s.pressKey("c", ["ctrl"]),
    key({ keysym: 306 }),
    key({ keysym: 99, modifiers: 0x40 }),
    key({ keysym: 99, modifiers: 0x40, active: false }),
    key({ keysym: 306, active: false }),
  ],
  [
    (s) => s.pressKey({ character: "ł" }, ["alt"]),
    key({ keysym: 308 }),
    key({ utf8: "ł", modifiers: 0x100 }),
    key({ modifiers: 0x100, active: false }),
    key({ keysym: 308, active: false }),
  ],
  [
    (s) => s.pressKey({ character: "A" }),
    key({ keysym: 304 }),
    key({ utf8: "A", keysym: 97, modifiers: 1 }),
    key({ keysym: 97, modifiers: 1, active: false }),
    key({ keysym: 304, active: false }),
  ],
  // Characters whose numbers are those of keys without a character: Undo, Right Ctrl.
  [
    (s) => s.typeText("łı"),
    key({ utf8: "ł" }),
    key({ active: false }),
    key({ utf8: "ı" }),
    key({ active: false }),
  ],
  [
    (s) => s.typeText("AB\n\x1b"),
    key({ keysym: 304 }),
    key({ utf8: "A", keysym: 97, modifiers: 1 }),
    key({ keysym: 97, modifiers: 1, active: false }),
    key({ utf8: "B", keysym: 98, modifiers: 1 }),
    key({ keysym: 98, modifiers: 1, active: false }),
    key({ keysym: 304, active: false }),
    key({ utf8: "\r", keysym: 13 }),
    key({ keysym: 13, active: false }),
    key({ utf8: "\x1b", keysym: 27 }),
    key({ keysym: 27, active: false }),
  ],
  [
    (s) => s.paste("\x1b漢\r\n"),
    key({ utf8: "漢" }),
    key({ utf8: "\r", keysym: 13 }),
    key({ keysym: 13, active: false }),
  ],
];

/** A motion along one axis: the reference's sample of both axes, cut down to one. */
function axis(subid: number, to: number, delta: number): string {
  return reference(
    "io-mouse-xy-abs",
    [32, "u8", subid],
    [49, "u8", 2],
    [50, "u32", (delta << 16 | to) >>> 0],
    [54, "u32", 0],
  );
}

/** A key as the reference packs it, with other values. */
function key(
  { utf8 = "", keysym = 0, modifiers = 0, active = true }: {
    utf8?: string;
    keysym?: number;
    modifiers?: number;
    active?: boolean;
  },
): string {
  const bytes = Uint8Array.fromHex(
    reference("io-key-label", [53, "u8", active ? 1 : 0], [56, "u32", keysym], [
      60,
      "u8",
      modifiers & 255,
    ], [61, "u8", modifiers >> 8]),
  );
  bytes.fill(0, 12, 28);
  bytes.set(new TextEncoder().encode(utf8), 48);
  return bytes.toHex();
}
