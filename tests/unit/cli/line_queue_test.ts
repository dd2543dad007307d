import assert from "node:assert/strict";
import { OUTPUT_BATCH_UNITS } from "../../../lib/limits.ts";
import { LineQueue } from "../../../lib/cli/line_queue.ts";

const test = (name: string, fn: () => void | Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });

/** Whether a promise has settled by now. */
async function hasSettled(promise: Promise<void> | undefined): Promise<boolean> {
  let settled = false;
  void promise?.then(() => settled = true);
  for (let i = 0; i < 5; i++) await Promise.resolve();
  return settled;
}

test("lines of all senders keep their order", () => {
  const queue = new LineQueue({ sender: 100, free: 0, total: 1_000 });
  for (const [line, sender] of [["a\n", 1], ["b\n", 2], ["c\n", 1], ["d\n", undefined]] as const) {
    assert.equal(queue.put(line, sender), undefined);
  }
  assert.equal(queue.take(), "a\nb\nc\nd\n");
  assert.equal(queue.take(), undefined);
});

test("a sender with more waiting than its allowance waits, the others do not", async () => {
  const queue = new LineQueue({ sender: 10, free: 0, total: 1_000 });
  const loud = queue.put("0123456789\n", 1);
  assert.ok(loud instanceof Promise);
  assert.equal(queue.put("quiet\n", 2), undefined);
  assert.equal(await hasSettled(loud), false);
  queue.take();
  assert.equal(await hasSettled(loud), true);
  assert.equal(queue.put("again\n", 1), undefined);
});

test("while little waits in all, no sender waits", async () => {
  const queue = new LineQueue({ sender: 10, free: 20, total: 1_000 });
  assert.equal(queue.put("0123456789012345678\n", 1), undefined);
  const quiet = queue.put("quiet\n", 2);
  const loud = queue.put("loud\n", 1);
  assert.equal(quiet, undefined, "it is within its allowance");
  assert.equal(await hasSettled(loud), false);
  queue.take();
  assert.equal(await hasSettled(loud), true);
});

test("a take is at most a batch, and lets senders with little left go on", async () => {
  const line = "x".repeat(OUTPUT_BATCH_UNITS - 1) + "\n";
  const queue = new LineQueue({
    sender: OUTPUT_BATCH_UNITS,
    free: 0,
    total: 10 * OUTPUT_BATCH_UNITS,
  });
  queue.put(line, 1);
  const held = queue.put(line, 1);
  queue.put(line, 1);
  assert.equal(queue.take(), line);
  assert.equal(await hasSettled(held), false);
  assert.equal(queue.take(), line);
  assert.equal(queue.take(), line);
  assert.equal(await hasSettled(held), true);
});

test("lines beyond the total bound are dropped, and counted once there is room again", () => {
  const queue = new LineQueue({ sender: 100, free: 0, total: 20 });
  for (let sender = 0; sender < 5; sender++) queue.put("123456789\n", sender);
  assert.equal(queue.takeDropped(), 0, "it is still full");
  assert.equal(queue.take()!.length, 20);
  assert.equal(queue.takeDropped(), 3);
  assert.equal(queue.takeDropped(), 0);
});

test("text without a sender is never dropped", () => {
  const queue = new LineQueue({ sender: 1, free: 0, total: 1 });
  for (let i = 0; i < 10; i++) assert.equal(queue.put("result\n"), undefined);
  assert.equal(queue.take(), "result\n".repeat(10));
});

test("without backpressure no sender waits, and the total bound still holds", async () => {
  const queue = new LineQueue({ sender: 5, free: 0, total: 20 });
  const held = queue.put("123456\n", 1);
  queue.endBackpressure();
  assert.equal(await hasSettled(held), true);
  assert.equal(queue.put("more\n", 1), undefined);
  assert.equal(queue.put("too much\n", 1), undefined);
  assert.equal(queue.take(), "123456\nmore\n");
  assert.equal(queue.takeDropped(), 1);
});

test("after clear no sender waits", async () => {
  const queue = new LineQueue({ sender: 1, free: 0, total: 100 });
  const held = queue.put("text\n", 1);
  queue.clear();
  assert.equal(await hasSettled(held), true);
  assert.equal(queue.take(), undefined);
  assert.equal(queue.put("a", 1), undefined, "its allowance is whole again");
});
