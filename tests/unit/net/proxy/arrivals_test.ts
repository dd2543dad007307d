import assert from "node:assert/strict";
import { concat } from "../../../../lib/bytes/concat.ts";
import { LimitError } from "../../../../lib/errors.ts";
import { MAX_PROXY_HEADERS_AWAITED, PROXY_HEADER_TIMEOUT_MS } from "../../../../lib/limits.ts";
import type { Accepted } from "../../../../lib/net/accepted.ts";
import { ProxyArrivals } from "../../../../lib/net/proxy/arrivals.ts";
import { type Network, parseNetwork } from "../../../../lib/networks.ts";
import type { SocketAddress } from "../../../../lib/address.ts";
import { FakeTimers } from "../../../support/fake_timers.ts";
import { LogBook } from "../../../support/log_book.ts";
import { GOOD, line } from "../../../support/proxy_headers.ts";
import { MemorySocket } from "../../../support/sockets.ts";

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, permissions: "none", fn });
const BALANCER = { hostname: "192.0.2.1", port: 443 };
const HEADER = GOOD["TCP over IPv4"]![0];

class ProxySocket extends MemorySocket implements Accepted {
  readonly remoteAddr = { transport: "tcp", ...BALANCER } as const;
}

/** Where connections of balancers go. */
class Arriving {
  readonly log = new LogBook();
  readonly arrivals: ProxyArrivals;
  readonly welcomed: { socket: Accepted; remote: SocketAddress }[] = [];
  readonly silent: (string | undefined)[] = [];
  readonly outcomes: (string | undefined)[] = [];

  constructor(...networks: string[]) {
    this.arrivals = new ProxyArrivals(networks.map((text) => parseNetwork(text) as Network), {
      log: this.log,
      counters: { loginEnded: (outcome, reason) => void this.outcomes.push(reason ?? outcome) },
      silent: { add: (hostname) => void this.silent.push(hostname) },
      welcome: (socket, remote) => void this.welcomed.push({ socket, remote }),
    });
  }

  receive(socket: ProxySocket): Promise<void> {
    return this.arrivals.receive(socket, BALANCER);
  }

  /** The refusals, as they were logged. */
  get refused(): string[] {
    return this.log.of("login-refused").map(({ fields: { client, reason, detail } }) => {
      assert.equal(client, "192.0.2.1:443");
      return `${reason}: ${detail}`;
    });
  }
}

async function readAll(socket: Accepted): Promise<string> {
  let text = "";
  for (const into = new Uint8Array(3);;) {
    const count = await socket.read(into);
    if (count === null) return text;
    text += String.fromCharCode(...into.subarray(0, count));
  }
}

test("only the networks given are proxies", () => {
  const { arrivals } = new Arriving("192.0.2.0/24", "::1", "unix");
  for (const hostname of ["192.0.2.1", "::1", "unix"]) assert.ok(arrivals.isProxy(hostname));
  for (const hostname of ["192.0.3.1", "::2", ""]) assert.ok(!arrivals.isProxy(hostname));
  assert.ok(!new Arriving().arrivals.isProxy("unix"));
  return Promise.resolve();
});

test("what follows a header is read behind it, however it came", async () => {
  const bytes = concat([HEADER, line("all of the login")]);
  for (let at = 0; at <= bytes.length; at++) {
    const socket = new ProxySocket();
    const parts = [bytes.slice(0, at), bytes.slice(at)].filter(({ length }) => length > 0);
    socket.give(...parts, null);
    const arriving = new Arriving();
    await arriving.receive(socket);
    const [{ socket: behind, remote }] = arriving.welcomed as [typeof arriving.welcomed[0]];
    assert.deepEqual(remote, { hostname: "192.168.0.1", port: 56_324 });
    assert.equal(await readAll(behind), "all of the login");
    await behind.write(line("answer"));
    assert.deepEqual(socket.written, [line("answer")]);
    assert.equal(socket.isClosed, false);
    behind.close();
    assert.equal(socket.isClosed, true);
    assert.deepEqual([arriving.outcomes, arriving.log.lines], [[], []]);
  }
});

test("a header without an address leaves that of the proxy", async () => {
  for (const what of ["LOCAL", "UNKNOWN", "a Unix stream"]) {
    const socket = new ProxySocket();
    socket.give(GOOD[what]![0]);
    const arriving = new Arriving();
    await arriving.receive(socket);
    assert.equal(arriving.welcomed[0]?.remote, BALANCER);
  }
});

test("a connection that ends within its header is refused, one without a byte is silent", async () => {
  const arriving = new Arriving();
  const [silent, reset, cut] = [new ProxySocket(), new ProxySocket(), new ProxySocket()];
  silent.give(null);
  reset.give(new Deno.errors.ConnectionReset("reset"));
  cut.give(HEADER.slice(0, 20), null);
  for (const socket of [silent, reset, cut]) {
    await arriving.receive(socket);
    assert.equal(socket.isClosed, true);
  }
  assert.deepEqual(arriving.silent, [BALANCER.hostname, BALANCER.hostname]);
  assert.deepEqual(arriving.outcomes, ["silent", "silent", "bad-proxy-header"]);
  assert.deepEqual(arriving.refused, [
    "bad-proxy-header: the connection ended within the PROXY header, after 20 bytes",
  ]);
  assert.deepEqual(arriving.welcomed, []);
});

test("a header has to be there in time", async () => {
  using timers = new FakeTimers();
  const socket = new ProxySocket();
  const arriving = new Arriving();
  const receiving = arriving.receive(socket);
  socket.give(HEADER.slice(0, 27));
  timers.pass(PROXY_HEADER_TIMEOUT_MS - 1);
  assert.equal(socket.isClosed, false);
  timers.pass(1);
  assert.equal(socket.isClosed, true);
  await receiving;
  assert.deepEqual(arriving.refused, ["login-timeout: no PROXY header came within 5 s"]);
  assert.equal(timers.size, 0);
});

test("when too many headers are awaited, the oldest connection is closed", async () => {
  using timers = new FakeTimers();
  const arriving = new Arriving();
  const sockets = Array.from({ length: MAX_PROXY_HEADERS_AWAITED + 1 }, () => new ProxySocket());
  const receiving = sockets.map((socket) => arriving.receive(socket));
  await receiving[0];
  assert.deepEqual(arriving.outcomes, ["too-many-unauthenticated"]);
  assert.deepEqual(sockets.map(({ isClosed }) => isClosed).indexOf(false), 1);
  arriving.arrivals.clear(new LimitError("listener-closed", "the listener was closed"));
  await Promise.all(receiving);
  assert.deepEqual(new Set(arriving.outcomes.slice(1)), new Set(["listener-closed"]));
  assert.ok(sockets.every(({ isClosed }) => isClosed));
  assert.equal(timers.size, 0);
});
