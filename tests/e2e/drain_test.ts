/** `ctl drain` and `/ready`: a listener is taken out of service. */

import assert from "node:assert/strict";
import { TestClient } from "../support/clients.ts";
import { controlOf, controlPath, ctl, spawnCtl } from "../support/ctl.ts";
import { Listening, Output } from "../support/listening.ts";

/** What the port of `--ready` and the control socket answer, which must be the same. */
async function readiness(listening: Listening): Promise<[status: number, code?: string]> {
  const [url] = await listening.err.until(/(?<=^balancers ask )http:\S+\/ready$/m);
  const path = await controlPath(listening);
  using client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  const answers = await Promise.all([fetch(url), fetch("http://host/ready", { client })]);
  const [one, two] = await Promise.all(
    answers.map(async (answer) => [answer.status, await answer.json()] as const),
  );
  assert.deepEqual(one, two);
  const [status, { code }] = one!;
  return code === undefined ? [status] : [status, code];
}

Deno.test("ctl drain: /ready refuses at once, and the listener ends when its last client has left", async () => {
  await using listening = await Listening.start("--ready", "127.0.0.1:0", "--drain", "600");
  const client = await listening.connect();
  await client.activated();
  assert.deepEqual(await readiness(listening), [200]);
  const waiting = spawnCtl(listening, "drain", "--wait");
  const said = new Output(waiting.stderr);
  await said.until(/^the listener is draining; 1 client stays for 600 s at most\n$/);
  await listening.err.until(/^waiting up to 600 s for 1 client to leave$/m);
  assert.deepEqual(await readiness(listening), [503, "draining"]);
  // A balancer has sent it before it has seen that.
  const late = await listening.connect("late");
  await late.activated();
  using control = await controlOf(listening);
  const { is_closed, is_draining } = await control.call("listener", {});
  assert.deepEqual([is_closed, is_draining], [false, true]);
  assert.deepEqual(await control.call("close", {}), { clients: 2 });
  assert.deepEqual(await readiness(listening), [503, "draining"]);
  await assert.rejects(listening.connect());
  const { seconds } = await control.call("drain", { seconds: 86_400 });
  assert.ok(seconds! <= 600, "a later drain does not lengthen the time");
  await client.showText("still drawing");
  await client.close();
  await late.showText("likewise");
  await late.close();
  assert.equal((await listening.process.status).code, 0);
  assert.equal((await waiting.status).code, 0);
  assert.equal(await new Response(waiting.stdout).text() + await said.rest(), said.text);
  assert.doesNotMatch(await listening.err.rest(), /closing/);
});

Deno.test("ctl drain with workers: the port of all is closed, and clients are ended when the time is over", async () => {
  await using listening = await Listening.start("--workers", "2");
  const clients = [await listening.connect(), await listening.connect()];
  for (const client of clients) await client.activated();
  using control = await controlOf(listening);
  const [, port] = await listening.err.until(/:(\d+) as demo\n/);
  using login = await TestClient.connect(Number(port), { key: listening.key });
  await login.read();
  assert.deepEqual(await control.call("drain", {}), { clients: 2 });
  assert.ok(await login.login(), "a login that has begun goes on");
  login.register();
  await login.untilEvent("activate");
  await listening.out.until(/^listener 1 terminated$/m);
  await assert.rejects(listening.connect());
  login.close();
  await listening.out.until(/^client 4 terminated$/m);
  for (const client of clients) await client.showText("still drawing");
  const { err } = await ctl(listening, ["drain", "--seconds", "1", "--wait"]);
  assert.equal(err, "the listener is draining; 2 clients stay for 1 s at most\n");
  assert.equal((await listening.process.status).code, 0);
  assert.match(await listening.err.rest(), /^closing 2 clients$/m);
  for (const client of clients) assert.equal(client.lastWords, "the listener has shut down");
});

Deno.test("ctl drain ends a listener without clients at once", async () => {
  await using listening = await Listening.start();
  using control = await controlOf(listening);
  assert.deepEqual(await control.call("drain", { seconds: 600 }), { clients: 0, seconds: 600 });
  assert.equal((await listening.process.status).code, 0);
});

Deno.test("--ready needs no control socket", async () => {
  await using listening = await Listening.start("--no-control", "--ready", "[::1]:0");
  const [url] = await listening.err.until(/(?<=^balancers ask )http:\/\/\[::1\]:\d+\/ready$/m);
  assert.deepEqual(await (await fetch(url)).json(), { ready: true });
  assert.equal(await listening.stop(), 0);
});
