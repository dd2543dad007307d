import assert from "node:assert/strict";
import { type Gesture, Gestures, LONG_TAP_MS } from "../../../../lib/web/page/gestures.ts";
import { pure } from "../../../support/pure.ts";

function brief(gestures: readonly Gesture[]): string {
  return gestures.map((each) =>
    each.kind === "move"
      ? `${each.x},${each.y}`
      : each.kind === "scroll"
      ? `scroll ${each.dx},${each.dy}`
      : `${each.kind} ${each.button}`
  ).join(" ");
}

pure("a tap is a click where the finger came down", () => {
  const gestures = new Gestures();
  assert.equal(brief(gestures.down(1, 10, 20, 0)), "");
  assert.equal(brief(gestures.move(1, 13, 22)), "");
  assert.equal(brief(gestures.up(1)), "10,20 press left release left");
  assert.equal(gestures.deadlineMs, undefined);
});

pure("a finger that rests is a click of the right button, and nothing more", () => {
  const gestures = new Gestures();
  gestures.down(1, 10, 20, 1000);
  assert.equal(gestures.deadlineMs, 1000 + LONG_TAP_MS);
  assert.equal(brief(gestures.tick(1000 + LONG_TAP_MS - 1)), "");
  assert.equal(brief(gestures.tick(1000 + LONG_TAP_MS)), "10,20 press right release right");
  assert.equal(brief(gestures.move(1, 90, 90)), "");
  assert.equal(brief(gestures.up(1)), "");
  assert.equal(
    brief([...gestures.down(2, 1, 2, 2000), ...gestures.up(2)]),
    "1,2 press left release left",
  );
});

pure("a finger that moves drags from where it came down", () => {
  const gestures = new Gestures();
  gestures.down(1, 10, 20, 0);
  assert.equal(brief(gestures.move(1, 30, 20)), "10,20 press left 30,20");
  assert.equal(brief(gestures.tick(LONG_TAP_MS)), "");
  assert.equal(brief(gestures.move(1, 40, 25)), "40,25");
  assert.equal(brief(gestures.up(1)), "release left");
});

pure("two fingers scroll by as much as their middle moves", () => {
  const gestures = new Gestures();
  gestures.down(1, 0, 100, 0);
  assert.equal(brief(gestures.down(2, 100, 100, 50)), "50,100");
  assert.equal(brief(gestures.tick(LONG_TAP_MS)), "");
  assert.equal(brief(gestures.move(1, 0, 80)), "scroll 0,-10");
  assert.equal(brief(gestures.move(2, 100, 80)), "scroll 0,-10");
  assert.equal(brief(gestures.up(1)), "");
  assert.equal(brief(gestures.move(2, 100, 10)), "", "the finger that stays drags nothing");
  assert.equal(brief(gestures.up(2)), "");
});

pure("a second finger ends a drag", () => {
  const gestures = new Gestures();
  gestures.down(1, 0, 0, 0);
  gestures.move(1, 50, 0);
  assert.equal(brief(gestures.down(2, 100, 0, 10)), "release left 75,0");
});

pure("what the browser takes away is released", () => {
  const gestures = new Gestures();
  gestures.down(1, 0, 0, 0);
  gestures.move(1, 50, 0);
  assert.equal(brief(gestures.cancel()), "release left");
  assert.equal(brief(gestures.up(1)), "");
});
