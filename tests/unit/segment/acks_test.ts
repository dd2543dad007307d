import assert from "node:assert/strict";
import { LimitError } from "../../../lib/errors.ts";
import { MAX_PENDING_FRAMES } from "../../../lib/limits.ts";
import type { PendingFrame } from "../../../lib/segment/acks.ts";
import { AckQueue } from "../../../lib/segment/acks.ts";
import { SeededRandom } from "../../support/random.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

function announce(queue: AckQueue, channel: number, stream: number): PendingFrame {
  const frame = { header: { channel, stream }, isDone: false };
  queue.announce(frame);
  return frame;
}

/** Marks a frame as done. @returns The frames that are acknowledged then. */
function finish(queue: AckQueue, frame: PendingFrame): number[] {
  frame.isDone = true;
  const streams: number[] = [];
  for (let next = queue.next(); next !== undefined; next = queue.next()) {
    streams.push(next.header.stream);
  }
  return streams;
}

test("a frame that ends while none is before it is acknowledged at once", () => {
  const queue = new AckQueue();
  assert.deepEqual(finish(queue, announce(queue, 0, 1)), [1]);
  assert.deepEqual(finish(queue, announce(queue, 3, 7)), [7]);
});

test("a frame waits for those that were announced before it, on whatever channel", () => {
  const queue = new AckQueue();
  const first = announce(queue, 0, 1);
  const second = announce(queue, 1, 2);
  const third = announce(queue, 2, 3);
  assert.deepEqual(finish(queue, third), []);
  assert.deepEqual(finish(queue, second), []);
  assert.deepEqual(finish(queue, first), [1, 2, 3]);
});

test("every frame is acknowledged once, in the order of the announcements", () => {
  const random = new SeededRandom(1);
  const queue = new AckQueue();
  const open: PendingFrame[] = [];
  const acknowledged: number[] = [];
  let next = 0;
  while (next < 5_000) {
    if (open.length < 8 && random.below(2) === 0) open.push(announce(queue, next % 5, ++next));
    else if (open.length > 0) {
      const [ended] = open.splice(random.below(open.length), 1);
      acknowledged.push(...finish(queue, ended!));
    }
  }
  for (const ack of open) acknowledged.push(...finish(queue, ack));
  assert.deepEqual(acknowledged, Array.from({ length: next }, (_, i) => i + 1));
});

test("a frame that never ends does not hold up frames without end", () => {
  const queue = new AckQueue();
  announce(queue, 0, 1);
  for (let stream = 2; stream <= MAX_PENDING_FRAMES; stream++) {
    finish(queue, announce(queue, 1, stream));
  }
  assert.throws(
    () => announce(queue, 1, MAX_PENDING_FRAMES + 1),
    (error) => error instanceof LimitError && error.code === "too-many-frames",
  );
});
