/** Servers that claim a key which they do not hold, and servers that prove their key late. */

import assert from "node:assert/strict";
import { formatKey, Keystore } from "../../keystore/mod.ts";
import type { PrivateKey } from "../../lib/crypto/x25519.ts";
import { A12Error } from "../../lib/errors.ts";
import { SERVER_PROOF_TIMEOUT_MS } from "../../lib/limits.ts";
import { connectSource } from "../../lib/mod.ts";
import { freshKey } from "../support/clients.ts";
import { FakeTimers } from "../support/fake_timers.ts";
import { Bench } from "../support/listen.ts";
import { MAIN } from "../support/listening.ts";
import { RawSink } from "../support/raw_sink.ts";
import { inDirectory } from "../support/directory.ts";

/** The key that clients trust; the impostor does not hold it. */
const TRUSTED = freshKey();

/** A key that shows one public key and agrees as the owner of another. */
function impostorKey(): PrivateKey {
  return Object.assign(freshKey(), { publicKey: TRUSTED.publicKey });
}

/** Connects and trusts one key alone. @returns Why it failed. */
async function attempt(port: number): Promise<A12Error> {
  try {
    const client = await connectSource("127.0.0.1", {
      port,
      key: freshKey(),
      acceptServer: (key) => formatKey(key) === formatKey(TRUSTED.publicKey),
      registration: { segkind: 10, title: "test" },
    });
    client.abort();
    await client.finished();
  } catch (error) {
    assert(error instanceof A12Error);
    return error;
  }
  return assert.fail("it logged in");
}

Deno.test("a login fails when the server claims a trusted key and then sends nothing", async () => {
  await using impostor = new RawSink(impostorKey());
  const realNow = performance.now;
  const attempted = attempt(impostor.port);
  {
    using timers = new FakeTimers();
    try {
      await impostor.claimed();
      // The client has registered by the time that something arrives behind the claim.
      await (await impostor.claimed()).read(new Uint8Array(4_096));
      performance.now = () => realNow.call(performance) + SERVER_PROOF_TIMEOUT_MS;
      timers.pass(SERVER_PROOF_TIMEOUT_MS);
      const { code, message } = await attempted;
      assert.equal(code, "not-proven");
      assert.match(message, /the server has not proved its key within 30 s/);
    } finally {
      performance.now = realNow;
    }
  }
});

Deno.test("a login fails at the first packet of a server that does not hold the key that it claims", async () => {
  await using impostor = new RawSink(impostorKey());
  const attempted = attempt(impostor.port);
  await impostor.claimed();
  // Under other keys the head of the packet is random, and may announce as many bytes as 64 KiB.
  for (let i = 0; i < 600; i++) impostor.session.send({ command: "ping", stream: 0 });
  // The client may close before it has read all of them.
  await impostor.flush().catch(() => {});
  const { code, message } = await attempted;
  assert.equal(code, "not-proven");
  assert.match(message, /the first packet under the session keys does not verify/);
});

Deno.test("a login fails when the server closes the connection before it has proved its key", async () => {
  await using impostor = new RawSink(impostorKey());
  const attempted = attempt(impostor.port);
  const socket = await impostor.claimed();
  await socket.read(new Uint8Array(4_096));
  socket.close();
  const { code, message } = await attempted;
  assert.equal(code, "not-proven");
  assert.match(message, /closed the connection before it had proved its key/);
});

Deno.test("one packet of a server that holds its key completes the login", async () => {
  await using honest = new RawSink(TRUSTED);
  const client = await honest.connect();
  client.abort();
  await client.finished();
});

Deno.test("our listener proves its key before its handler has answered", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using bench = await Bench.start({
    listen: (_source, status) => status.kind === "segment_request" ? promise : undefined,
  });
  const client = await connectSource("127.0.0.1", {
    port: bench.listener.address.port,
    key: await bench.addKey(),
    acceptServer: () => true,
    registration: { segkind: 10, title: "test" },
  });
  resolve();
  await client.close();
});

Deno.test("connect explains that the server has not proved its key", async () => {
  await using impostor = new RawSink(impostorKey());
  await inDirectory(async (root) => {
    const keystore = await Keystore.open(root);
    await keystore.add(["outbound"], TRUSTED.publicKey);
    const running = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "connect", `127.0.0.1:${impostor.port}`, "--keystore", root],
      env: { NO_COLOR: "1", A12_SECRET: "" },
      stdin: "null",
    }).output();
    const socket = await impostor.claimed();
    await socket.read(new Uint8Array(4_096));
    socket.close();
    const { code, stderr } = await running;
    assert.equal(code, 1);
    const said = new TextDecoder().decode(stderr);
    assert.doesNotMatch(said, /logged in/);
    assert.match(said, /claims a trusted key and has not shown/);
    assert.match(said, /\nerror: the server closed the connection before it had proved its key\n$/);
  });
});
