// Limits of one client: its time, its segments, and clients of one key.

import assert from "node:assert/strict";
import type { TestClient } from "../support/clients.ts";
import { Bench } from "../support/listen.ts";

/** The last words that a client has got. */
function lastWords({ events }: TestClient): string | undefined {
  for (const event of events) {
    if (event.type === "control" && event.control.command === "shutdown") {
      return event.control.lastWords;
    }
  }
  return undefined;
}

const TIMES = [
  ["max-session", { maxSessionMs: 1 }, "session ended after 0 s"],
  ["max-idle", { maxIdleMs: 1 }, "idle for 0 s"],
] as const;

for (const [limit, limits, words] of TIMES) {
  Deno.test(`a client whose time is up by ${limit} is told why, and the log as well`, async () => {
    await using bench = await Bench.start();
    using client = await bench.login();
    // The clients that are there are ended as well.
    bench.listener.setLimits(limits);
    await client.untilEvent("exit");
    assert.equal(lastWords(client), words);
    client.close();
    await bench.until(
      () => bench.calls.at(-1)!.status.kind === "terminated",
      "the end of the client",
    );
    const [left] = bench.log.of("client-left");
    assert.equal(left!.fields["reason"], limit);
    assert.deepEqual(bench.calls.at(-1)!.status, { kind: "terminated", last_words: limit });
  });
}

Deno.test("a client gets no more segments than it may have at the same time", async () => {
  const granted: boolean[] = [];
  await using bench = await Bench.start({
    limits: { maxSegments: 2 },
    client: (source, status) => {
      if (status.kind !== "segment_request") return;
      granted.push(source.acceptTarget() !== undefined);
    },
  });
  using client = await bench.login();
  for (let id = 1; id <= 3; id++) {
    client.session.sendEvent(0, { category: "external", kind: "segreq", id, segkind: 16 });
  }
  await client.untilEvent("reqfail", 2);
  assert.deepEqual(granted, [true, false, false]);
  const lines = bench.log.of("limit-reached").map((
    { fields },
  ) => [fields["limit"], fields["value"]]);
  assert.deepEqual(lines, [["max-segments", 2]]);
  const row = bench.listener.limits.find(({ name }) => name === "max-segments");
  assert.deepEqual([row!.value, row!.used], [2, 2]);
});

Deno.test("clients of one key, and all clients, are limited for the logins that come", async () => {
  await using bench = await Bench.start({ limits: { maxClientsPerKey: 1 } });
  const key = await bench.addKey();
  await bench.keystore.set(key.publicKey.toBase64(), { comment: "a laptop" });
  using first = await bench.login({ key });
  const refuse = async (again: typeof key) => {
    using client = await bench.connect({ key: again });
    if (await client.login()) client.register();
    await client.untilClosed();
  };
  await refuse(key);
  using other = await bench.login();
  bench.listener.setLimits({ maxClients: 2 });
  await refuse(await bench.addKey());
  await first.roundTrip(bench);
  await other.roundTrip(bench);
  const reached = bench.log.of("limit-reached")
    .map(({ fields }) => [fields["limit"], fields["comment"], fields["value"]]);
  assert.deepEqual(reached, [
    ["max-clients-per-key", "a laptop", undefined],
    ["max-clients", undefined, 2],
  ]);
  assert.deepEqual(
    bench.log.of("login-refused").map(({ level, fields }) => [level, fields["reason"]]),
    [["debug", "too-many-of-key"], ["debug", "too-many-connections"]],
  );
});
