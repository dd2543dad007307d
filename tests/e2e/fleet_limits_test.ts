/** Limits that hosts of a fleet count together, over real sockets and servers. */

import assert from "node:assert/strict";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { viewOf } from "../../lib/control/start.ts";
import {
  FleetConnection,
  FleetCounts,
  type FleetPlace,
  type FleetState,
} from "../../lib/fleet/mod.ts";
import { MAX_COUNTS_BYTES, PENALTY_FREE_FAILURES } from "../../lib/limits.ts";
import type { ClientsElsewhere } from "../../lib/net/key_clients.ts";
import { attack, unknownKeyHello } from "../support/attacks.ts";
import { controlOf } from "../support/ctl.ts";
import { addToFleet } from "../support/fleet.ts";
import { Bench, type BenchOptions } from "../support/listen.ts";
import { Listening } from "../support/listening.ts";
import { LogBook, type LogLine } from "../support/log_book.ts";
import { NatsServer, NEEDS_NATS } from "../support/nats.ts";

const HELLO = unknownKeyHello();

/** A listener in this process that counts in a fleet. */
class Host implements AsyncDisposable {
  private constructor(
    readonly bench: Bench,
    readonly connection: FleetConnection,
    readonly counts: FleetCounts,
  ) {}

  static async start(
    server: NatsServer,
    id: string,
    options: BenchOptions = {},
    user?: FleetPlace["user"],
  ): Promise<Host> {
    const bench = await Bench.start(options);
    const place = { servers: [server.url], name: "fleet", user };
    const connection = await FleetConnection.open(place, id);
    const { counts } = viewOf(bench.listener);
    const open = { connection, host: id, counts: counts!, log: bench.log };
    return new Host(bench, connection, await FleetCounts.open(open));
  }

  /** Waits until a message has made something true. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await this.connection.nats.flush();
  }

  /** Waits until servers can be reached, or cannot. */
  async untilState(state: FleetState): Promise<void> {
    if (this.connection.state === state) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = this.connection.onState(() => resolve());
    await promise;
    end();
  }

  /** What the other hosts have told. */
  get others(): ClientsElsewhere {
    return viewOf(this.bench.listener).counts!.clients.elsewhere!;
  }

  /** How long the network that has the longest penalty has it. */
  get penaltyMs(): number {
    return viewOf(this.bench.listener).counts!.gate.used.maxPenaltyMs;
  }

  /** Tries to log in. */
  async isLetIn(key: PrivateKey): Promise<boolean> {
    using client = await this.bench.connect({ key });
    const refused = () => this.bench.log.of("login-refused").length;
    const [before, letIn] = [refused(), this.bench.requests];
    if (await client.login()) client.register();
    await client.flush();
    await this.bench.until(() => refused() > before || this.bench.requests > letIn, "a decision");
    return this.bench.requests > letIn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.counts[Symbol.asyncDispose]();
    await this.connection.close();
    await this.bench[Symbol.asyncDispose]();
  }
}

function test(name: string, run: (server: NatsServer) => Promise<void>): void {
  Deno.test({
    name: `limits of a fleet: ${name}`,
    ...NEEDS_NATS,
    async fn() {
      await using server = await NatsServer.start();
      await run(server);
    },
  });
}

function failLogins(port: number, address: string, count: number) {
  return attack({ port, addresses: [address], bytes: HELLO, count, atOnce: 1 });
}

test("a key with two places has them at any of three hosts", async (server) => {
  await using one = await Host.start(server, "one");
  await using two = await Host.start(server, "two");
  await using three = await Host.start(server, "three");
  const key = await one.bench.addKey();
  for (const { bench } of [one, two, three]) {
    await bench.keystore.add(["demo"], key.publicKey);
    await bench.keystore.set(key.publicKey.toBase64(), { maxClients: 2 });
  }
  using first = await one.bench.login({ key });
  await two.until(() => two.others.count === 1);
  using _second = await two.bench.login({ key });
  await three.until(() => three.others.count === 2);
  assert.equal(await three.isLetIn(key), false);
  const [{ fields }] = three.bench.log.of("login-refused") as [LogLine];
  assert.equal(fields["reason"], "too-many-of-key");
  assert.match(`${fields["detail"]}`, /\(2; 2 of them at other hosts\)$/);
  const row = three.bench.listener.limits.find(({ name }) => name === "max-clients-per-key");
  assert.equal(row!.used, 2);
  first.close();
  await three.until(() => three.others.count === 1);
  assert(await three.isLetIn(key));
});

test("a penalty that is earned at one host closes the network out at another", async (server) => {
  await using one = await Host.start(server, "one");
  await using two = await Host.start(server, "two");
  await failLogins(one.bench.listener.address.port, "127.0.1.1", PENALTY_FREE_FAILURES);
  await failLogins(two.bench.listener.address.port, "127.0.1.1", 1);
  for (const host of [one, two]) {
    await host.until(() => host.penaltyMs > 0);
    await failLogins(host.bench.listener.address.port, "127.0.1.1", 3);
    const [line] = host.bench.log.of("limit-reached");
    assert.deepEqual([line!.fields["limit"], line!.fields["address"]], ["penalty", "127.0.1.1"]);
  }
  using _good = await two.bench.login();
});

test("while no server can be reached a host counts alone, and then together again", async (server) => {
  await using one = await Host.start(server, "one", { limits: { maxClientsPerKey: 2 } });
  await using two = await Host.start(server, "two", { limits: { maxClientsPerKey: 2 } });
  const key = await one.bench.addKey();
  await two.bench.keystore.add(["demo"], key.publicKey);
  await one.until(() => one.others.hosts === 1);
  await server.kill();
  await two.untilState("away");
  using _first = await one.bench.login({ key });
  using _second = await one.bench.login({ key });
  assert.equal(await one.isLetIn(key), false);
  assert(await two.isLetIn(key));
  assert.deepEqual(two.bench.log.of("fleet-limits-alone"), []);
  await server.restart();
  await two.untilState("connected");
  await two.until(() => two.others.count === 2);
  assert.equal(await two.isLetIn(key), false);
});

test("what no host sends does nothing", async (server) => {
  await using host = await Host.start(server, "one");
  const { nats, names } = host.connection;
  const bad: [string, string][] = [
    ["evil", "{"],
    ["evil", `{"all":true${" ".repeat(MAX_COUNTS_BYTES)}}`],
    ["evil$", '{"all":true}'],
    ["e".repeat(65), '{"all":true}'],
  ];
  for (const [id, text] of bad) nats.publish(names.counts(id), text);
  await nats.flush();
  assert.equal(host.bench.log.of("fleet-limits-refused").length, bad.length);
  assert.equal(host.others.hosts, 0);
  nats.publish(names.counts("good"), '{"all":true}');
  await nats.flush();
  assert.equal(host.others.hosts, 1);
});

test("`listen --workers` counts with the others what happens in its threads", async (server) => {
  await using host = await Host.start(server, "one");
  const flags = ["--fleet", server.url, "--max-clients-per-key", "1"];
  await using listening = await Listening.startWith(
    async (keystore) => await addToFleet(server, keystore.list()[0]!.publicKey),
    ...[...flags, "--workers", "2"],
  );
  await host.bench.keystore.add(["demo"], listening.key.publicKey);
  await host.bench.keystore.set(listening.key.publicKey.toBase64(), { maxClients: 1 });
  const [, text] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+)/);
  const port = Number(text);

  const client = await listening.connect();
  await host.until(() => host.others.count === 1);
  assert.equal(await host.isLetIn(listening.key), false);
  using control = await controlOf(listening);
  const used = async (limit: string) =>
    (await control.call("limits", {})).find(({ name }) => name === limit)!.used;
  assert.equal(await used("max-clients-per-key"), 1);
  // A host tells all once a second at most, also when it is asked.
  while ((await control.call("stats", {})).fleet_other_hosts !== 1);
  assert.equal((await control.call("stats", {})).fleet_other_clients, 0);
  await client.close();
  await host.until(() => host.others.count === 0);

  for (let i = 1; i <= PENALTY_FREE_FAILURES + 1; i++) {
    await failLogins(port, "127.0.1.1", 1);
    await listening.err.until(new RegExp(`(?:login-refused[^]*){${i}}`));
  }
  await host.until(() => host.penaltyMs > 0);
  await failLogins(host.bench.listener.address.port, "127.0.1.1", 3);
  const [line] = host.bench.log.of("limit-reached")
    .filter(({ fields }) => fields["limit"] === "penalty");
  assert.equal(line!.fields["address"], "127.0.1.1");
  await failLogins(host.bench.listener.address.port, "127.0.1.2", PENALTY_FREE_FAILURES + 1);
  // Each try is either a failed login or closed out.
  while (!listening.err.text.includes("limit=penalty address=127.0.1.2")) {
    await failLogins(port, "127.0.1.2", 1);
  }
  assert.equal(await listening.stop(), 0);
  await host.until(() => host.others.hosts === 0);
});

Deno.test({
  name: "limits of a fleet: a user that may not take part is told what it lacks",
  ...NEEDS_NATS,
  async fn() {
    const config = `authorization { users = [
      { user: a, password: a, permissions: { publish: ["fleet.>"], subscribe: ["fleet_inbox.listeners.>"] } }
    ] }`;
    await using server = await NatsServer.start({ config });
    const connection = await FleetConnection.open({
      servers: [server.url],
      name: "fleet",
      user: { name: "a", password: "a" },
    }, "test");
    await using bench = await Bench.start();
    const { counts } = viewOf(bench.listener);
    await assert.rejects(
      FleetCounts.open({ connection, host: "a", counts: counts!, log: new LogBook() }),
      /fleet\.counts\.\*.*ermission.*let this user publish and subscribe there/,
    );
    await connection.close();
  },
});

Deno.test({
  name: "limits of a fleet: one line says that the servers permit it no more",
  ...NEEDS_NATS,
  async fn() {
    const config = (publish: string, subscribe: string) =>
      `authorization { users = [ { user: a, password: a, permissions: {
        publish: ["fleet.counts.${publish}"], subscribe: ["fleet_inbox.>", "fleet.counts.${subscribe}"]
      } } ] }`;
    for (
      const [publish, subscribe, says] of [["*", "none", "subscribe"], ["none", "*", "publish"]]
    ) {
      await using server = await NatsServer.start({ config: config("*", "*") });
      await using host = await Host.start(server, "one", {}, { name: "a", password: "a" });
      await server.reconfigure(config(publish!, subscribe!));
      const alone = () => host.bench.log.of("fleet-limits-alone");
      await host.bench.until(() => alone().length > 0, "refused");
      const [{ level, fields }] = alone() as [LogLine];
      assert.equal(level, "warn");
      assert.match(
        `${fields["detail"]}`,
        new RegExp(`do not let this user ${says} (to )?.*fleet.counts.*; permit it, then start`),
      );
      using _client = await host.bench.login();
      assert.equal(alone().length, 1);
    }
  },
});
