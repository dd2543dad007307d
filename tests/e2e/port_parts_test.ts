// Listeners that share a port divide the connections without a login among them.

import assert from "node:assert/strict";
import { typescriptProvider } from "../../lib/crypto/typescript.ts";
import { MAX_UNAUTHENTICATED_PER_NETWORK } from "../../lib/limits.ts";
import { bind } from "../../lib/net/bind.ts";
import { Listener } from "../../lib/net/listener.ts";
import { DISPLAY_DEFAULTS } from "../../lib/segment/preroll.ts";
import { LogBook } from "../support/log_book.ts";
import { acceptAll } from "../support/port.ts";

Deno.test("one of two listeners of a port lets half as many connections wait for a login", async () => {
  const log = new LogBook();
  const listener = new Listener({
    name: undefined,
    sockets: bind("127.0.0.1", 0),
    state: { ...acceptAll(log, 1), listeners: 2 },
    handler() {},
    log,
    display: DISPLAY_DEFAULTS,
    h264: "cancel",
    allowDirect: true,
    crypto: typescriptProvider,
    arena: undefined,
  });
  const { port } = listener.address;
  const connect = () => Deno.connect({ hostname: "127.0.0.1", port });
  const sockets: Deno.TcpConn[] = [];
  const limit = MAX_UNAUTHENTICATED_PER_NETWORK / 2;
  for (let i = 0; i <= limit; i++) sockets.push(await connect());
  const [first] = sockets;
  const ended = await first!.read(new Uint8Array(1)).catch(() => null);
  assert.equal(ended, null);
  for (const socket of sockets) socket.close();
  listener.abort();
  await listener.finished();
  const reasons = log.of("left-before-login").map(({ fields }) => fields["reason"]);
  assert.equal(reasons.filter((reason) => reason === "too-many-unauthenticated").length, 1);
});
