import assert from "node:assert/strict";
import { FleetError } from "../../../lib/errors.ts";
import { FleetConnection, type FleetState } from "../../../lib/fleet/mod.ts";
import { PassingError, patiently } from "../../../lib/fleet/patience.ts";
import { makeCertificate } from "../../support/certificate.ts";
import { inDirectory } from "../../support/directory.ts";
import { NatsCluster, NatsServer, NEEDS_NATS } from "../../support/nats.ts";

/** Resolves when the connection is in a state next. */
function becomes(connection: FleetConnection, wanted: FleetState): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = connection.onState((state) => {
    if (state !== wanted) return;
    end();
    resolve();
  });
  return promise;
}

async function refuses(
  place: Parameters<typeof FleetConnection.open>[0],
  code: string,
  text: RegExp,
) {
  await assert.rejects(FleetConnection.open(place, "test"), (error) => {
    assert(error instanceof FleetError, `${error}`);
    assert.equal(error.code, code);
    assert.match(error.message, text);
    return true;
  });
}

Deno.test("a fleet without a server that listens is unreachable", async () => {
  await refuses(
    { servers: ["nats://127.0.0.1:1"], name: "fleet" },
    "fleet-unreachable",
    /127.0.0.1:1 can be used: .*refused; start one/,
  );
});

Deno.test({
  ...NEEDS_NATS,
  name: "a connection outlives its server and says when that is away",
  async fn() {
    await using server = await NatsServer.start();
    const connection = await FleetConnection.open({ servers: [server.url], name: "a" }, "test");
    const bucket = await connection.buckets.create(connection.names.buckets.keys);
    await bucket.put("key", "kept");
    assert.equal(connection.state, "connected");

    const away = becomes(connection, "away");
    await server.kill();
    await away;
    const back = becomes(connection, "connected");
    await server.restart();
    await back;
    assert.equal((await bucket.get("key"))?.string(), "kept");
    await connection.close();
    assert.equal(connection.state, "away");
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "a connection goes to another server than the one that it has lost, or that is cut off",
  async fn() {
    await using stack = new AsyncDisposableStack();
    const servers = [stack.use(await NatsServer.start()), stack.use(await NatsServer.start())];
    const place = { servers: servers.map(({ url }) => url), name: "a" };
    const connection = await FleetConnection.open(place, "test");
    stack.defer(() => connection.close());
    const mine = () => servers.findIndex(({ url }) => url.endsWith(connection.nats.getServer()));
    const first = mine();
    // It has not held for long, but only a server that is silent may be just busy.
    connection.leaveServer();
    assert.equal(connection.state, "connected");
    let back = becomes(connection, "connected");
    connection.leaveServer(true);
    await back;
    assert.equal(mine(), 1 - first);
    // Both may say that they are cut off.
    connection.leaveServer(true);
    await connection.nats.flush();
    assert.equal(mine(), 1 - first);
    back = becomes(connection, "connected");
    await servers[1 - first]!.kill();
    await back;
    assert.equal(mine(), first);
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "three servers keep what is shared when one of them is killed",
  async fn() {
    await using cluster = await NatsCluster.start();
    const connection = await FleetConnection.open({ servers: cluster.urls, name: "a" }, "test");
    assert.equal(connection.replicas, 3);
    const { replicas } = connection;
    // The servers may not all know of each other yet.
    const bucket = await patiently(() => connection.buckets.create("a_keys", { replicas }));
    await bucket.put("key", "kept");
    const used = cluster.servers.find(({ url }) => url.includes(connection.nats.getServer()))!;
    const back = becomes(connection, "connected");
    await used.kill();
    await back;
    // Until the other two have chosen a leader, which may not know of all that is stored for a moment.
    const kept = await patiently(async () => {
      const entry = await bucket.get("key");
      if (entry === null) throw new PassingError("the entry is not there yet");
      return entry.string();
    });
    assert.equal(kept, "kept");
    await connection.close();
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "a server that wants a password is told it, and refuses another one",
  async fn() {
    await using server = await NatsServer.start({ args: ["--user", "net", "--pass", "right one"] });
    const place = { servers: [server.url], name: "a" };
    await refuses(place, "fleet-refused", /refuse this user: .*check the credentials/);
    await refuses(
      { ...place, user: { name: "net", password: "wrong one" } },
      "fleet-refused",
      /^(?!.*wrong one).*check the credentials$/,
    );
    const user = { name: "net", password: "right one" };
    await (await FleetConnection.open({ ...place, user }, "test")).close();
  },
});

Deno.test({
  ...NEEDS_NATS,
  name: "with TLS, a server must have a certificate of the authorities, and TLS at all",
  fn: () =>
    inDirectory(async (directory) => {
      const { cert, key } = await makeCertificate();
      await Deno.writeTextFile(`${directory}/cert`, cert);
      await Deno.writeTextFile(`${directory}/key`, key);
      const tls = ["--tlscert", `${directory}/cert`, "--tlskey", `${directory}/key`];
      // The certificate is for this address.
      await using server = await NatsServer.start({
        host: "127.0.0.1",
        args: ["--tls", "--tlsverify", "--tlscacert", `${directory}/cert`, ...tls],
      });
      for (const host of ["localhost", "127.0.0.1"]) {
        const place = { servers: [`tls://${host}:${server.port}`], name: "a" };
        await refuses(
          { ...place, tls: {} },
          "fleet-unreachable",
          /certificate of the server is not trusted: .*; name its authority with --fleet-ca/,
        );
        const connection = await FleetConnection.open(
          { ...place, tls: { ca: cert, cert, key } },
          "test",
        );
        await connection.close();
      }

      await using other = await NatsServer.start({ host: "127.0.0.2", args: ["--tls", ...tls] });
      await refuses(
        { servers: [`tls://127.0.0.2:${other.port}`], name: "a", tls: { ca: cert } },
        "fleet-unreachable",
        /is not trusted: .*127\.0\.0\.2.*; .* a name that its certificate has$/,
      );
      await using plain = await NatsServer.start();
      await refuses(
        { servers: [`tls://${plain.host}:${plain.port}`], name: "a", tls: { ca: cert } },
        "fleet-unreachable",
        /can be used: the server speaks no TLS; use nats:/,
      );
      await refuses(
        { servers: [`nats://127.0.0.1:${server.port}`], name: "a" },
        "fleet-unreachable",
        /can be used: the server demands TLS; use tls:/,
      );
    }),
});
