import assert from "node:assert/strict";
import { CodedPictures } from "../../../../lib/decoders/h264/coded_pictures.ts";
import { MemoryBudget } from "../../../../lib/decoders/memory_budget.ts";
import type { DecodeJob } from "../../../../lib/decoders/frame_decoder.ts";
import { StreamError } from "../../../../lib/errors.ts";
import {
  type DecoderCount,
  DecoderPool,
} from "../../../../lib/decoders/h264/worker/decoder_pool.ts";
import type { DecodeAnswer, WorkerRequest } from "../../../../lib/decoders/h264/worker/messages.ts";
import { FakeTimers } from "../../../support/fake_timers.ts";
import { FakeWorker } from "../../../support/fake_worker.ts";
import { keyUnit } from "../../../support/h264.ts";

const pure = { permissions: "none" } as const;

type FakeDecoder = FakeWorker<WorkerRequest, DecodeAnswer>;

function rig(limit = 2, count?: DecoderCount) {
  const threads: FakeDecoder[] = [];
  const pool = new DecoderPool({
    limit,
    ...(count && { count }),
    timeoutMs: 1_000,
    start: () => {
      threads.push(new FakeWorker());
      return threads.at(-1)!;
    },
  });
  return { pool, threads };
}

function job(channel = 0): DecodeJob {
  const data = keyUnit({ widthBlocks: 1, heightBlocks: 1 });
  const picture = new CodedPictures(new MemoryBudget()).take({ width: 16, height: 16, data });
  return { type: "job", channel, picture };
}

async function code(pending: Promise<unknown>): Promise<string> {
  const result = await pending;
  assert.ok(result instanceof StreamError);
  return result.code;
}

Deno.test("a decoder answers one picture after the other until it is closed", pure, async () => {
  using timers = new FakeTimers();
  const { pool, threads } = rig();
  assert.equal(threads.length, 0, "nothing is started before it is needed");
  const decoder = pool.open();
  const [thread] = threads;
  for (let i = 0; i < 3; i++) {
    const pending = decoder.decode(job(i));
    const rgba = Uint8Array.of(i);
    thread!.answer({ rgba });
    assert.equal(await pending, rgba);
    assert.equal(timers.size, 0);
  }
  decoder.forget(2);
  assert.deepEqual(
    thread!.requests.map(({ type, channel }) => `${type} ${channel}`),
    ["decode 0", "decode 1", "decode 2", "forget 2"],
  );
  assert.equal(pool.size, 1);
  decoder.close();
  decoder.close();
  assert.deepEqual([pool.size, thread!.terminations], [0, 1]);
  decoder.forget(1);
  assert.equal(await code(decoder.decode(job())), "cancelled");
  assert.equal(thread!.requests.length, 4);
});

Deno.test(
  "the first failure of any kind ends a decoder and gives its place back",
  pure,
  async () => {
    using timers = new FakeTimers();
    const failures: [string, (thread: FakeDecoder) => void][] = [
      ["bad-h264", (thread) => thread.answer({ code: "bad-h264", message: "damaged" })],
      [
        "decoder-failed",
        (thread) => assert.ok(thread.fail("out of order"), "the process must not fail as well"),
      ],
      ["decoder-failed", (thread) => thread.garble()],
      ["decoder-timeout", () => timers.pass(1_000)],
    ];
    for (const [expected, fail] of failures) {
      const { pool, threads } = rig();
      const decoder = pool.open();
      const pending = decoder.decode(job());
      fail(threads[0]!);
      assert.equal(await code(pending), expected);
      assert.deepEqual([pool.size, threads[0]!.terminations, timers.size], [0, 1, 0]);
      threads[0]!.answer({ rgba: new Uint8Array(4) });
      assert.equal(await code(decoder.decode(job())), expected, "it stays so");
    }
  },
);

Deno.test("a decoder that is closed gives up its picture", pure, async () => {
  using timers = new FakeTimers();
  const { pool } = rig();
  const decoder = pool.open();
  const pending = decoder.decode(job());
  decoder.close();
  assert.equal(await code(pending), "cancelled");
  assert.deepEqual([pool.size, timers.size], [0, 0]);
});

Deno.test("there are no more decoders than the limit", pure, async () => {
  const { pool, threads } = rig(2);
  const decoders = [pool.open(), pool.open()];
  const refused = pool.open();
  assert.equal(await code(refused.decode(job())), "too-many-decoders");
  refused.close();
  assert.deepEqual([pool.size, threads.length], [2, 2]);
  decoders[0]!.close();
  pool.open();
  assert.deepEqual([pool.size, threads.length], [2, 3]);
});

Deno.test("a worker that cannot be started does not count", pure, async () => {
  const pool = new DecoderPool({
    start: () => {
      throw new TypeError("no threads here");
    },
  });
  assert.equal(await code(pool.open().decode(job())), "decoder-failed");
  assert.equal(pool.size, 0);
});

Deno.test("pools may share their limit", pure, async () => {
  let all = 0;
  const count: DecoderCount = { add: (change) => all += change };
  const [one, two] = [rig(2, count), rig(2, count)];
  const [first, second] = [one.pool.open(), two.pool.open()];
  const refused = two.pool.open();
  assert.equal(await code(refused.decode(job())), "too-many-decoders");
  assert.deepEqual([one.pool.size, two.pool.size, all], [1, 1, 2]);
  for (const decoder of [first, second, refused]) decoder.close();
  assert.equal(all, 0);
});
