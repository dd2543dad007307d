import assert from "node:assert/strict";
import type { WatchedLine } from "../../../lib/control/clients.ts";
import { PostedRecords } from "../../../lib/control/remote.ts";
import { CONTROL_WATCH_QUEUE_UNITS } from "../../../lib/limits.ts";

Deno.test("records go to another thread a turn at a time, and beyond a bound are counted", async () => {
  const posted: [lines: string[], lost: number][] = [];
  let taken = Promise.withResolvers<void>();
  let next = Promise.withResolvers<void>();
  const records = new PostedRecords((lines: readonly WatchedLine[], lost) => {
    posted.push([lines.map(({ line }) => line), lost]);
    next.resolve();
    return taken.promise;
  });
  const put = (line: string) => records.put({ client: 2, kind: "message", line });
  put("a");
  put("b");
  await next.promise;
  assert.deepEqual(posted, [[["a", "b"], 0]]);
  const half = "x".repeat(CONTROL_WATCH_QUEUE_UNITS / 2);
  for (const line of [half, half, "c", half]) put(line);
  next = Promise.withResolvers();
  taken.resolve();
  taken = Promise.withResolvers();
  await next.promise;
  assert.deepEqual(posted[1], [[half, "c"], 2]);
  taken.resolve();
});
