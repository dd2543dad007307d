/** What handlers, loggers and odd clients do wrong ends neither the process nor other clients. */

import assert from "node:assert/strict";
import type { Handler, ListenSource } from "../../lib/mod.ts";
import { HANDLER_SLOW_MS } from "../../lib/limits.ts";
import { A12Error, netListen, silentLogger } from "../../lib/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { Bench } from "../support/listen.ts";

function codeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return error instanceof A12Error ? error.code : String(error);
  }
  return undefined;
}

Deno.test("a handler that throws what cannot be made text ends its own client alone", async () => {
  await using bench = await Bench.start({
    client: (_source, { kind }) => {
      if (kind === "registered") throw Object.create(null);
    },
  });
  using _client = await bench.login();
  await bench.until(() => bench.log.of("handler-failed").length > 0, "the failure");
  await bench.until(() => bench.log.of("client-left").length > 0, "the end of the client");
});

Deno.test("a handler that fails behind acceptTarget ends the client that it took", async () => {
  await using bench = await Bench.start({
    listen: (source, status, bench) => {
      if (status.kind !== "segment_request") return;
      source.acceptTarget(bench.takeClient);
      throw new Error("on second thoughts");
    },
  });
  using client = await bench.connect({ key: await bench.addKey() });
  await client.login();
  client.register();
  await client.flush();
  await bench.until(() => bench.log.of("client-left").length > 0, "the end of the client");
});

Deno.test("a handler that awaits a thenable is waited for, and its failure is seen", async () => {
  const thenable = {
    then: (_resolve: () => void, reject: (error: Error) => void) => reject(new Error("late")),
  };
  await using bench = await Bench.start({
    client: (_source, { kind }) =>
      kind === "preroll" ? thenable as unknown as Promise<void> : undefined,
  });
  using _client = await bench.login();
  await bench.until(() => bench.log.of("handler-failed").length > 0, "the failure");
});

Deno.test("a listener handler that hangs in preroll keeps no client out", async () => {
  const never = Promise.withResolvers<void>();
  await using bench = await Bench.start({
    listen: (source, status, bench) => {
      if (status.kind === "preroll") return never.promise;
      if (status.kind === "segment_request") source.acceptTarget(bench.takeClient);
      return undefined;
    },
  });
  using _client = await bench.login();
  never.resolve();
});

Deno.test("a client that leaves while its handler hangs is let go", async () => {
  const hung = Promise.withResolvers<void>();
  const isHanging = Promise.withResolvers<void>();
  using clock = new FakeClock();
  using timers = new FakeTimers();
  await using bench = await Bench.start({
    client: (_source, { kind }) => {
      if (kind !== "registered") return;
      isHanging.resolve();
      return hung.promise;
    },
  });
  using client = await bench.login();
  await isHanging.promise;
  assert.equal(bench.listener.clients.length, 1);
  clock.nowMs += HANDLER_SLOW_MS;
  timers.pass(HANDLER_SLOW_MS);
  client.close();
  await bench.until(() => bench.log.of("client-left").length > 0, "the end of the client");
  assert.equal(bench.listener.clients.length, 0);
  using other = await bench.connect({ key: client.key });
  assert.ok(await other.login(), "others log in");
  hung.resolve();
  await bench.until(() => bench.calls.at(-1)?.status.kind === "terminated", "terminated");
});

Deno.test("a logger that fails takes nobody along", async () => {
  const log = {
    log(): void {
      throw new Error("nobody reads this");
    },
  };
  const handler = (source: ListenSource, { kind }: { kind: string }) => {
    if (kind === "segment_request") source.acceptTarget();
  };
  const keystore = await Deno.makeTempDir();
  const listener = netListen("demo", "127.0.0.1", 0, handler, { keystore, log });
  const socket = await Deno.connect({ hostname: "127.0.0.1", port: listener.address.port });
  await socket.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: example\r\n\r\n"));
  assert.equal(await socket.read(new Uint8Array(1)), null);
  socket.close();
  listener.close();
  await listener.finished();
  await Deno.remove(keystore, { recursive: true });
});

Deno.test("a port in use and a bad keystore give one error, and no keystore is made", async () => {
  const directory = await Deno.makeTempDir();
  const keystore = `${directory}/not-yet`;
  await using bench = await Bench.start();
  const { port } = bench.listener.address;
  const call = () =>
    netListen("demo", "127.0.0.1", port, () => {}, { keystore, log: silentLogger });
  assert.equal(codeOf(call), "port-in-use");
  await assert.rejects(Deno.stat(keystore), Deno.errors.NotFound);
  await Deno.remove(directory);
});

Deno.test("a handler object with a misspelled kind, or with no function, is refused", () => {
  const misspelled = { segment_requests: () => {} } as unknown as Handler;
  assert.equal(codeOf(() => netListen("demo", "127.0.0.1", 0, misspelled)), "bad-handler");
  assert.equal(codeOf(() => netListen("demo", "127.0.0.1", 0, {})), "bad-handler");
  const options = { keystore: "/nowhere" } as unknown as Handler;
  assert.equal(codeOf(() => netListen("demo", "127.0.0.1", 0, options)), "bad-handler");
});

Deno.test("a display that no client could be told is refused before anything listens", () => {
  for (const display of [{ width: 640.5 }, { height: 0 }, { cellWidth: NaN }, { ppcm: -1 }]) {
    const call = () => netListen("demo", "127.0.0.1", 0, () => {}, { display, log: silentLogger });
    assert.equal(codeOf(call), "bad-argument", JSON.stringify(display));
  }
});
