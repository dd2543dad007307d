/**
 * The mouse: where it is, its buttons and its wheel, as input events.
 *
 * @module
 */

import { MOUSE_BUTTON } from "../../wire/event/input.ts";
import type { InputEventInput } from "../../wire/event/types.ts";
import { integer, named, number } from "./check.ts";

/** A button by name, the wheel aside. */
export type MouseButton = "left" | "right" | "middle";

/** Where the mouse is, in pixels of the surface. */
export interface PointerPosition {
  /** Pixels from the left. */
  readonly x: number;
  /** Pixels from the top. */
  readonly y: number;
}

const I16_MAX = 0x7fff;
const MAX_BUTTON = 0xff;
const MAX_STEPS = 100;

/** The events that move the mouse: one an axis, as not every client understands both in one. */
export function motionEvents(
  x: number,
  y: number,
  from: PointerPosition,
): { events: InputEventInput<"analog">[]; position: PointerPosition } {
  const position = {
    x: Math.round(number("x in pixels", x, -I16_MAX, I16_MAX)),
    y: Math.round(number("y in pixels", y, -I16_MAX, I16_MAX)),
  };
  const events = [axis(0, position.x, from.x), axis(1, position.y, from.y)];
  return { events, position };
}

function axis(subid: number, to: number, from: number): InputEventInput<"analog"> {
  const delta = Math.min(Math.max(to - from, -I16_MAX), I16_MAX);
  return {
    category: "input",
    kind: "analog",
    subid,
    relative: false,
    count: 2,
    values: [to, delta, 0, 0],
    active: true,
  };
}

/** The events of a click: pressed and released. */
export function clickEvents(button: MouseButton | number): InputEventInput<"digital">[] {
  const subid = typeof button === "number"
    ? integer("the button", button, 1, MAX_BUTTON)
    : named("button", MOUSE_BUTTON, button);
  return press(subid);
}

/** The events of the wheel: each step is a click of button 4 or 5. */
export function wheelEvents(steps: number): InputEventInput<"digital">[] {
  const count = Math.abs(integer("the number of steps", steps, -MAX_STEPS, MAX_STEPS));
  const subid = steps > 0 ? MOUSE_BUTTON.wheelDown : MOUSE_BUTTON.wheelUp;
  return Array.from({ length: count }, () => press(subid)).flat();
}

function press(subid: number): InputEventInput<"digital">[] {
  const button = { category: "input", kind: "digital", subid } as const;
  return [{ ...button, active: true }, { ...button, active: false }];
}
