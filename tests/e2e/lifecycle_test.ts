// Listeners and clients from beginning to end. Every bench checks that each client that was taken gets
// one `terminated`, and nothing behind it.

import assert from "node:assert/strict";
import type { Source, Status } from "../../lib/mod.ts";
import { DRAIN_TIMEOUT_MS, LIFETIME_CHECK_MS, LOGIN_TIMEOUT_MS } from "../../lib/limits.ts";
import { Connection } from "../../lib/net/connection.ts";
import { freshKey } from "../support/clients.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { Bench } from "../support/listen.ts";
import { REGISTER } from "../support/pair.ts";

Deno.test("a client is told of in order: registered, preroll, privdrop, its end", async () => {
  await using bench = await Bench.start();
  const client = await bench.login();
  client.close();
  await bench.until(() => bench.calls.at(-1)?.status.kind === "terminated", "terminated");
  assert.deepEqual(bench.calls.map(({ role, status }) => `${role} ${status.kind}`), [
    "listener preroll",
    "listener segment_request",
    "client registered",
    "client preroll",
    "client privdrop",
    "client terminated",
  ]);
  assert.equal(bench.log.of("client-authenticated").length, 1);
  assert.equal(bench.log.of("client-left").length, 1);
});

Deno.test("closing the listener keeps 100 of 100 clients and refuses a new one", async () => {
  await using bench = await Bench.start();
  const key = await bench.addKey();
  const clients = await Promise.all(Array.from({ length: 100 }, () => bench.login({ key })));
  const { port } = bench.listener.address;
  bench.listener.close();
  await bench.listener.stopped;
  // A connection that the system had begun to take when the socket was closed is reset.
  await assert.rejects(
    Deno.connect({ hostname: "127.0.0.1", port }),
    ({ name }: Error) => name === "ConnectionRefused" || name === "ConnectionReset",
  );
  assert.equal(bench.listener.clients.length, 100);
  await Promise.all(clients.map((client) => client.roundTrip(bench)));
  const last = bench.calls.filter(({ role }) => role === "listener").at(-1)!;
  assert.deepEqual(last.status, { kind: "terminated", last_words: "" });
  assert.ok(
    !bench.calls.some(({ role, status }) => role === "client" && status.kind === "terminated"),
  );

  for (const client of clients) client.close();
  await bench.listener.finished();
  const ended = bench.calls.filter(({ role, status }) =>
    role === "client" && status.kind === "terminated"
  );
  assert.equal(ended.length, 100);
});

Deno.test("closing during the handshake ends it, whatever its stage", async () => {
  await using bench = await Bench.start();
  const key = await bench.addKey();
  const silent = await bench.raw({ key });
  const halfway = await bench.raw({ key });
  await halfway.send(halfway.peer.ephemeralHello().take());
  await halfway.answers();
  const claimed = await bench.raw({ key });
  await claimed.send(claimed.peer.hello().take());
  await claimed.answers();
  using good = await bench.login();
  bench.listener.close();
  await Promise.all([silent, halfway, claimed].map((client) => client.untilClosed()));
  await good.roundTrip(bench);
  const refused = bench.log.of("login-refused").map(({ fields }) => fields["reason"]);
  assert.deepEqual(refused, ["listener-closed", "listener-closed"], "the silent one is no login");
  for (const client of [silent, halfway, claimed]) client.close();
});

Deno.test("closing the port lets the logins finish that have begun, and then closes", async () => {
  await using bench = await Bench.start();
  const key = await bench.addKey();
  const login = await bench.connect({ key });
  await login.flush();
  await login.read();
  const { port } = bench.listener.address;
  const over = bench.listener.closePort();
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }));
  assert.ok(!bench.listener.isClosed);
  assert.ok(await login.login());
  login.register();
  await login.whenAddressed(bench);
  await over;
  await bench.listener.stopped;
  assert.ok(bench.listener.isClosed);
  await login.roundTrip(bench);
  const kinds = bench.calls.map(({ role, status }) => `${role} ${status.kind}`);
  assert.ok(kinds.indexOf("listener terminated") > kinds.indexOf("listener segment_request"));
  login.close();
  await bench.listener.finished();
});

Deno.test("a login that does not go on holds up the closing of the port until it is refused", async () => {
  using clock = new FakeClock();
  using timers = new FakeTimers();
  await using bench = await Bench.start();
  const silent = await bench.raw();
  using good = await bench.login();
  const over = bench.listener.closePort();
  clock.nowMs += LOGIN_TIMEOUT_MS;
  timers.pass(LOGIN_TIMEOUT_MS);
  await over;
  await bench.listener.stopped;
  await good.roundTrip(bench);
  await silent.untilClosed();
  silent.close();
});

Deno.test("a listener looks at connections that are there, and keeps none that has ended", async () => {
  const { check } = Connection.prototype;
  let checks = 0;
  Connection.prototype.check = function (nowMs) {
    checks++;
    check.call(this, nowMs);
  };
  try {
    using timers = new FakeTimers();
    await using bench = await Bench.start();
    const clients = [await bench.login(), await bench.login()];
    timers.pass(LIFETIME_CHECK_MS);
    assert.equal(checks, clients.length);
    for (const client of clients) client.close();
    await bench.until(() => bench.log.of("client-left").length === 2, "the end of both clients");
    timers.pass(LIFETIME_CHECK_MS);
    assert.equal(checks, clients.length);
  } finally {
    Connection.prototype.check = check;
  }
});

Deno.test("closing ends the logins that a closed port has waited for", async () => {
  await using bench = await Bench.start();
  const silent = await bench.raw();
  using good = await bench.login();
  const over = bench.listener.closePort();
  bench.listener.close();
  await over;
  await silent.untilClosed();
  silent.close();
  await good.roundTrip(bench);
});

Deno.test("a request that is left unanswered is refused", async () => {
  await using bench = await Bench.start({ listen: () => {} });
  using client = await bench.connect({ key: await bench.addKey() });
  assert.ok(await client.login());
  client.register();
  await client.untilClosed();
  assert.ok(
    client.events.some((event) => event.type === "event" && event.event.kind === "reqfail"),
  );
  assert.equal(bench.requests, 1);
  assert.equal(bench.log.of("client-refused").length, 1);
  assert.equal(bench.log.of("login-refused").length, 0);
});

Deno.test("a request can be answered later, as long as the handler has not settled", async () => {
  const gate = Promise.withResolvers<void>();
  await using bench = await Bench.start({
    listen: async (source, status, bench) => {
      if (status.kind !== "segment_request") return;
      await gate.promise;
      source.acceptTarget(bench.takeClient);
      assert.throws(() => source.acceptTarget(), { code: "wrong-state" });
    },
  });
  using client = await bench.connect({ key: await bench.addKey() });
  assert.ok(await client.login());
  client.register();
  await client.flush();
  await bench.until(() => bench.requests === 1, "the request");
  assert.equal(bench.listener.clients.length, 0);
  gate.resolve();
  await client.untilEvent("activate");
  assert.equal(bench.listener.clients.length, 1);
});

Deno.test("a client that is deleted is told to exit, and cut off when it does not", async () => {
  await using bench = await Bench.start();
  using client = await bench.login();
  using timers = new FakeTimers();
  bench.listener.clients[0]!.deleteImage();
  await client.untilEvent("exit");
  timers.pass(DRAIN_TIMEOUT_MS);
  await client.untilClosed();
  await bench.until(() => bench.calls.at(-1)!.status.kind === "terminated", "terminated");
});

Deno.test("a client that is deleted in its preroll is told to exit and never to draw", async () => {
  await using bench = await Bench.start({
    client: (source, { kind }) => void (kind === "preroll" && source.deleteImage()),
  });
  using client = await bench.connect({ key: await bench.addKey() });
  assert.ok(await client.login());
  client.register();
  await client.untilEvent("exit");
  const [source] = bench.listener.clients;
  assert.equal(source!.typeText("too late"), false);
  assert.equal(source!.targetDisplayhint(100, 100), false);
  client.session.send({ command: "shutdown", lastWords: "" });
  await client.untilClosed();
  const sent = client.events.flatMap((event) => event.type === "event" ? [event.event.kind] : []);
  assert.deepEqual(sent, ["exit"]);
  await bench.until(() => bench.calls.at(-1)!.status.kind === "terminated", "terminated");
});

Deno.test("closeClients ends the clients that are there, and those that come later stay", async () => {
  await using bench = await Bench.start();
  using early = await bench.login();
  bench.listener.closeClients();
  await early.untilEvent("exit");
  using late = await bench.login();
  await late.roundTrip(bench);
  await late.untilEvent("activate");
  assert.ok(!late.events.some((event) => event.type === "event" && event.event.kind === "exit"));
});

Deno.test("closeClients ends a client that a handler is being asked about, however it is taken", async () => {
  for (const isTakenBefore of [true, false]) {
    const gate = Promise.withResolvers<void>();
    await using bench = await Bench.start({
      listen: async (source, status, bench) => {
        if (status.kind !== "segment_request") return;
        if (isTakenBefore) source.acceptTarget(bench.takeClient);
        await gate.promise;
        if (!isTakenBefore) source.acceptTarget(bench.takeClient);
      },
    });
    using client = await bench.connect({ key: await bench.addKey() });
    assert.ok(await client.login());
    client.register();
    await client.flush();
    await bench.until(() => bench.requests === 1, "the request");
    // One that has claimed its key and not proved it is a later one.
    using claimed = await bench.connect({ key: await bench.addKey() });
    assert.ok(await claimed.login());
    bench.listener.closeClients();
    gate.resolve();
    await client.untilEvent("exit");
    assert.ok(
      !client.events.some((event) => event.type === "event" && event.event.kind !== "exit"),
    );
    claimed.register();
    await claimed.roundTrip(bench);
  }
});

Deno.test("a client that a handler is being asked about while all are closed may be refused", async () => {
  const gate = Promise.withResolvers<void>();
  await using bench = await Bench.start({ listen: () => gate.promise });
  using client = await bench.connect({ key: await bench.addKey() });
  assert.ok(await client.login());
  client.register();
  await client.flush();
  await bench.until(() => bench.requests === 1, "the request");
  bench.listener.closeClients();
  gate.resolve();
  await client.untilClosed();
  const sent = client.events.flatMap((event) => event.type === "event" ? [event.event.kind] : []);
  assert.deepEqual(sent, ["reqfail"]);
});

Deno.test("the last words of a client are handed on", async () => {
  await using bench = await Bench.start();
  using client = await bench.login();
  client.session.send({ command: "shutdown", lastWords: "out of memory" });
  await client.untilClosed();
  await bench.until(() => bench.calls.at(-1)!.status.kind === "terminated", "terminated");
  assert.deepEqual(bench.calls.at(-1)!.status, {
    kind: "terminated",
    last_words: "out of memory",
  });
});

Deno.test("what a client sends behind its end is not handed on", async () => {
  await using bench = await Bench.start({ client: () => Promise.resolve() });
  using client = await bench.login();
  client.session.send({ command: "shutdown", lastWords: "" });
  client.session.sendEvent(0, REGISTER);
  client.session.send({ command: "shutdown", lastWords: "again" });
  await client.untilClosed();
  await bench.until(() => bench.calls.at(-1)!.status.kind === "terminated", "terminated");
});

Deno.test("a segment that is asked for is opened when it is accepted, refused when not", async () => {
  const opened: Source[] = [];
  await using bench = await Bench.start({
    client: (source, status) => {
      if (status.kind === "segment_request" && status.reqid === 7) {
        opened.push(source.acceptTarget((segment, status) => bench.takeClient(segment, status))!);
      }
    },
  });
  using client = await bench.login();
  for (const id of [7, 8]) {
    client.session.sendEvent(0, { category: "external", kind: "segreq", id, segkind: 21 });
  }
  await client.untilEvent("reqfail");
  const controls = client.events.flatMap((event) =>
    event.type === "control" && event.control.command === "newch" ? [event.control] : []
  );
  assert.deepEqual(controls.map(({ newChannel, cookie }) => [newChannel, cookie]), [[1, 7]]);
  client.session.sendEvent(1, { ...REGISTER, segkind: 21 });
  await client.flush();
  await bench.until(
    () => bench.kindsBySource().get(opened[0]!.id)?.includes("registered") ?? false,
    "the second segment",
  );
  client.close();
  await bench.until(
    () => bench.calls.filter(({ status }) => status.kind === "terminated").length === 2,
    "both ends",
  );
  const ends = bench.calls.filter(({ status }) => status.kind === "terminated").map(({ id }) => id);
  assert.equal(ends[0], opened[0]!.id, "the subsegment first");
});

Deno.test("a listener that is closed twice, or by its handler, ends once", async () => {
  const statuses: Status[] = [];
  await using bench = await Bench.start({
    listen: (source, status) => {
      statuses.push(status);
      source.deleteImage();
    },
  });
  bench.listener.close();
  await bench.listener.finished();
  assert.deepEqual(statuses.map(({ kind }) => kind), ["preroll", "terminated"]);
});

Deno.test("while the identity is damaged the last good one answers, and that is logged once", async () => {
  await using bench = await Bench.start();
  const key = await bench.addKey();
  const path = `${bench.keystore.root}/hostkeys/default`;
  const good = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, "damaged\n");
  for (let i = 0; i < 2; i++) {
    using client = await bench.login({ key });
    await client.roundTrip(bench);
  }
  assert.deepEqual(bench.log.of("own-key-kept").map(({ fields }) => fields["reason"]), [
    "bad-line",
  ]);
  await Deno.writeTextFile(path, good);
  using client = await bench.login({ key });
  await client.roundTrip(bench);
});

Deno.test("keys that come and go on disk count at once", async () => {
  await using bench = await Bench.start();
  const key = freshKey();
  using early = await bench.connect({ key });
  assert.ok(!await early.login());
  await bench.keystore.add(["demo"], key.publicKey);
  const [entry] = bench.keystore.list();
  using client = await bench.login({ key });
  await Deno.remove(`${bench.keystore.root}/accepted/${entry!.file}`);
  using late = await bench.connect({ key });
  assert.ok(!await late.login());
  await client.roundTrip(bench);
});
