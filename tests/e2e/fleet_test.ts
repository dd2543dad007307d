/** Listeners of a fleet: one keystore for all, and what holds while the servers are away. */

import assert from "node:assert/strict";
import { Keystore } from "../../keystore/mod.ts";
import { FleetError, KeystoreError } from "../../lib/errors.ts";
import { FleetConnection } from "../../lib/fleet/mod.ts";
import { FLEET_STALE_MS } from "../../lib/limits.ts";
import { makeCertificate } from "../support/certificate.ts";
import { Changes } from "../support/changes.ts";
import { freshKey } from "../support/clients.ts";
import { TestFleet, withNats } from "../support/fleet.ts";
import { places, testKey, testKeyText } from "../support/keystore.ts";
import { runIn } from "../support/keystore_cli.ts";
import { Bench } from "../support/listen.ts";
import { Listening, TestSource } from "../support/listening.ts";
import { NatsServer, NEEDS_NATS } from "../support/nats.ts";

function test(name: string, run: (server: NatsServer, directory: string) => Promise<void>): void {
  Deno.test({ name: `fleet: ${name}`, ...NEEDS_NATS, fn: () => withNats(run) });
}

test(
  "a key that is added or removed anywhere counts at each listener that runs",
  async (server, directory) => {
    const flags = ["--fleet", server.url];
    const keystore = (...args: string[]) =>
      runIn({}, ["--keystore", `${directory}/a12`, ...flags, ...args]);
    await using listening = await Listening.start(...flags, "--workers", "2");
    const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+) as demo\n/);
    const key = freshKey();
    const connect = () => TestSource.connect(Number(port), key, "test", "tui");
    await assert.rejects(connect());
    const added = await keystore("add", "demo", key.publicKey.toBase64(), "--comment", "Anna");
    assert.match(added.stdout, /^added .* for demo \(fleet_keys\/key\..*\): "Anna"\n$/);
    const client = await connect();
    await client.activated();
    const { stdout } = await keystore("list", "demo", "--json");
    assert.equal(JSON.parse(stdout)[0].comment, "Anna");
    assert.equal((await keystore("remove", key.publicKey.toBase64(), "--end-sessions")).code, 0);
    await assert.rejects(client.until(() => false), /the connection has ended/);
    await client.close();
    await assert.rejects(connect());
    // Those of its own directory do not count.
    await assert.rejects(listening.connect());
  },
);

test(
  "without servers known keys log in for a time, and unknown ones never",
  async (server, directory) => {
    const fleet = await TestFleet.make(server, directory);
    const states: string[] = [];
    const changes = new Changes();
    let aheadMs = 0;
    await using keystore = await fleet.open({
      nowMs: () => performance.now() + aheadMs,
      onState(state) {
        states.push(state);
        changes.notify();
      },
    });
    const until = (state: string) => changes.until(() => states.at(-1) === state, () => state);
    await keystore.add(["demo"], testKey(1));
    const notes = keystore.notes.open();
    await server.kill();
    await until("unconfirmed");
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
    assert.equal(keystore.accepts(testKey(2), "demo").accepted, false);
    const isUnreachable = (error: unknown) =>
      error instanceof FleetError && error.code === "fleet-unreachable";
    await assert.rejects(
      async () => await keystore.openPlaces(places("demo", 9)).reserve(testKey(2)),
      isUnreachable,
    );
    await assert.rejects(keystore.add(["demo"], testKey(3)), isUnreachable);
    await assert.rejects(keystore.refresh(), isUnreachable);
    notes.knock(testKey(2), "demo", "192.0.2.1");
    notes.login(testKey(1), "192.0.2.2");
    await keystore.notes.flush();
    assert.deepEqual(keystore.notes.knocks(), []);
    aheadMs = FLEET_STALE_MS;
    await until("stale");
    assert.throws(
      () => keystore.accepts(testKey(1), "demo"),
      (error) => error instanceof KeystoreError && error.code === "keystore-stale",
    );
    await server.restart();
    await until("current");
    assert(keystore.ageMs < FLEET_STALE_MS);
    assert.equal(keystore.accepts(testKey(1), "demo").accepted, true);
    await notes.close();
    await keystore.notes.flush();
    assert.equal(keystore.notes.knocks().length, 1);
    assert.equal(keystore.notes.lastLogins().get(testKeyText(1))?.address, "192.0.2.2");
    assert.equal((await keystore.add(["demo"], testKey(3))).change, "new");
  },
);

test(
  "a keystore does not tell of connections that are cut because the process ends",
  async (server, directory) => {
    const fleet = await TestFleet.make(server, directory);
    const states: string[] = [];
    await using keystore = await fleet.open({ onState: (state) => void states.push(state) });
    FleetConnection.endWithin(0);
    while (keystore.state === "current") await Deno.stat(directory);
    // This looks at the state as each check of the copy does.
    assert(keystore.stateMs >= 0);
    assert.deepEqual(states, []);
  },
);

test(
  "a change that was made while a listener was cut off counts when it is back",
  async (server, directory) => {
    const fleet = await TestFleet.make(server, directory);
    const changes = new Changes();
    const states: string[] = [];
    await using keystore = await fleet.open({
      onState(state) {
        states.push(state);
        changes.notify();
      },
    });
    await keystore.add(["demo"], testKey(1));
    await keystore.add(["demo"], testKey(2));
    await server.kill();
    await changes.until(() => states.at(-1) === "unconfirmed", () => "unconfirmed");
    await server.restart();
    {
      await using other = await fleet.open();
      await other.remove(testKeyText(1), { endSessions: true });
      await other.add(["demo"], testKey(3));
    }
    await changes.until(() => states.at(-1) === "current", () => "current");
    const isIn = (key: number) => keystore.accepts(testKey(key), "demo").accepted;
    assert.deepEqual([1, 2, 3].map(isIn), [false, true, true]);
    assert.deepEqual(keystore.notes.revoked(), [testKeyText(1)]);
  },
);

test(
  "the keystore tells at once when a key was removed with its sessions, and of no other removal",
  async (server, directory) => {
    const fleet = await TestFleet.make(server, directory);
    await using keystore = await fleet.open();
    await using other = await fleet.open();
    for (const key of [1, 2]) await other.add(["demo"], testKey(key));
    await other.remove(testKeyText(1), { endSessions: true });
    await keystore.refresh();
    assert.deepEqual(keystore.notes.revoked(), [testKeyText(1)]);
    let told = 0;
    const tell = () => void told++;
    void keystore.notes.revocation().then(tell);
    await other.remove(testKeyText(2));
    await keystore.refresh();
    assert.equal(told, 0);
    await other.add(["demo"], testKey(1));
    const removed = keystore.notes.revocation();
    await other.remove(testKeyText(1), { endSessions: true });
    await removed;
    assert.deepEqual(keystore.notes.revoked(), [testKeyText(1)]);
  },
);

test(
  "an entry that is purged past the keystore goes from the copies as well",
  async (server, directory) => {
    const fleet = await TestFleet.make(server, directory);
    await using keystore = await fleet.open();
    await keystore.add(["demo"], testKey(1));
    await keystore.add(["demo"], testKey(2));
    {
      const { jetstreamManager } = await import("@nats-io/jetstream");
      const { connect } = await import("@nats-io/transport-node");
      const nats = await connect({ servers: server.url });
      await (await jetstreamManager(nats)).streams.purge("KV_test_keys");
      await nats.close();
    }
    while (keystore.list().length > 0) await keystore.refresh();
    assert.deepEqual(keystore.list(), []);
  },
);

test(
  "a login that no server can confirm any more is refused and costs no penalty",
  async (server, directory) => {
    const fleet = await TestFleet.make(server, directory);
    let aheadMs = 0;
    await using storage = await fleet.open({ nowMs: () => performance.now() + aheadMs });
    await using bench = await Bench.start({ storage });
    const key = freshKey();
    await storage.add(["demo"], key.publicKey);
    (await bench.login({ key })).close();
    await server.kill();
    aheadMs = FLEET_STALE_MS;
    assert.equal(storage.state, "stale", "/ready tells balancers");
    using client = await bench.connect({ key });
    assert.equal(await client.login(), false);
    await bench.until(() => bench.log.of("login-refused").length > 0, "the refusal");
    const reasons = bench.log.of("login-refused").map(({ fields }) => fields["reason"]);
    assert.deepEqual(reasons, ["keystore-stale"]);
  },
);

Deno.test("listen --fleet does not start without a server, and says why", async () => {
  await using listening = await Listening.start("--fleet", "nats://127.0.0.1:1");
  assert.equal((await listening.process.status).code, 1);
  const text = await listening.err.rest();
  assert.match(
    text,
    /^error: none of the servers of the fleet at nats:\/\/127\.0\.0\.1:1 can be used:/m,
  );
  assert.doesNotMatch(text, /listening on/);
});

test("keystore copy takes keys from a directory to a fleet and back", async (server, directory) => {
  const root = `${directory}/a12`;
  const source = await Keystore.open(root);
  await source.add(["demo"], testKey(1), { comment: "Anna", maxClients: 2 });
  await Deno.writeTextFile(`${root}/accepted/second`, `other,max-clients=1 ${testKeyText(1)}\n`);
  await Deno.writeTextFile(`${root}/accepted/broken`, `demo,expires=never ${testKeyText(2)}\n`);
  const notes = source.notes.open();
  notes.login(testKey(1), "192.0.2.1");
  notes.knock(testKey(9), "demo", "192.0.2.9");
  await notes.close();
  const keystore = (...args: string[]) =>
    runIn({}, ["--keystore", root, "--fleet", server.url, "--fleet-name", "test", ...args]);
  const there = await keystore("copy", "--from", root, "--to", "fleet");
  assert.equal(there.code, 1);
  assert.equal(there.stdout, "1 added, 0 changed, 0 there already\n");
  assert.match(there.stderr, /\nerror: 1 of 2 keys were left out\n$/);
  const back = await keystore("copy", "--from", "fleet", "--to", `${directory}/copy`);
  assert.deepEqual([back.code, back.stdout], [0, "1 added, 0 changed, 0 there already\n"]);
  const again = await keystore("copy", "--from", "fleet", "--to", `${directory}/copy`);
  assert.equal(again.stdout, "0 added, 0 changed, 1 there already\n");
  const copy = await Keystore.open(`${directory}/copy`);
  const [entry] = copy.list();
  assert.deepEqual([...entry!.tags].sort(), ["demo", "other"]);
  assert.deepEqual([entry!.conditions.comment, entry!.conditions.maxClients], ["Anna", 1]);
  assert.equal(copy.notes.lastLogins().get(testKeyText(1))?.address, "192.0.2.1");
  assert.equal(copy.notes.knocks().length, 1);
});

test(
  "servers with TLS are checked by our authority and check our certificate",
  async (_server, directory) => {
    const [server, client] = [await makeCertificate(), await makeCertificate()];
    const files = { cert: server.cert, key: server.key, ours: client.cert, secret: client.key };
    const path = (name: string) => `${directory}/${name}.pem`;
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(path(name), text);
    const config = `tls { cert_file: "${path("cert")}", key_file: "${path("key")}", ` +
      `ca_file: "${path("ours")}", verify: true }`;
    await using tls = await NatsServer.start({ host: "127.0.0.1", config });
    const list = async (scheme: string, ...flags: string[]) => {
      const fleet = `${scheme}://127.0.0.1:${tls.port}`;
      const { code } = await runIn({}, [
        ...["--keystore", `${directory}/a12`, "--fleet", fleet, ...flags, "list"],
      ]);
      return code;
    };
    const ours = ["--fleet-cert", path("ours"), "--fleet-key", path("secret")];
    assert.equal(await list("tls", "--fleet-ca", path("cert"), ...ours), 0);
    assert.equal(await list("tls", ...ours), 1);
    assert.equal(await list("tls", "--fleet-ca", path("ours"), ...ours), 1);
    assert.equal(await list("nats"), 1);
  },
);
