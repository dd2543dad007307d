import assert from "node:assert/strict";
import { LogTail } from "../../../lib/control/log_tail.ts";
import { CONTROL_LOG_LINES, MAX_CONTROL_WATCHERS } from "../../../lib/limits.ts";
import { silentLogger } from "../../../lib/log.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { LogBook } from "../../support/log_book.ts";

async function read(stream: ReadableStream<string>) {
  let text = "";
  for await (const piece of stream) text += piece;
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("the tail of a log: its last lines come first, then those that follow", async () => {
  using timers = new FakeTimers();
  const book = new LogBook();
  const tail = new LogTail(book, "info");
  const count = CONTROL_LOG_LINES + 3;
  for (let i = 0; i < count; i++) tail.log("info", "counted", { i });
  tail.log("debug", "too-low");
  const reading = read(tail.open());
  const other = new LogBook();
  tail.over(other).log("warn", "elsewhere", { text: "a\nb" });
  tail.close();
  const lines = await reading;
  assert.equal(timers.size, 0);
  assert.equal(lines.length, CONTROL_LOG_LINES + 1);
  assert.deepEqual(lines.slice(0, -1).map(({ i }) => i), [...Array(count).keys()].slice(3));
  const { time, ...last } = lines.at(-1);
  assert.deepEqual(last, { level: "warn", event: "elsewhere", text: "a\nb" });
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  assert.equal(book.lines.length, count + 1, "the target gets all");
  assert.deepEqual(other.lines.map(({ event }) => event), ["elsewhere"]);
});

Deno.test("the tail of a log: only so many read it", async () => {
  const tail = new LogTail(silentLogger, "info");
  const streams = Array.from({ length: MAX_CONTROL_WATCHERS }, () => tail.open());
  assert.throws(() => tail.open(), { code: "busy" });
  await streams[0]!.cancel();
  await tail.open().cancel();
  for (const stream of streams.slice(1)) await stream.cancel();
});
