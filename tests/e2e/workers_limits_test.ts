/** `listen --workers`: limits, penalties and counts are those of one listener. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PENALTY_FREE_FAILURES } from "../../lib/limits.ts";
import { attack, unknownKeyHello } from "../support/attacks.ts";
import { freshKey, TestClient } from "../support/clients.ts";
import { controlOf } from "../support/ctl.ts";
import { Listening, TestSource } from "../support/listening.ts";

const PORT = /listening on 127\.0\.0\.1:(\d+)/;

async function portOf(listening: Listening): Promise<number> {
  return Number((await listening.err.until(PORT))[1]);
}

Deno.test("failed logins in all workers are those of one network, which is closed out", async () => {
  await using listening = await Listening.start("--workers", "2");
  const port = await portOf(listening);
  const fail = (count: number) =>
    attack({ port, addresses: ["127.0.1.1"], bytes: unknownKeyHello(), count, atOnce: 1 });
  const most = PENALTY_FREE_FAILURES + 1;
  for (let i = 1; i <= most; i++) {
    await fail(1);
    await listening.err.until(new RegExp(`(?:login-refused[^]*){${i}}`));
  }
  assert.deepEqual(await fail(30), { connections: 30, closed: 30 });
  await listening.err.until(/ warn limit-reached limit=penalty address=127\.0\.1\.1 /);
  // Others are not closed out.
  await (await listening.connect()).activated();
  using control = await controlOf(listening);
  const { connections, refusals } = await control.call("stats", {});
  assert.equal(refusals["unknown-key"], most);
  assert.equal(connections.closed_out, 30);
  assert.equal(await listening.stop(), 0);
  assert.equal((await listening.err.rest()).match(/login-refused/g)!.length, most);
});

Deno.test("connections without a login are limited over all workers, and one may have them all", async () => {
  const most = 8;
  await using listening = await Listening.start(
    ...["--workers", "4", "--max-unauthenticated", `${most}`],
  );
  const port = await portOf(listening);
  using control = await controlOf(listening);
  let open = 0;
  const connect = async () => {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    open++;
    const ended = socket.read(new Uint8Array(1)).then(() => {}, () => {}).then(() => void open--);
    return { socket, ended };
  };
  const waiting = async (count: number) => {
    while ((await control.call("stats", {})).unauthenticated !== count);
  };
  const first = [];
  for (let i = 0; i < most; i++) first.push(await connect());
  await waiting(most);
  assert.equal(open, most);
  const more = [];
  for (let i = 0; i < 4; i++) more.push(await connect());
  while (open > most) await control.call("stats", {});
  await waiting(most);
  assert.equal(open, most);
  const rows = await control.call("limits", {});
  for (const name of ["max-unauthenticated", "max-unauthenticated-per-network"]) {
    assert.equal(rows.find((row) => row.name === name)!.used, most);
  }
  // A good login is through before strangers have displaced it.
  await (await listening.connect()).activated();
  for (const { socket } of [...first, ...more]) socket.close();
  await Promise.all([...first, ...more].map(({ ended }) => ended));
});

Deno.test("clients, and those of one key, are limited over all workers", async () => {
  const others = [freshKey(), freshKey()];
  await using listening = await Listening.startWith(
    async (keystore) => {
      for (const { publicKey } of others) await keystore.add(["demo"], publicKey);
    },
    ...["--workers", "4", "--max-clients-per-key", "2", "--max-clients", "4"],
  );
  const port = await portOf(listening);
  for (let i = 0; i < 2; i++) await (await listening.connect()).activated();
  const refuses = async (key: typeof listening.key, limit: string) => {
    using client = await TestClient.connect(port, { key });
    if (await client.login()) client.register();
    await client.untilClosed();
    await listening.err.until(new RegExp(` warn limit-reached limit=${limit} `));
  };
  await refuses(listening.key, "max-clients-per-key");
  const third = await TestSource.connect(port, others[0]!, "third", "tui");
  await third.activated();
  // No key has more places than are left to all others: of four, none is left to this one.
  await refuses(others[1]!, "max-clients");
  await third.close();
});

Deno.test("what a worker has counted stays in stats and metrics when it ends", async () => {
  const handler = fileURLToPath(new URL("../support/worker_handler.ts", import.meta.url));
  await using listening = await Listening.start("--workers", "2", "--handler", handler);
  using control = await controlOf(listening);
  const clients = [];
  for (let i = 0; i < 4; i++) {
    const client = await listening.connect();
    await client.showText("drawn");
    clients.push(client);
  }
  const before = await control.call("stats", {});
  for (const client of clients) {
    if (!client.client.isOver) client.ident("end worker");
    await assert.rejects(client.until(() => false), /the connection has ended/);
  }
  await listening.err.until(/worker-replaced/);
  const after = await control.call("stats", {});
  assert.deepEqual(after.connections, before.connections);
  assert.deepEqual([after.frames, after.clients], [4, 0]);
  assert.ok(after.events > before.events, "the last ones are there as well");
  for (const name of ["received_bytes", "sent_bytes", "work_seconds"] as const) {
    assert.ok(after[name] >= before[name], name);
  }
  assert.match(await control.call("metrics", {}), /^net_listen_frames_total\{[^}]*\} 4$/m);
});
