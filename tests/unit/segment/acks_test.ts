import assert from "node:assert/strict";
import { LimitError } from "../../../lib/errors.ts";
import { MAX_PENDING_FRAMES } from "../../../lib/limits.ts";
import type { PendingAck } from "../../../lib/segment/acks.ts";
import { AckQueue } from "../../../lib/segment/acks.ts";
import { SeededRandom } from "../../support/random.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const streams = (acks: readonly PendingAck[]) => acks.map(({ stream }) => stream);

test("a frame that ends while none is before it is acknowledged at once", () => {
  const queue = new AckQueue();
  assert.deepEqual(streams(queue.finish(queue.announce(0, 1))), [1]);
  assert.deepEqual(streams(queue.finish(queue.announce(3, 7))), [7]);
});

test("a frame waits for those that were announced before it, on whatever channel", () => {
  const queue = new AckQueue();
  const first = queue.announce(0, 1);
  const second = queue.announce(1, 2);
  const third = queue.announce(2, 3);
  assert.deepEqual(streams(queue.finish(third)), []);
  assert.deepEqual(streams(queue.finish(second)), []);
  assert.deepEqual(queue.finish(first).map(({ channel, stream }) => [channel, stream]), [
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
});

test("every frame is acknowledged once, in the order of the announcements", () => {
  const random = new SeededRandom(1);
  const queue = new AckQueue();
  const open: PendingAck[] = [];
  const acknowledged: number[] = [];
  let next = 0;
  while (next < 5_000) {
    if (open.length < 8 && random.below(2) === 0) open.push(queue.announce(next % 5, ++next));
    else if (open.length > 0) {
      const [ended] = open.splice(random.below(open.length), 1);
      acknowledged.push(...streams(queue.finish(ended!)));
    }
  }
  for (const ack of open) acknowledged.push(...streams(queue.finish(ack)));
  assert.deepEqual(acknowledged, Array.from({ length: next }, (_, i) => i + 1));
});

test("a frame that never ends does not hold up frames without end", () => {
  const queue = new AckQueue();
  queue.announce(0, 1);
  for (let stream = 2; stream <= MAX_PENDING_FRAMES; stream++) {
    queue.finish(queue.announce(1, stream));
  }
  assert.throws(
    () => queue.announce(1, MAX_PENDING_FRAMES + 1),
    (error) => error instanceof LimitError && error.code === "too-many-frames",
  );
});
