import assert from "node:assert/strict";
import { LIMIT_CALM_MS, MAX_REPORTED_LIMITS } from "../../../lib/limits.ts";
import { LimitLog } from "../../../lib/net/limit_log.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { LogBook } from "../../support/log_book.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

/** What was logged since the last call. */
function lines(log: LogBook): unknown[] {
  return log.lines.splice(0).map(({ level, event, fields: { seconds: _, ...fields } }) => [
    level,
    event,
    fields,
  ]);
}

function makeLog() {
  const timers = new FakeTimers();
  const book = new LogBook();
  const clock = { nowMs: 0 };
  return {
    timers,
    book,
    log: new LimitLog(book, () => clock.nowMs),
    pass(ms: number): void {
      clock.nowMs += ms;
      timers.pass(ms);
    },
    [Symbol.dispose]: () => timers[Symbol.dispose](),
  };
}

test("a limit is one line when it begins to bite, and one with the count when it is over", () => {
  using rig = makeLog();
  for (let i = 0; i < 1_000; i++) rig.log.reached("penalty", "192.0.2.7", { seconds: 5 });
  assert.deepEqual(lines(rig.book), [
    ["warn", "limit-reached", { limit: "penalty", address: "192.0.2.7" }],
  ]);
  rig.pass(LIMIT_CALM_MS / 2);
  rig.log.reached("penalty", "192.0.2.7");
  rig.pass(LIMIT_CALM_MS - 1);
  assert.deepEqual(lines(rig.book), [], "it still bites");
  rig.pass(LIMIT_CALM_MS / 2);
  assert.deepEqual(lines(rig.book), [
    ["info", "limit-over", { limit: "penalty", address: "192.0.2.7", count: 1_001 }],
  ]);
  assert.equal(rig.timers.size, 0);
  rig.log.reached("penalty", "192.0.2.7");
  assert.equal(lines(rig.book).length, 1, "it is a new one");
  rig.log.close();
});

test("limits and networks are reported apart, up to a bound", () => {
  using rig = makeLog();
  for (let i = 0; i < 10 * MAX_REPORTED_LIMITS; i++) {
    rig.log.reached("penalty", `10.0.${i >> 8}.${i & 255}`);
  }
  const begun = lines(rig.book);
  assert.equal(begun.length, MAX_REPORTED_LIMITS + 1);
  assert.deepEqual(begun.at(-1), [
    "warn",
    "limit-reached",
    { limit: "penalty", address: "others" },
  ]);
  rig.log.reached("penalty", "10.0.0.0");
  assert.deepEqual(lines(rig.book), []);
  rig.log.close();
  const ended = lines(rig.book) as [string, string, { count: number }][];
  assert.equal(ended.length, MAX_REPORTED_LIMITS + 1);
  assert.equal(
    ended.reduce((sum, [, , { count }]) => sum + count, 0),
    10 * MAX_REPORTED_LIMITS + 1,
  );
});

test("a limit of all networks is one line, whatever other networks are reported", () => {
  using rig = makeLog();
  for (let i = 0; i < 2 * MAX_REPORTED_LIMITS; i++) rig.log.reached("penalty", `10.0.0.${i}`);
  lines(rig.book);
  for (let i = 0; i < 1_000; i++) rig.log.reached("max-clients", undefined, { value: 7 });
  const line = { limit: "max-clients", address: undefined };
  assert.deepEqual(lines(rig.book), [["warn", "limit-reached", { ...line, value: 7 }]]);
  rig.log.close();
  assert.deepEqual(lines(rig.book).at(-1), ["info", "limit-over", { ...line, count: 1_000 }]);
});

test("the networks of IPv6 are reported as /64", () => {
  using rig = makeLog();
  rig.log.reached("penalty", "2001:db8::1");
  rig.log.reached("penalty", "2001:db8::2");
  assert.equal(rig.book.lines.length, 1);
  assert.equal(rig.book.lines[0]!.fields["address"], "2001:db8::/64");
  rig.log.close();
});

test("a log that is closed reports no more", () => {
  using rig = makeLog();
  rig.log.close();
  rig.log.reached("penalty", "192.0.2.7");
  rig.log.close();
  assert.deepEqual(rig.book.lines, []);
  assert.equal(rig.timers.size, 0);
});
