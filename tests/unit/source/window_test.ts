import assert from "node:assert/strict";
import { FrameWindow } from "../../../lib/source/window.ts";

const NONE = { permissions: "none" } as const;

Deno.test("a sink that never acknowledges gets one frame", NONE, () => {
  const window = new FrameWindow(1);
  assert.equal(window.isOpen, true);
  assert.equal(window.send(), 1);
  assert.equal(window.isOpen, false);
  assert.equal(window.acknowledge(0), false);
  assert.equal(window.acknowledge(2), false);
  assert.equal(window.isOpen, false);
  assert.equal(window.acknowledge(1), true);
  assert.equal(window.isOpen, true);
  assert.equal(window.acknowledge(1), false, "the same again is ignored");
  assert.deepEqual([window.acknowledged, window.skipped, window.pending], [1, 0, 0]);
});

Deno.test("frames that the sink passes over are counted", NONE, () => {
  const window = new FrameWindow(8);
  const streams = Array.from({ length: 5 }, () => window.send());
  assert.deepEqual(streams, [1, 2, 3, 4, 5]);
  window.acknowledge(1);
  window.acknowledge(4);
  assert.deepEqual([window.acknowledged, window.skipped, window.pending], [2, 2, 1]);
});
