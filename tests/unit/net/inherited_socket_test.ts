import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { ACCEPT_REVIVE_MS, MAX_ACCEPTED_WAITING } from "../../../lib/limits.ts";
import { AdoptedSocket } from "../../../lib/net/inherited_socket.ts";
import { FakeTimers } from "../../support/fake_timers.ts";

Deno.test("an inherited socket gives its connections in order, and keeps a bounded number", async () => {
  const server = createServer();
  const adopted = new AdoptedSocket(server);
  const sockets = Array.from({ length: MAX_ACCEPTED_WAITING + 2 }, () => new Socket());
  const first = adopted.accept();
  for (const socket of sockets) server.emit("connection", socket);
  (await first).close();
  (await adopted.accept()).close();
  const closed = sockets.map(({ destroyed }, i) => destroyed ? i : undefined);
  // The last one found no room; the first two were taken and closed.
  assert.deepEqual(closed.filter((i) => i !== undefined), [0, 1, MAX_ACCEPTED_WAITING + 1]);
  adopted.close();
  assert.ok(sockets.every(({ destroyed }) => destroyed));
  await assert.rejects(adopted.accept(), Deno.errors.BadResource);
  const late = new Socket();
  server.emit("connection", late);
  assert.ok(late.destroyed);
});

Deno.test("an accept that waits when an inherited socket is closed fails", async () => {
  const adopted = new AdoptedSocket(createServer());
  const accepting = assert.rejects(adopted.accept(), Deno.errors.BadResource);
  adopted.close();
  await accepting;
});

Deno.test("an inherited socket is told to go on accepting, as long as it is open", async () => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { _handle: handle } = server as unknown as { _handle: { listen(backlog: number): number } };
  let calls = 0;
  const listen = handle.listen.bind(handle);
  handle.listen = (backlog) => {
    calls++;
    return listen(backlog);
  };
  using timers = new FakeTimers();
  const adopted = new AdoptedSocket(server);
  timers.pass(ACCEPT_REVIVE_MS - 1);
  assert.equal(calls, 0);
  timers.pass(1);
  timers.pass(ACCEPT_REVIVE_MS);
  assert.equal(calls, 2);
  const closed = once(server, "close");
  adopted.close();
  await closed;
  assert.equal(timers.size, 0);
});
