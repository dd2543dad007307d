/** `listen --fleet`: records in the stream of the fleet, through all that can happen to servers. */

import assert from "node:assert/strict";
import { FleetConnection, type FleetRecord } from "../../lib/fleet/mod.ts";
import { FLEET_REQUEST_TIMEOUT_MS } from "../../lib/limits.ts";
import { freshKey, TestClient } from "../support/clients.ts";
import { controlOf } from "../support/ctl.ts";
import { listFiles } from "../support/directory.ts";
import { addToFleet } from "../support/fleet.ts";
import { RecordReader } from "../support/fleet_records.ts";
import { Listening } from "../support/listening.ts";
import { NatsServer, NEEDS_NATS } from "../support/nats.ts";

const PORT = /listening on 127\.0\.0\.1:(\d+)/;

const isEnd = ({ kind }: FleetRecord) => kind === "terminated";

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i}`);
}

/** Starts a listener with the state directory of one that was killed. */
function startAfter(killed: Listening, { url }: NatsServer): Promise<Listening> {
  const own = ["env", `XDG_STATE_HOME=${killed.directory}`] as const;
  return Listening.startBy(own, "--fleet", url, "--port", "0");
}

/** Waits until a file of a directory has a text. */
async function untilWritten(directory: string, text: string): Promise<void> {
  using watcher = Deno.watchFs(directory);
  const isWritten = () =>
    listFiles(directory).some((name) =>
      Deno.readTextFileSync(`${directory}/${name}`).includes(text)
    );
  if (isWritten()) return;
  for await (const _ of watcher) if (isWritten()) return;
}

Deno.test({
  ...NEEDS_NATS,
  name: "records and logins, refused ones too, are in the stream in order",
  async fn() {
    await using server = await NatsServer.start();
    await using listening = await Listening.start("--fleet", server.url, "--fleet-name", "f");
    await addToFleet(server, listening.key.publicKey, "f");
    const [, port] = await listening.err.until(PORT);
    const stranger = await TestClient.connect(Number(port), { key: freshKey() });
    assert.equal(await stranger.login(), false);
    stranger.close();
    const client = await listening.connect("shell");
    await client.activated();
    for (const text of numbers(300)) client.ident(text);
    await client.close();
    await listening.out.until(/client 2 terminated/);
    assert.equal(await listening.stop(), 0);

    const connection = await FleetConnection.open({ servers: [server.url], name: "f" }, "test");
    {
      await using reader = new RecordReader(connection);
      await reader.until(isEnd, 2);
      const kinds = Map.groupBy(reader.inOrder().values().toArray().flat(), ({ client }) => client);
      const of = (client: number) => kinds.get(client)!.map(({ kind }) => kind);
      assert.deepEqual(of(0), ["login_refused", "login"]);
      assert.deepEqual(of(1).slice(-2), ["segment_request", "terminated"]);
      assert.equal(of(2)[0], "registered");
      assert.equal(of(2).at(-1), "terminated");
      reader.requireIdents(1, 300);
      const [refused] = kinds.get(0)!;
      const { fleet, source, address, reason } = JSON.parse(refused!.line);
      assert.equal(fleet.name, "demo");
      assert.equal(source, 0);
      assert.match(address, /^127\.0\.0\.1:\d+$/);
      assert.equal(reason, "unknown-key");
    }
    await connection.close();
    assert.deepEqual([...Deno.readDirSync(`${listening.directory}/net-listen/fleet/f`)], []);
  },
});

Deno.test({
  ...NEEDS_NATS,
  name:
    "a server that is killed and started again while records flow loses none and has none twice",
  async fn() {
    await using server = await NatsServer.start();
    await using listening = await Listening.start("--fleet", server.url);
    await addToFleet(server, listening.key.publicKey);
    const clients = await Promise.all(["a", "b", "c"].map((title) => listening.connect(title)));
    await Promise.all(clients.map((client) => client.activated()));
    const say = async (from: number, to: number) => {
      for (let i = from; i < to; i++) for (const client of clients) client.ident(`${i}`);
      await listening.out.until({
        exec: (text) => text.split(` ident "${to - 1}"`).length > clients.length ? [] : null,
      });
    };
    await say(0, 1000);
    await server.kill();
    await say(1000, 2000);
    await listening.err.until(
      /^warning: the fleet cannot be reached: known keys log in for 3600 s, .*; records, .* wait;/m,
    );
    using control = await controlOf(listening);
    const away = await control.call("stats", {});
    assert.deepEqual(Object.keys(away.fleet_state_seconds), ["unconfirmed"]);
    assert(away.fleet_waiting_records >= 3000, `${away.fleet_waiting_records} wait`);
    assert(away.fleet_spool_bytes > 0);
    await server.restart();
    await say(2000, 3000);
    await server.kill();
    await say(3000, 4000);
    await server.restart();
    while ((await control.call("stats", {})).fleet_waiting_records > 0);
    await say(4000, 5000);
    await listening.err.until(/^the fleet can be reached again: /m);
    assert.doesNotMatch(listening.err.text, /fleet-records|fleet-limits/);
    assert.match(
      await control.call("metrics", {}),
      /^net_listen_fleet_state_seconds\{name="demo",state="current"\} \d+$/m,
    );
    await Promise.all(clients.map((client) => client.close()));
    assert.equal(await listening.stop(), 0);

    const connection = await FleetConnection.open({ servers: [server.url], name: "fleet" }, "test");
    {
      await using reader = new RecordReader(connection);
      await reader.until(isEnd, clients.length + 1);
      reader.requireIdents(clients.length, 5000);
    }
    await connection.close();
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "what a killed listener has left on the disk is sent by the next one, once",
  async fn() {
    await using server = await NatsServer.start();
    await using first = await Listening.start("--fleet", server.url);
    await addToFleet(server, first.key.publicKey);
    const client = await first.connect("a");
    await client.activated();
    for (const text of numbers(1000)) client.ident(text);
    await first.out.until(/ident "999"/);
    await server.kill();
    for (const text of numbers(2000).slice(1000)) client.ident(text);
    await first.out.until(/ident "1999"/);
    const root = `${first.directory}/net-listen/fleet/fleet`;
    const [{ name: host }] = [...Deno.readDirSync(root)] as [Deno.DirEntry];
    await untilWritten(`${root}/${host}`, '"1999"');
    await first.stop("SIGKILL");
    await server.restart();

    await using second = await startAfter(first, server);
    await second.err.until(/fleet-spool-sent host=/);
    const connection = await FleetConnection.open({ servers: [server.url], name: "fleet" }, "test");
    {
      await using reader = new RecordReader(connection);
      await reader.until(({ line }) => line.includes('"1999"'));
      reader.requireIdents(1, 2000);
    }
    await connection.close();
    assert.equal(await second.stop(), 0);
    assert.deepEqual([...Deno.readDirSync(root)], []);
  },
});

Deno.test({
  ...NEEDS_NATS,
  name:
    "kill -9 of a listener costs no login that a client has seen, also while a server is silent",
  async fn() {
    await using server = await NatsServer.start();
    await using first = await Listening.start("--fleet", server.url);
    await addToFleet(server, first.key.publicKey);
    const client = await first.connect("first");
    await client.activated();
    server.pause();
    const titles = numbers(12);
    const clients = await Promise.all(titles.map((title) => first.connect(title)));
    await Promise.all(clients.map((client) => client.activated()));
    await first.stop("SIGKILL");
    server.resume();

    await using second = await startAfter(first, server);
    await second.err.until(/fleet-spool-sent host=/);
    const connection = await FleetConnection.open({ servers: [server.url], name: "fleet" }, "test");
    {
      await using reader = new RecordReader(connection);
      await reader.until(({ kind }) => kind === "login", titles.length + 1);
      reader.inOrder();
    }
    await connection.close();
  },
});

Deno.test({
  ...NEEDS_NATS,
  name:
    "servers that are silent hold up no stop: what waits is on the disk, and the log says where",
  async fn() {
    await using server = await NatsServer.start();
    await using listening = await Listening.start("--fleet", server.url);
    await addToFleet(server, listening.key.publicKey);
    const client = await listening.connect("a");
    await client.activated();
    server.pause();
    client.ident("last");
    await listening.out.until(/ident "last"/);
    const root = `${listening.directory}/net-listen/fleet/fleet`;
    const [{ name: host }] = [...Deno.readDirSync(root)] as [Deno.DirEntry];
    const startMs = performance.now();
    assert.equal(await listening.stop("SIGTERM"), 0);
    assert(performance.now() - startMs < FLEET_REQUEST_TIMEOUT_MS);
    await listening.err.until(
      new RegExp(`fleet-records-wait records=\\d+ path=${root}/${host} detail="the listener ends;`),
    );
    const spooled = [...Deno.readDirSync(`${root}/${host}`)]
      .map(({ name }) => Deno.readTextFileSync(`${root}/${host}/${name}`)).join("");
    for (const part of ['"message":"last"', '"kind":"terminated"']) assert(spooled.includes(part));
    server.resume();
  },
});
