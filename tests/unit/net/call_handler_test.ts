import assert from "node:assert/strict";
import { callHandler } from "../../../lib/net/call_handler.ts";
import { LogBook } from "../../support/log_book.ts";

const test = (name: string, fn: (log: LogBook) => void | Promise<void>) =>
  Deno.test({ name, permissions: "none", fn: () => fn(new LogBook()) });

const context = (log: LogBook) => () => ({ log, source: 7, kind: "frame" });

test("a handler that returns at once makes no promise", (log) => {
  assert.equal(callHandler(() => {}, context(log)), true);
  assert.equal(log.lines.length, 0);
});

test("a handler that throws is reported, and its stack for who debugs", (log) => {
  const call = () => {
    throw new RangeError("too far");
  };
  assert.equal(callHandler(call, context(log)), false);
  assert.deepEqual(log.lines[0], {
    level: "error",
    event: "handler-failed",
    fields: { source: 7, kind: "frame", error: "RangeError: too far" },
  });
  assert.equal(log.lines[1]!.level, "debug");
  assert.match(String(log.lines[1]!.fields["stack"]), /call_handler_test/);
});

test("a handler that rejects is reported and rejects nothing else", async (log) => {
  assert.equal(await callHandler(() => Promise.reject(new Error("late")), context(log)), false);
  assert.equal(log.lines[0]!.event, "handler-failed");
});

test("a handler that throws no error is reported as well", async (log) => {
  const thrown: unknown = "just text";
  const call = () => {
    throw thrown;
  };
  assert.equal(callHandler(call, context(log)), false);
  assert.equal(log.lines[0]!.fields["error"], "just text");
  assert.equal(await callHandler(() => Promise.reject(undefined), context(log)), false);
  assert.equal(log.lines.length, 2);
});

test("a handler that takes its time is waited for, and leaves no timer", async (log) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = callHandler(() => promise, context(log));
  assert.ok(done instanceof Promise);
  resolve();
  assert.equal(await done, true);
});
