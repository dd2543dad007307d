// Handlers that throw, reject or hang. Every bench checks that each client that was taken gets one
// `terminated`, and nothing behind it.

import assert from "node:assert/strict";
import type { Source } from "../../lib/mod.ts";
import type { HandlerCall } from "../support/listen.ts";
import { Bench } from "../support/listen.ts";

const FAILURES = {
  "throws": () => {
    throw new Error("out of order");
  },
  "rejects": () => Promise.reject(new Error("out of order")),
} as const;

for (const [how, fail] of Object.entries(FAILURES)) {
  Deno.test(`a handler of requests that ${how} refuses its client alone`, async () => {
    let isBroken = true;
    await using bench = await Bench.start({
      listen: (source, status, bench) => {
        if (status.kind !== "segment_request") return undefined;
        if (isBroken) return fail();
        source.acceptTarget(bench.takeClient);
        return undefined;
      },
    });
    using unlucky = await bench.connect({ key: await bench.addKey() });
    assert.ok(await unlucky.login());
    unlucky.register();
    await unlucky.untilClosed();
    assert.equal(bench.log.of("handler-failed").length, 1);
    isBroken = false;
    using lucky = await bench.login();
    await lucky.roundTrip(bench);
  });

  for (const kind of ["registered", "preroll", "ident", "terminated"] as const) {
    Deno.test(`a handler of clients that ${how} at ${kind} hurts its own client alone`, async () => {
      let victim: number | undefined;
      await using bench = await Bench.start({
        client: (source, status) => {
          victim ??= source.id;
          return source.id === victim && status.kind === kind ? fail() : undefined;
        },
      });
      using unlucky = await bench.connect({ key: await bench.addKey() });
      assert.ok(await unlucky.login());
      unlucky.register();
      await unlucky.flush();
      await bench.until(() => victim !== undefined, "the unlucky one");
      using good = await bench.login();
      unlucky.session.sendEvent(0, {
        category: "external",
        kind: "ident",
        message: new TextEncoder().encode("me"),
      });
      await unlucky.flush();
      if (kind !== "terminated") await unlucky.untilEvent("exit");
      unlucky.close();
      const ended = () => bench.kindsBySource().get(victim!)!.at(-1) === "terminated";
      await bench.until(ended, "the end of the unlucky one");
      await good.roundTrip(bench);
      const failures = bench.log.of("handler-failed");
      assert.ok(failures.length >= 1);
      assert.ok(failures.every(({ fields }) => fields["source"] === victim));
      assert.match(String(failures[0]!.fields["error"]), /out of order/);
    });
  }
}

Deno.test("a handler that hangs holds up its own client alone", async () => {
  const gate = Promise.withResolvers<void>();
  let stuck: number | undefined;
  await using bench = await Bench.start({
    client: (source, status) => {
      stuck ??= source.id;
      return source.id === stuck && status.kind === "preroll" ? gate.promise : undefined;
    },
  });
  using held = await bench.connect({ key: await bench.addKey() });
  assert.ok(await held.login());
  held.register();
  await held.flush();
  await untilPreroll(bench);
  for (let i = 0; i < 5; i++) {
    using good = await bench.login();
    await good.roundTrip(bench);
  }
  assert.deepEqual(bench.kindsBySource().get(stuck!), ["registered", "preroll"]);
  gate.resolve();
  await held.untilEvent("activate");
  await held.roundTrip(bench);
});

Deno.test("cutting off a client whose handler is busy is no fault of the client", async () => {
  const gate = Promise.withResolvers<void>();
  let source: Source | undefined;
  await using bench = await Bench.start({
    client: async (client, status) => {
      source = client;
      if (status.kind !== "preroll") return;
      await gate.promise;
      assert.equal(client.targetInput("too late"), false, "the connection has ended");
      assert.equal(client.targetDisplayhint(100, 100), false);
    },
  });
  using client = await bench.connect({ key: await bench.addKey() });
  assert.ok(await client.login());
  client.register();
  await client.flush();
  await untilPreroll(bench);
  bench.listener.abort();
  await client.untilClosed();
  gate.resolve();
  await bench.listener.finished();
  assert.ok(source!.isEnded);
  assert.deepEqual(bench.calls.at(-1)!.status, { kind: "terminated", last_words: "" });
  assert.equal(bench.log.of("client-left")[0]!.level, "info");
  assert.deepEqual(bench.log.of("handler-failed"), []);
});

async function untilPreroll(bench: Bench): Promise<void> {
  const isClient = ({ role, status }: HandlerCall) =>
    role === "client" && status.kind === "preroll";
  await bench.until(() => bench.calls.some(isClient), "the preroll of a client");
}
