/** Connections of balancers, which begin with a PROXY header. */

import assert from "node:assert/strict";
import {
  netListen,
  type Network,
  openAddresses,
  parseNetwork,
  silentLogger,
} from "../../lib/mod.ts";
import { writeAll } from "../../lib/write_all.ts";
import { freshKey, TestClient } from "../support/clients.ts";
import { Bench } from "../support/listen.ts";
import { Listening } from "../support/listening.ts";
import { binary, GOOD, IPV6, line } from "../support/proxy_headers.ts";

const LOOPBACK = networks("127.0.0.1");
const LINE = line("PROXY TCP4 203.0.113.9 192.0.2.1 4711 6680\r\n");
const SOURCE = "203.0.113.9:4711";

function networks(...texts: string[]): Network[] {
  return texts.map((text) => parseNetwork(text) as Network);
}

async function connect(bench: Bench, header: Uint8Array): Promise<Deno.TcpConn> {
  const { port } = bench.listener.address;
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await writeAll(socket, header);
  return socket;
}

function logged(bench: Bench, event: string, client: string): Promise<void> {
  return bench.until(
    () => bench.log.of(event).some(({ fields }) => fields["client"] === client),
    `${event} of ${client}`,
  );
}

for (
  const [what, header, source] of [
    ["version 1", LINE, SOURCE],
    ["version 2", binary(0x21, 0x21, IPV6), "[2001:db8::1]:56324"],
  ] as const
) {
  Deno.test(`handlers and log lines have the address of a PROXY header of ${what}`, async () => {
    await using bench = await Bench.start({ proxies: LOOPBACK });
    using client = new TestClient(await connect(bench, header), { key: await bench.addKey() });
    assert.ok(await client.login());
    client.register();
    assert.ok(await client.flush());
    await logged(bench, "client-authenticated", source);
    await bench.until(() => bench.calls.some(({ client }) => client === source), "the request");
  });
}

Deno.test("conditions of keys hold for the address of the PROXY header", async () => {
  await using bench = await Bench.start({ proxies: LOOPBACK });
  const key = await bench.addKey();
  await bench.keystore.set(key.publicKey.toBase64(), { from: networks("203.0.113.0/24") });
  using near = new TestClient(await connect(bench, LINE), { key });
  assert.ok(await near.login());
  const far = line("PROXY TCP4 198.51.100.7 192.0.2.1 5 6680\r\n");
  using away = new TestClient(await connect(bench, far), { key });
  assert.equal(await away.login(), false);
  await logged(bench, "login-refused", "198.51.100.7:5");
  // The address of the proxy counts for what it opens by itself.
  using local = new TestClient(await connect(bench, GOOD["LOCAL"]![0]), { key });
  assert.equal(await local.login(), false);
  await logged(bench, "login-refused", local.address);
});

Deno.test("limits of one network count the address of the PROXY header", async () => {
  await using bench = await Bench.start({
    proxies: LOOPBACK,
    limits: { maxConnectionsPerMinute: 2 },
  });
  const key = await bench.addKey();
  for (const isIn of [true, true, false]) {
    using client = new TestClient(await connect(bench, LINE), { key });
    assert.equal(await client.login(), isIn);
  }
  // Others behind the same balancer are not touched.
  for (let i = 1; i <= 4; i++) {
    const header = line(`PROXY TCP4 198.51.100.${i} 192.0.2.1 4711 6680\r\n`);
    using client = new TestClient(await connect(bench, header), { key });
    assert.ok(await client.login());
  }
  const [reached] = bench.log.of("limit-reached");
  assert.equal(reached!.fields["address"], "203.0.113.9");
});

Deno.test("from a proxy the header is required, from others it is a failed login", async () => {
  await using bench = await Bench.start({ proxies: LOOPBACK });
  const key = await bench.addKey();
  using bare = new TestClient(await connect(bench, new Uint8Array(0)), { key });
  assert.equal(await bare.login(), false);
  await logged(bench, "login-refused", bare.address);
  assert.equal(bench.log.of("login-refused")[0]!.fields["reason"], "bad-proxy-header");
  await using other = await Bench.start({ proxies: networks("192.0.2.0/24", "unix") });
  using forged = new TestClient(await connect(other, LINE), { key: await other.addKey() });
  assert.equal(await forged.login(), false);
  await logged(other, "login-refused", forged.address);
  assert.doesNotMatch(JSON.stringify(other.log.lines), /203\.0\.113\.9/);
});

Deno.test("health checks are silent, with and without a header", async () => {
  const bench = await Bench.start({ proxies: LOOPBACK });
  const sockets = [
    await connect(bench, new Uint8Array(0)),
    await connect(bench, GOOD["LOCAL"]![0]),
    await connect(bench, LINE),
  ];
  // The other end closes as well once it has seen the end.
  for (const socket of sockets) {
    await socket.closeWrite();
    assert.equal(await socket.read(new Uint8Array(1)), null);
    socket.close();
  }
  await bench[Symbol.asyncDispose]();
  const counts = bench.log.of("silent-connections")
    .map(({ fields }) => `${fields["address"]} ${fields["count"]}`);
  assert.deepEqual(counts, ["127.0.0.1 2", "203.0.113.9 1"]);
  assert.deepEqual(bench.log.of("login-refused"), []);
});

Deno.test("a listener that is closed ends connections whose header it awaits", async () => {
  const bench = await Bench.start({ proxies: LOOPBACK });
  const socket = await connect(bench, LINE.subarray(0, 9));
  // A later connection is accepted after it.
  using later = new TestClient(await connect(bench, LINE), { key: freshKey() });
  assert.equal(await later.login(), false);
  bench.listener.close();
  assert.equal(await socket.read(new Uint8Array(1)).catch(() => null), null);
  socket.close();
  await bench[Symbol.asyncDispose]();
  const { fields } = bench.log.lines.find(({ fields }) => fields["reason"] === "listener-closed")!;
  assert.match(String(fields["client"]), /^127\.0\.0\.1:/);
});

Deno.test({
  name: "a proxy may connect to a Unix socket",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const directory = await Deno.makeTempDir({ prefix: "proxy-test-" });
    const path = `${directory}/s`;
    const requests = Promise.withResolvers<string>();
    const listener = netListen((source, { kind }) => {
      if (kind === "segment_request") requests.resolve(source.peer!.address);
    }, {
      keystore: directory,
      log: silentLogger,
      sockets: await openAddresses([`unix:${path}`]),
      proxies: networks("unix"),
    });
    listener.targetInput("1:hemlig");
    const socket = await Deno.connect({ transport: "unix", path });
    await writeAll(socket, LINE);
    using client = new TestClient(socket, { key: freshKey(), secret: "hemlig" });
    assert.ok(await client.login());
    client.register();
    await client.flush();
    assert.equal(await requests.promise, SOURCE);
    listener.abort();
    await listener.finished();
    await Deno.remove(directory, { recursive: true });
  },
});

for (const workers of Deno.build.os === "linux" ? ["1", "2"] : ["1"]) {
  Deno.test(`listen --proxy-protocol, with ${workers} of --workers`, async () => {
    await using listening = await Listening.start(
      ...["--proxy-protocol", "127.0.0.0/8", "--proxy-protocol", "unix", "--workers", workers],
    );
    const [, port] = await listening.err.until(/listening on 127\.0\.0\.1:(\d+) as demo\n/);
    const socket = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await writeAll(socket, LINE);
    await listening.connectOver(socket, "behind a proxy");
    await listening.err.until(RegExp(`client-authenticated client=${SOURCE} key=`));
    await assert.rejects(listening.connectTo(Number(port)));
    await listening.err.until(/login-refused client=127\.0\.0\.1:\d+ reason=bad-proxy-header/);
  });
}
