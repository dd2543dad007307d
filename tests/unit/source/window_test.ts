import assert from "node:assert/strict";
import { FrameWindow } from "../../../lib/source/window.ts";

const NONE = { permissions: "none" } as const;

Deno.test("a sink that never acknowledges gets one frame", NONE, () => {
  const window = new FrameWindow(1);
  assert.equal(window.isOpen, true);
  assert.equal(window.send(), 1);
  assert.equal(window.isOpen, false);
  window.acknowledge(0);
  window.acknowledge(2);
  assert.equal(window.isOpen, false);
  window.acknowledge(1);
  assert.equal(window.isOpen, true);
  window.acknowledge(1);
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
