import assert from "node:assert/strict";
import { Watchers } from "../../../lib/control/watchers.ts";
import {
  CONTROL_WATCH_QUEUE_UNITS,
  CONTROL_WATCH_STALL_MS,
  MAX_CONTROL_WATCHERS,
} from "../../../lib/limits.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

const LONG = "x".repeat(CONTROL_WATCH_QUEUE_UNITS / 4);
const code = (code: string) => (error: { code?: string }) => error.code === code;

async function readAll(stream: ReadableStream<string>): Promise<string> {
  return (await Array.fromAsync(stream)).join("");
}

Deno.test("watchers get lines in order, each only those of its client", async () => {
  const watchers = new Watchers(() => {});
  const [all, second] = [watchers.open(undefined), watchers.open(2)];
  const early = all.getReader();
  const first = early.read();
  watchers.publish({ client: 1, line: "a" });
  assert.equal((await first).value, "a\n");
  early.releaseLock();
  watchers.publish({ client: 2, line: "b" });
  watchers.publish({ client: 1, line: "c" });
  watchers.close();
  assert.equal(await readAll(all), "b\nc\n");
  assert.equal(await readAll(second), "b\n");
  assert.equal(watchers.size, 0);
});

Deno.test("a watcher that reads too slowly gets what waits, how much was lost, and the end", async () => {
  const watchers = new Watchers(() => {});
  const [slow, swift] = [watchers.open(undefined), watchers.open(undefined)];
  const lines = [0, 1, 2, 3, 4, 5].map((i) => `${i}${LONG.slice(2)}`);
  const reader = swift.getReader();
  for (const line of lines) {
    const read = reader.read();
    watchers.publish({ client: 1, line });
    assert.equal((await read).value, `${line}\n`);
  }
  const text = await readAll(slow);
  const end = '{"kind":"watch_ended","lost":2}\n';
  assert.equal(text.slice(-end.length), end);
  assert.deepEqual(text.slice(0, -end.length).trimEnd().split("\n"), lines.slice(0, 4));
  assert.equal(watchers.size, 1);
  await reader.cancel();
  assert.equal(watchers.size, 0);
});

Deno.test("a watcher that reads nothing at all loses its place after a while", async () => {
  using time = new FakeTimers();
  const watchers = new Watchers(() => {});
  const stuck = watchers.open(undefined);
  for (let i = 0; i < 5; i++) watchers.publish({ client: 1, line: LONG });
  time.pass(CONTROL_WATCH_STALL_MS - 1);
  assert.equal(watchers.size, 1);
  time.pass(1);
  assert.equal(watchers.size, 0);
  await assert.rejects(readAll(stuck), /has read nothing for 10 s/);
});

Deno.test("what was lost on the way to the watchers ends them all", async () => {
  const watchers = new Watchers(() => {});
  const one = watchers.open(undefined);
  watchers.publish({ client: 1, line: "a" });
  watchers.lose(3);
  assert.equal(await readAll(one), 'a\n{"kind":"watch_ended","lost":3}\n');
});

Deno.test("there are only so many watchers, and threads hear of the first and the last", async () => {
  const heard: boolean[] = [];
  const watchers = new Watchers((isWatched) => heard.push(isWatched));
  const open = Array.from({ length: MAX_CONTROL_WATCHERS }, () => watchers.open(undefined));
  assert.throws(() => watchers.open(undefined), code("busy"));
  await open.pop()!.cancel();
  open.push(watchers.open(undefined));
  for (const each of open) await each.cancel();
  assert.deepEqual(heard, [true, false]);
  watchers.close();
  assert.throws(() => watchers.open(undefined), code("busy"));
});
