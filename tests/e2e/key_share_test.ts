// Who has the key of one client cannot take the places of all others.

import assert from "node:assert/strict";
import { typescriptProvider } from "../../lib/crypto/typescript.ts";
import { bind } from "../../lib/net/bind.ts";
import { Listener } from "../../lib/net/listener.ts";
import { DISPLAY_DEFAULTS } from "../../lib/segment/preroll.ts";
import { freshKey, TestClient } from "../support/clients.ts";
import { LogBook } from "../support/log_book.ts";
import { acceptAll } from "../support/port.ts";

const MAX_CLIENTS = 8;

Deno.test("no key has more clients than there are places left for others", async () => {
  const log = new LogBook();
  const left = Promise.withResolvers<void>();
  log.onLine = ({ event }) => event === "client-left" && left.resolve();
  const arrivals = { wake: () => {} };
  let registered = 0;
  const listener = new Listener({
    name: "demo",
    sockets: bind("127.0.0.1", 0),
    state: acceptAll(log, MAX_CLIENTS),
    handler: (source, { kind }) => {
      if (kind !== "segment_request") return;
      source.acceptTarget((_client, { kind }) => {
        if (kind === "registered") registered++;
        arrivals.wake();
      });
    },
    log,
    display: DISPLAY_DEFAULTS,
    h264: "cancel",
    allowDirect: true,
    crypto: typescriptProvider,
    arena: undefined,
  });
  const clients: TestClient[] = [];
  const connect = async (key: TestClient["key"]) => {
    const client = await TestClient.connect(listener.address.port, { key });
    clients.push(client);
    assert.ok(await client.login());
    client.register();
    const before = registered;
    const changed = Promise.withResolvers<boolean>();
    arrivals.wake = () => registered > before && changed.resolve(true);
    const refused = client.untilClosed().then(() => false);
    const isIn = await Promise.race([changed.promise, refused]);
    return { client, isIn };
  };
  const greedy = freshKey();
  for (let i = 0; i < MAX_CLIENTS / 2; i++) assert.ok((await connect(greedy)).isIn);
  const surplus = await connect(greedy);
  assert.ok(!surplus.isIn);
  assert.deepEqual(log.of("login-refused").map(({ fields }) => fields["reason"]), [
    "too-many-connections",
  ]);
  const friend = freshKey();
  assert.ok((await connect(friend)).isIn);
  assert.ok((await connect(friend)).isIn);
  assert.ok(!(await connect(friend)).isIn);
  assert.ok((await connect(freshKey())).isIn, "one more key gets in beside both");

  clients[0]!.close();
  await left.promise;
  assert.ok(!(await connect(greedy)).isIn, "who has much does not get the place that is free");
  assert.ok((await connect(freshKey())).isIn);
  listener.abort();
  await listener.finished();
  for (const client of clients) client.close();
});
