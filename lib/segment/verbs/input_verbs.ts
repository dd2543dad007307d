/**
 * The verbs that give input to a client.
 *
 * @module
 */

import type { InputEventInput } from "../../wire/event/types.ts";
import type { KeysymName } from "../../wire/keysyms.ts";
import type { Segment } from "../segment.ts";
import type { Sent } from "../sent.ts";
import { ioToEvent } from "../status_io.ts";
import type { IoInput } from "../status_io_types.ts";
import { capabilitiesOf, isMasked } from "./input_mask.ts";
import type { CharacterKey, KeyModifier, KeyStyle } from "./keyboard.ts";
import { keyEvents, pastedEvents, typedEvents } from "./keyboard.ts";
import { messageEvents } from "./message.ts";
import type { MouseButton } from "./mouse.ts";
import { clickEvents, motionEvents, wheelEvents } from "./mouse.ts";
import type { VerbTarget } from "./verb.ts";
import { hint } from "./verb.ts";

const ANY_KEY: InputEventInput = { category: "input", kind: "translated" };

/** Sends input, unless the client is paused or does not take such input. */
function give(
  target: VerbTarget,
  events: Iterable<InputEventInput>,
  samples: readonly InputEventInput[],
  units?: number,
): Sent {
  const { suspended, state, inputMask } = target.segment;
  if (suspended && state === "active") return false;
  return !samples.some((event) => isMasked(event, inputMask)) && target.send(events, units);
}

function move(target: VerbTarget, x: number, y: number): Sent {
  const { events, position } = motionEvents(x, y, target.segment.pointer);
  const sent = give(target, events, events);
  if (sent !== false) target.segment.pointer = position;
  return sent;
}

function keysOf({ isText, kindName }: Segment): KeyStyle {
  if (kindName === "remoting") return "remote";
  return isText ? "text" : "other";
}

/** The tables of these verbs. */
export const INPUT_VERBS = {
  targetInput: {
    lua: "target_input",
    doc: "Sends one input event, or a message",
    args: {
      input: "a table as the kind `input` brings it, of which fields may be left out; or text as " +
        "for `messageTarget`",
    },
    on: "primary",
    run: (target: VerbTarget, input: string | IoInput): Sent => {
      if (typeof input === "string") return target.send(messageEvents(input));
      const event = ioToEvent(input);
      return give(target, [event], [event]);
    },
  },

  messageTarget: hint({
    lua: "message_target",
    doc: "Sends a message, in as many parts as it takes",
    args: { text: "at most 1024 bytes of UTF-8, without NUL" },
  }, (_, text: string) => messageEvents(text)),

  inputCapabilities: {
    lua: "input_capabilities",
    doc: "Tells which input the client takes; all until it says `mask_input`",
    args: {},
    on: "any",
    run: (target: VerbTarget) => capabilitiesOf(target.segment.inputMask),
  },

  typeText: {
    doc:
      "Types a text, key by key. A long text takes its time, about 1600 keys a second at most, as " +
      "real sources throw away what does not fit the queue of their client: await it",
    args: {
      text: "at most 1 Mi UTF-16 units; line ends become Return, Tab, Backspace and Escape their " +
        "keys, other control characters are refused",
    },
    on: "primary",
    run: (target: VerbTarget, text: string) =>
      give(target, typedEvents(text, keysOf(target.segment)), [ANY_KEY], text.length),
  },

  paste: {
    doc: "Types a text from somewhere else: control characters are left out but line ends and " +
      "tabs, and characters come without keys, twice as fast. Real sources have no other way to " +
      "paste; each line end is a Return",
    args: { text: "at most 1 Mi UTF-16 units" },
    on: "primary",
    run: (target: VerbTarget, text: string) =>
      give(target, pastedEvents(text, keysOf(target.segment)), [ANY_KEY], text.length),
  },

  pressKey: {
    doc: "Presses and releases one key",
    args: {
      key: "the name of an SDL 1.2 key symbol, such as `return`, `up`, `f1`, `c`, or its number; " +
        'or `{ character: "ł" }` for a key that has none',
      modifiers: 'what is held, such as `["ctrl", "shift"]`. With Shift letters become capitals; ' +
        "what it makes of other keys depends on the keyboard, so use `typeText` for them",
    },
    on: "primary",
    run: (
      target: VerbTarget,
      key: KeysymName | number | CharacterKey,
      modifiers: readonly KeyModifier[] = [],
    ) => give(target, keyEvents(key, modifiers, keysOf(target.segment)), [ANY_KEY]),
  },

  moveMouse: {
    doc: "Moves the mouse",
    args: {
      x: "pixels of the surface, from the left",
      y: "pixels of the surface, from the top",
    },
    on: "primary",
    run: move,
  },

  clickMouse: {
    doc: "Presses and releases a mouse button",
    args: {
      button: "`left`, `right`, `middle` or a number from 1; `left` unless given",
      x: "where to move before, in pixels from the left; stays where it is unless given",
      y: "where to move before, in pixels from the top",
    },
    on: "primary",
    run: (
      target: VerbTarget,
      button: MouseButton | number = "left",
      x?: number,
      y?: number,
    ): Sent => {
      const events = clickEvents(button);
      const { pointer } = target.segment;
      // A client that takes no motion may take clicks all the same.
      if (x !== undefined || y !== undefined) void move(target, x ?? pointer.x, y ?? pointer.y);
      return give(target, events, events);
    },
  },

  wheel: {
    doc: "Turns the mouse wheel",
    args: { steps: "how far: above 0 down, below 0 up; at most 100" },
    on: "primary",
    run: (target: VerbTarget, steps: number): Sent => {
      const events = wheelEvents(steps);
      return give(target, events, events);
    },
  },
} as const;
