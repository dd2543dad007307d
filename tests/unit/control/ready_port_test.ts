import assert from "node:assert/strict";
import type { Controlled } from "../../../lib/control/operations.ts";
import { ReadyPort } from "../../../lib/control/ready_port.ts";
import { ControlError } from "../../../lib/errors.ts";
import {
  MAX_READY_CONNECTIONS,
  MAX_READY_HEAD_BYTES,
  READY_TIMEOUT_MS,
} from "../../../lib/limits.ts";
import { silentLogger } from "../../../lib/log.ts";
import { writeAll } from "../../../lib/write_all.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

/** A port that a test asks, by bytes. */
class Rig implements AsyncDisposable {
  readonly #port: ReadyPort;

  constructor(ready: Controlled["ready"] = () => ({ ready: true })) {
    this.#port = new ReadyPort({ hostname: "127.0.0.1", port: 0 }, { ready }, silentLogger);
  }

  connect(): Promise<Deno.TcpConn> {
    return Deno.connect({ hostname: "127.0.0.1", port: this.#port.addresses[0]!.port });
  }

  /** @returns All that is answered up to the end of the connection. */
  async ask(...pieces: string[]): Promise<string> {
    const socket = await this.connect();
    for (const piece of pieces) await writeAll(socket, new TextEncoder().encode(piece));
    return await restOf(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#port.close();
  }
}

function restOf(socket: Deno.TcpConn): Promise<string> {
  return new Response(socket.readable).text();
}

const refuse = (code: "draining" | "keystore-stale") => () => {
  throw new ControlError(code, "why");
};

Deno.test("ready port: says whether the listener is ready, as HTTP/1.0 and 1.1, in any pieces", async () => {
  await using rig = new Rig();
  const asked = ["GET /ready HTTP/1.0\r\n\r\n", "GET /ready?x HTTP/1.1\r\nHost: a\r\n\r\n"];
  for (const request of asked) {
    for (const pieces of [[request], [...request]]) {
      const [head, body] = (await rig.ask(...pieces)).split("\r\n\r\n");
      assert.match(head!, /^HTTP\/1\.1 200 OK\r\ncontent-type: application\/json\r\n/);
      assert.match(head!, /\r\ncontent-length: 15\r\n.*\r\nconnection: close$/s);
      assert.equal(body, '{"ready":true}\n');
    }
  }
});

Deno.test("ready port: a listener that is not ready answers 503 with the reason", async () => {
  for (const code of ["draining", "keystore-stale"] as const) {
    await using rig = new Rig(refuse(code));
    const answer = await rig.ask("GET /ready HTTP/1.1\r\n\r\n");
    assert.match(answer, /^HTTP\/1\.1 503 Service Unavailable\r\n/);
    assert.deepEqual(JSON.parse(answer.split("\r\n\r\n")[1]!), { error: "why", code });
  }
});

Deno.test("ready port: HEAD gets the same without the body", async () => {
  await using ready = new Rig();
  await using draining = new Rig(refuse("draining"));
  const head = "HEAD /ready HTTP/1.1\r\n\r\n";
  assert.match(await ready.ask(head), /^HTTP\/1\.1 200 OK\r\n[^]*\r\ncontent-length: 15\r\n[^{]*$/);
  assert.match(await draining.ask(head), /^HTTP\/1\.1 503 [^{]*$/);
});

Deno.test("ready port: there is nothing else, and what is not HTTP gets no answer", async () => {
  await using rig = new Rig();
  const others = ["GET /", "GET /readyz", "GET /clients", "POST /ready", "OPTIONS /ready", "GET *"];
  for (const request of others) {
    const answer = await rig.ask(`${request} HTTP/1.1\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 404 Not Found\r\n[^]*"code":"no-such-path"/, request);
  }
  for (const rubbish of ["\r\n\r\n", "GET /ready\r\n\r\n", "GET /ready HTTP/2.0\r\n\r\n"]) {
    assert.equal(await rig.ask(rubbish), "", rubbish);
  }
});

Deno.test("ready port: a head that is too long ends the connection", async () => {
  await using rig = new Rig();
  const padded = (length: number) => {
    const [start, end] = ["GET /ready HTTP/1.1\r\nx: ", "\r\n\r\n"];
    return start + "x".repeat(length - start.length - end.length) + end;
  };
  assert.match(await rig.ask(padded(MAX_READY_HEAD_BYTES)), /^HTTP\/1\.1 200 /);
  const socket = await rig.connect();
  // What was not read is reset.
  const rest = restOf(socket).catch(() => "");
  await writeAll(socket, new TextEncoder().encode(padded(MAX_READY_HEAD_BYTES + 1)));
  assert.equal(await rest, "");
});

Deno.test("ready port: a request that takes too long ends", async () => {
  using timers = new FakeTimers();
  await using rig = new Rig();
  const slow = await rig.connect();
  // The port answers in order: it has the first one now.
  assert.match(await rig.ask("GET /ready HTTP/1.1\r\n\r\n"), / 200 /);
  timers.pass(READY_TIMEOUT_MS);
  assert.equal(await restOf(slow), "");
});

Deno.test("ready port: of too many connections the oldest ends, and a balancer gets its answer", async () => {
  await using rig = new Rig();
  const idle: Deno.TcpConn[] = [];
  for (let i = 0; i < MAX_READY_CONNECTIONS; i++) idle.push(await rig.connect());
  assert.match(await rig.ask("GET /ready HTTP/1.1\r\n\r\n"), / 200 /);
  assert.equal(await restOf(idle.shift()!), "");
  await writeAll(idle[0]!, new TextEncoder().encode("GET /ready HTTP/1.1\r\n\r\n"));
  assert.match(await restOf(idle.shift()!), / 200 /);
  for (const socket of idle) socket.close();
});
