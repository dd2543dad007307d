import assert from "node:assert/strict";
import { ChannelNumbers } from "../../../lib/segment/channels.ts";

Deno.test({
  name: "channel numbers are given out lowest first, each once, 255 in all",
  permissions: "none",
  fn: () => {
    const numbers = new ChannelNumbers();
    const given = Array.from({ length: 255 }, () => numbers.take());
    assert.deepEqual(given, Array.from({ length: 255 }, (_, i) => i + 1));
    assert.equal(numbers.take(), undefined);
    assert.equal(numbers.take(), undefined);
  },
});
