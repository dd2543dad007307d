import assert from "node:assert/strict";
import { VIEWER_FAST_LINE, VIEWER_LOCAL_LINE } from "../../../../lib/limits.ts";
import { Window } from "../../../../lib/web/views/window.ts";
import { FakeClock } from "../../../support/fake_clock.ts";

const LARGE = 1 << 20;

/** Sends large messages over a line that takes some time and carries some bytes a second. */
function lineOf(rate: number, drawingMs: number, delayMs: number, smallFirst = true): string {
  using clock = new FakeClock();
  const window = new Window();
  const send = (bytes: number) => {
    const seq = window.sent(2, bytes, true);
    clock.nowMs += delayMs + bytes / rate * 1_000 + drawingMs;
    window.acknowledged({ type: "ack", seq, ms: drawingMs });
  };
  assert.equal(window.line, "slow");
  if (smallFirst) send(10);
  assert.equal(window.line, "slow", "small messages tell nothing");
  for (let i = 0; i < 20; i++) send(LARGE);
  return window.line;
}

Deno.test("the line of a viewer is measured by large messages, without delay and drawing", () => {
  for (const drawingMs of [0, 50]) {
    for (const delayMs of [0, 40]) {
      const line = (rate: number) => lineOf(rate, drawingMs, delayMs);
      assert.equal(line(2_500_000), "slow");
      assert.equal(line(VIEWER_FAST_LINE * 0.9), "slow");
      assert.equal(line(VIEWER_FAST_LINE * 1.1), "fast");
      assert.equal(line(VIEWER_LOCAL_LINE * 0.9), "fast");
      assert.equal(line(VIEWER_LOCAL_LINE * 1.1), "local");
    }
  }
});

Deno.test("large messages alone do not make a line seem faster than it is", () => {
  assert.equal(lineOf(2_500_000, 0, 0, false), "slow");
  assert.equal(lineOf(VIEWER_LOCAL_LINE * 1.1, 0, 0, false), "local");
});

Deno.test("messages behind each other on a line are measured by what each adds", () => {
  using clock = new FakeClock();
  const window = new Window();
  const rate = VIEWER_FAST_LINE * 2;
  let seq = window.sent(2, 10, true);
  clock.nowMs += 5;
  window.acknowledged({ type: "ack", seq });
  for (let i = 0; i < 20; i++) {
    seq = window.sent(2, LARGE, true);
    window.sent(2, LARGE, true);
    clock.nowMs += 5 + LARGE / rate * 1_000;
    window.acknowledged({ type: "ack", seq });
    clock.nowMs += LARGE / rate * 1_000;
    window.acknowledged({ type: "ack", seq: seq + 1 });
  }
  assert.equal(window.line, "fast");
});

Deno.test("an acknowledgement of what was not sent changes nothing", () => {
  const window = new Window();
  for (let i = 0; i < 2; i++) window.sent(2, 10, true);
  window.acknowledged({ type: "ack", seq: 77 });
  assert.equal(window.mayBegin(2), false);
  assert.equal(window.mayBegin(3), true);
  window.acknowledged({ type: "ack", seq: 1 });
  window.acknowledged({ type: "ack", seq: 1 });
  assert.equal(window.mayBegin(2), true);
});
