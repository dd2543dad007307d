import assert from "node:assert/strict";
import { MAX_REPORTED_ADDRESSES, REPORT_INTERVAL_MS } from "../../../lib/limits.ts";
import { SilentCount } from "../../../lib/net/silent_count.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { LogBook } from "../../support/log_book.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

function add(count: SilentCount, hostname: string | undefined, times: number): void {
  for (let i = 0; i < times; i++) count.add(hostname);
}

/** The addresses and counts that were logged since the last call. */
function lines(log: LogBook): unknown[] {
  return log.lines.splice(0).map(({ level, event, fields: { address, count } }) => {
    assert.deepEqual([level, event], ["info", "silent-connections"]);
    return [address, count];
  });
}

test("silent connections are one line a minute and address", () => {
  using timers = new FakeTimers();
  const log = new LogBook();
  const count = new SilentCount(log);
  add(count, "192.0.2.7", 60_000);
  add(count, "2001:db8::1", 1);
  add(count, "2001:db8::2", 1);
  add(count, undefined, 3);
  timers.pass(REPORT_INTERVAL_MS - 1);
  assert.deepEqual(lines(log), []);
  timers.pass(1);
  assert.deepEqual(lines(log), [["192.0.2.7", 60_000], ["2001:db8::/64", 2], ["unknown", 3]]);
  add(count, "192.0.2.7", 5);
  timers.pass(REPORT_INTERVAL_MS);
  assert.deepEqual(lines(log), [["192.0.2.7", 5]]);
  timers.pass(REPORT_INTERVAL_MS);
  assert.deepEqual(lines(log), [], "nothing came, nothing is said");
  assert.equal(timers.size, 0);
});

test("addresses beyond the bound are counted together", () => {
  using timers = new FakeTimers();
  const log = new LogBook();
  const count = new SilentCount(log);
  const surplus = 40;
  for (let i = 0; i < MAX_REPORTED_ADDRESSES + surplus; i++) {
    count.add(`10.0.${i >> 8}.${i & 255}`);
  }
  count.add("10.0.0.0");
  timers.pass(REPORT_INTERVAL_MS);
  const counted = lines(log);
  assert.equal(counted.length, MAX_REPORTED_ADDRESSES + 1);
  assert.deepEqual(counted[0], ["10.0.0.0", 2]);
  assert.deepEqual(counted.at(-1), ["others", surplus]);
});

test("what was counted is reported at the end, once, and nothing after it", () => {
  using timers = new FakeTimers();
  const log = new LogBook();
  const count = new SilentCount(log);
  count.add("192.0.2.7");
  count.close();
  count.close();
  count.add("192.0.2.7");
  assert.deepEqual(lines(log), [["192.0.2.7", 1]]);
  assert.equal(timers.size, 0);
});
