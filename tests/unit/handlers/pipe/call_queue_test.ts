import assert from "node:assert/strict";
import { ApiMisuseError } from "../../../../lib/errors.ts";
import { PIPE_WAITING_CALLS } from "../../../../lib/limits.ts";
import { FakeClient } from "../../../support/fake_client.ts";
import { pure } from "../../../support/pure.ts";
import { Bench } from "./bench.ts";

/** A client that accepts typed text when the test lets it. */
class SlowClient {
  readonly typed: string[] = [];
  readonly #waiting: ((wasSent: boolean) => void)[] = [];
  /** Calls that may wait; further ones are refused. */
  limit = Infinity;

  constructor(client: FakeClient) {
    Object.assign(client.source, { typeText: (text: string) => this.#type(text) });
  }

  #type(text: string): Promise<boolean> {
    if (this.#waiting.length >= this.limit) {
      throw new ApiMisuseError("queue-full", "the queue is full");
    }
    this.typed.push(text);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push(resolve);
    return promise;
  }

  /** @param wasSent `false` for a client that ended before. */
  take(count = Infinity, wasSent = true): void {
    for (const resolve of this.#waiting.splice(0, count)) resolve(wasSent);
  }
}

async function slow(bench: Bench): Promise<SlowClient> {
  return new SlowClient(await bench.client());
}

function typing(source: number, text: string, id?: number): string {
  return `${JSON.stringify({ verb: "typeText", source, args: [text], id })}\n`;
}

pure("a call that waits is answered once it was sent, later calls before it", async () => {
  await using bench = new Bench();
  const client = await slow(bench);
  await bench.write(typing(2, "a", 1) + typing(2, "b", 2));
  await bench.call({ verb: "wheel", source: 2, args: [1], id: 3 });
  assert.deepEqual(await bench.read(), { id: 3, result: true });
  assert.deepEqual(client.typed, ["a", "b"]);
  client.take(1);
  assert.deepEqual(await bench.read(), { id: 1, result: true });
  client.take(1, false);
  assert.deepEqual(await bench.read(), { id: 2, result: false }, "the client ended before");
});

pure(
  "a program with too many waiting calls is not read, and loses none of them",
  async () => {
    await using bench = new Bench();
    const client = await slow(bench);
    const texts = Array.from({ length: 3 * PIPE_WAITING_CALLS + 1 }, (_, i) => `${i}`);
    const written = bench.write(texts.map((text) => typing(2, text)).join(""));
    for (let round = 1; round <= 3; round++) {
      await bench.settled();
      assert.equal(client.typed.length, round * PIPE_WAITING_CALLS);
      client.take();
    }
    await bench.settled();
    assert.deepEqual(client.typed, texts);
    client.take();
    await written;
  },
);

pure("one slow client does not delay calls for another one", async () => {
  await using bench = new Bench();
  const first = await slow(bench);
  const second = await slow(bench);
  for (let i = 1; i <= PIPE_WAITING_CALLS; i++) await bench.write(typing(2, `${i}`));
  await bench.write(typing(3, "other"));
  await bench.settled();
  assert.deepEqual(second.typed, ["other"]);
  first.take();
  second.take();
});

pure("calls that do not fit the client's queue together are done one by one", async () => {
  await using bench = new Bench();
  const client = await slow(bench);
  client.limit = 1;
  const written = bench.write(typing(2, "a", 1) + typing(2, "b", 2) + typing(2, "c", 3));
  for (const id of [1, 2, 3]) {
    await bench.settled();
    assert.equal(client.typed.length, id);
    client.take();
    assert.deepEqual(await bench.read(), { id, result: true });
  }
  await written;
  client.limit = 0;
  await bench.write(typing(2, "d", 4));
  const { code } = await bench.read();
  assert.equal(code, "queue-full", "no waiting call will make room");
});

pure("a client that accepts nothing does not delay the end", async () => {
  await using bench = new Bench();
  const client = await slow(bench);
  const lines = Array.from({ length: 2 * PIPE_WAITING_CALLS }, (_, i) => typing(2, `${i}`));
  const written = bench.write(lines.join(""));
  await bench.settled();
  assert.equal(client.typed.length, PIPE_WAITING_CALLS);
  bench.pipe.release();
  await written;
  await bench.exit();
  assert.equal(client.typed.length, lines.length);
  client.take(Infinity, false);
});

pure("a verb without a result gives null", async () => {
  await using bench = new Bench();
  const client = await bench.client();
  Object.assign(client.source, { targetVerbose: () => {}, targetAlloc: () => undefined });
  for (const [id, verb] of ["snapshot", "targetVerbose", "targetParent", "targetAlloc"].entries()) {
    await bench.call({ verb, source: 2, id });
    assert.deepEqual(await bench.read(), { id, result: null }, verb);
  }
});

pure("a segment from a verb can be used by its number at once", async () => {
  await using bench = new Bench();
  const client = await bench.client();
  const [pushed, parent] = [new FakeClient(8), new FakeClient(9)];
  Object.assign(client.source, {
    targetAlloc: () => pushed.source,
    targetParent: () => parent.source,
  });
  for (const [verb, source] of [["targetAlloc", 8], ["targetParent", 9]] as const) {
    await bench.call({ verb, source: 2, args: ["debug"], id: 1 });
    assert.deepEqual(await bench.read(), { id: 1, result: source });
    await bench.call({ verb: "targetDisplayhint", source, args: [800, 600], id: 2 });
    assert.deepEqual(await bench.read(), { id: 2, result: true });
  }
  assert.deepEqual(pushed.calls, [["targetDisplayhint", 800, 600]]);
});
