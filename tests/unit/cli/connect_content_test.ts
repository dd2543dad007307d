import assert from "node:assert/strict";
import { FIRST_DISPLAY, isDrawable, nextDisplay } from "../../../lib/cli/connect_content.ts";
import type { EventInput } from "../../../lib/wire/event/types.ts";
import { wire } from "../../support/source.ts";

const NONE = { permissions: "none" } as const;
const HINT = { category: "target", kind: "displayhint" } as const;

function after(...events: EventInput[]) {
  return events.map(wire).reduce(nextDisplay, FIRST_DISPLAY);
}

Deno.test("a display hint changes the sides and flags that it names", NONE, () => {
  const sizes = (...events: EventInput[]) => {
    const { width, height, cellWidth, cellHeight, isFocused } = after(...events);
    return [width, height, cellWidth, cellHeight, isFocused];
  };
  assert.deepEqual(sizes(), [640, 480, 8, 16, true]);
  const first = { ...HINT, width: 800, cellHeight: 12 };
  assert.deepEqual(sizes(first), [800, 480, 8, 12, true]);
  const bad = { ...HINT, width: 8193, height: -1, cellWidth: 9 };
  assert.deepEqual(sizes(first, bad), [800, 480, 9, 12, true]);
  const unfocused = { ...HINT, flags: 4 };
  assert.deepEqual(sizes(first, unfocused), [800, 480, 8, 12, false]);
  const ignored = { ...HINT, flags: 128 };
  assert.deepEqual(sizes(unfocused, ignored), [640, 480, 8, 16, false]);
  assert.deepEqual(sizes(unfocused, HINT), [640, 480, 8, 16, true]);
});

Deno.test("a source draws while it is active, visible and not paused", NONE, () => {
  const target = (kind: "activate" | "pause" | "unpause") =>
    ({ category: "target", kind }) as const;
  const steps: [event: EventInput, drawable: boolean][] = [
    [{ ...HINT, width: 10 }, false],
    [target("activate"), true],
    [target("pause"), false],
    [target("unpause"), true],
    [{ ...HINT, flags: 2 }, false],
    [HINT, true],
  ];
  const events: EventInput[] = [];
  for (const [event, drawable] of steps) {
    events.push(event);
    assert.equal(isDrawable(after(...events)), drawable, JSON.stringify(event));
  }
});

Deno.test("events that are not about the window leave the display as it is", NONE, () => {
  assert.equal(after({ category: "target", kind: "exit" }), FIRST_DISPLAY);
  assert.equal(after({ category: "input", kind: "translated", utf8: "a" }), FIRST_DISPLAY);
});
