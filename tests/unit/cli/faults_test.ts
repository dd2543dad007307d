import assert from "node:assert/strict";
import { FaultLog } from "../../../lib/cli/faults.ts";
import { FAULT_COUNT_INTERVAL_MS, MAX_FAULT_PLACES } from "../../../lib/limits.ts";
import { FakeTimers } from "../../support/fake_timers.ts";
import { LogBook } from "../../support/log_book.ts";

const test = (name: string, fn: (log: LogBook, timers: FakeTimers) => void) =>
  Deno.test({
    name,
    permissions: "none",
    fn() {
      using timers = new FakeTimers();
      fn(new LogBook(), timers);
      assert.equal(timers.size, 0, "no timer is left");
    },
  });

function makeError(text: string): Error {
  return new RangeError(text);
}

test("an error is logged with its place, and its stack on demand", (log) => {
  const faults = new FaultLog(log);
  faults.note("uncaught-error", makeError("too far"));
  faults.close();
  const [line, stack, ...rest] = log.lines;
  assert.deepEqual([line!.level, line!.event, rest], ["error", "uncaught-error", []]);
  assert.equal(line!.fields["error"], "RangeError: too far");
  assert.match(String(line!.fields["at"]), /^makeError .*faults_test\.ts:\d+:\d+\)$/);
  assert.equal(stack!.level, "debug");
  assert.match(String(stack!.fields["stack"]), /faults_test/);
});

test("errors of one place are one line, then a count in each interval", (log, timers) => {
  const faults = new FaultLog(log);
  const flood = (count: number) => {
    for (let i = 0; i < count; i++) faults.note("uncaught-error", makeError(`number ${i}`));
  };
  flood(1_000);
  assert.equal(log.of("uncaught-error").length, 1);
  timers.pass(FAULT_COUNT_INTERVAL_MS);
  flood(500);
  timers.pass(FAULT_COUNT_INTERVAL_MS);
  assert.equal(log.of("uncaught-error").length, 1);
  assert.deepEqual(log.of("error-repeated").map(({ fields }) => fields["times"]), [999, 500]);
  // One that has stopped is new when it comes again.
  timers.pass(FAULT_COUNT_INTERVAL_MS);
  flood(3);
  assert.equal(log.of("uncaught-error").length, 2);
  faults.close();
  assert.deepEqual(log.of("error-repeated").map(({ fields }) => fields["times"]), [999, 500, 2]);
});

test("errors are told apart by place, up to a limit", (log) => {
  const faults = new FaultLog(log);
  for (let i = 0; i < 3 * MAX_FAULT_PLACES; i++) faults.note("unhandled-rejection", `text ${i}`);
  assert.equal(log.of("unhandled-rejection").length, MAX_FAULT_PLACES + 1);
  faults.close();
  assert.equal(log.of("error-repeated").at(-1)!.fields["times"], 2 * MAX_FAULT_PLACES - 1);
});

test("thrown values that are no errors are logged", (log) => {
  const faults = new FaultLog(log);
  for (const thrown of [undefined, 7, { toString: () => assert.fail() }]) {
    faults.note("uncaught-error", thrown);
  }
  faults.close();
  assert.deepEqual(
    log.of("uncaught-error").map(({ fields }) => fields["error"]),
    ["undefined", "7", "a value of type object"],
  );
});
