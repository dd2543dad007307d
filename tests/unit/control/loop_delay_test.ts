import assert from "node:assert/strict";
import { LoopDelay } from "../../../lib/control/loop_delay.ts";
import { LOOP_DELAY_SAMPLE_MS, LOOP_DELAY_SAMPLES } from "../../../lib/limits.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

Deno.test("the delay of the event loop is that of the latest timer of a while", () => {
  using time = new FakeTimers();
  const { now } = performance;
  let nowMs = 0;
  performance.now = () => nowMs;
  try {
    using delay = new LoopDelay();
    const sample = (lateMs: number) => {
      nowMs += LOOP_DELAY_SAMPLE_MS + lateMs;
      time.pass(LOOP_DELAY_SAMPLE_MS);
    };
    assert.equal(delay.longestMs, 0);
    sample(30);
    sample(70);
    sample(-5);
    assert.equal(delay.longestMs, 70);
    for (let i = 0; i < LOOP_DELAY_SAMPLES; i++) sample(10);
    assert.equal(delay.longestMs, 10);
  } finally {
    performance.now = now;
  }
  assert.equal(time.size, 0);
});
