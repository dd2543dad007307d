import assert from "node:assert/strict";
import { readCast } from "../../../../lib/web/page/cast.ts";
import { pure } from "../../../support/pure.ts";

const HEAD = '{"version":2,"width":80,"height":24}';

pure("a recording of text begins with its first event, and long pauses are cut", () => {
  const { events, seconds } = readCast(
    [HEAD, '[5, "o", "a"]', '[5.5, "r", "100x30"]', '[65.5, "o", "b"]', '[66, "o", "c'].join("\n"),
  );
  assert.deepEqual(events, [
    { seconds: 0, cols: 80, rows: 24, output: "a" },
    { seconds: 0.5, cols: 100, rows: 30, output: "" },
    { seconds: 2.5, cols: 100, rows: 30, output: "b" },
  ]);
  assert.equal(seconds, 2.5);
});

pure("what is no recording of text is refused", () => {
  assert.throws(() => readCast('{"version":1}'), /no asciicast of version 2/);
  assert.throws(() => readCast("PNG"));
});
