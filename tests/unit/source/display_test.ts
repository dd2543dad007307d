import assert from "node:assert/strict";
import { Display } from "../../../lib/source/display.ts";
import { decodeEvent, encodeEvent } from "../../../lib/wire/event/event.ts";
import type { EventInput } from "../../../lib/wire/event/types.ts";

const NONE = { permissions: "none" } as const;

function tell(display: Display, event: EventInput): boolean {
  const bytes = new Uint8Array(128);
  encodeEvent(event, bytes);
  return display.take(decodeEvent(bytes));
}

const sizes = ({ width, height, cellWidth, cellHeight }: Display) => [
  width,
  height,
  cellWidth,
  cellHeight,
];

Deno.test("a display hint changes what it names and keeps the rest", NONE, () => {
  const display = new Display();
  assert.deepEqual(sizes(display), [640, 480, 8, 16]);
  const hint = { category: "target", kind: "displayhint" } as const;
  assert.equal(tell(display, { ...hint, width: 800, cellHeight: 12 }), true);
  assert.deepEqual(sizes(display), [800, 480, 8, 12]);
  tell(display, { ...hint, width: 8193, height: -1, cellWidth: 9 });
  assert.deepEqual(sizes(display), [800, 480, 9, 12]);
  tell(display, { ...hint, flags: 4 });
  assert.deepEqual([...sizes(display), display.isFocused], [800, 480, 9, 12, false]);
  tell(display, { ...hint, flags: 128 });
  assert.equal(display.isFocused, false, "a hint to be ignored leaves the flags");
  tell(display, { ...hint });
  assert.equal(display.isFocused, true);
});

Deno.test("a source draws once it is active, visible and not paused", NONE, () => {
  const display = new Display();
  const drawable = (event: EventInput) => {
    assert.equal(tell(display, event), true);
    return display.isDrawable;
  };
  assert.equal(drawable({ category: "target", kind: "displayhint", width: 10 }), false);
  assert.equal(drawable({ category: "target", kind: "activate" }), true);
  assert.equal(drawable({ category: "target", kind: "pause" }), false);
  assert.equal(drawable({ category: "target", kind: "unpause" }), true);
  assert.equal(drawable({ category: "target", kind: "displayhint", flags: 2 }), false);
  assert.equal(drawable({ category: "target", kind: "displayhint" }), true);
});

Deno.test("other events are none of its business", NONE, () => {
  const display = new Display();
  assert.equal(tell(display, { category: "target", kind: "exit" }), false);
  assert.equal(tell(display, { category: "input", kind: "translated", utf8: "a" }), false);
});
