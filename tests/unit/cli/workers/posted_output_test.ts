import assert from "node:assert/strict";
import { PostedOutput } from "../../../../lib/cli/workers/posted_output.ts";

const LIMITS = { sender: 10, free: 0, total: 30 };

/** An output whose messages are answered by the test. */
function makeOutput() {
  const posted: { lines: string; answer: () => void }[] = [];
  const lost: number[] = [];
  const output = new PostedOutput(
    LIMITS,
    (lines) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      posted.push({ lines, answer: resolve });
      return promise;
    },
    (lines) => lost.push(lines),
  );
  return { output, posted, lost };
}

Deno.test({
  name: "the lines of a turn are one message, and the next waits for its answer",
  permissions: "none",
  fn: async () => {
    const { output, posted } = makeOutput();
    output.write("a\n", 1);
    output.write("b\n", 2);
    await Promise.resolve();
    assert.deepEqual(posted.map(({ lines }) => lines), ["a\nb\n"]);
    output.write("c\n", 1);
    output.write("d\n", 1);
    await Promise.resolve();
    assert.equal(posted.length, 1);
    posted[0]!.answer();
    await Promise.resolve();
    await Promise.resolve();
    assert.deepEqual(posted.map(({ lines }) => lines), ["a\nb\n", "c\nd\n"]);
    posted[1]!.answer();
    await output.flushed();
  },
});

Deno.test({
  name: "a sender waits while its lines do, and lines beyond the limit are counted",
  permissions: "none",
  fn: async () => {
    const { output, posted, lost } = makeOutput();
    output.write("first\n", 1);
    await Promise.resolve();
    const wait = output.write("x".repeat(11), 1);
    assert(wait instanceof Promise);
    assert.equal(output.write("other\n", 2), undefined);
    output.write("too much for all\n".repeat(2), 3);
    posted[0]!.answer();
    await wait;
    while (posted.length < 2) await Promise.resolve();
    posted[1]!.answer();
    await output.flushed();
    assert.deepEqual(lost, [2]);
  },
});
