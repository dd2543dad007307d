/** Listeners that race for a Unix socket which a killed one has left. */

import assert from "node:assert/strict";
import { openControl } from "../../lib/cli/control_socket.ts";
import { HttpControl } from "../../lib/control/http.ts";
import { ControlClient } from "../../lib/control/socket/client.ts";
import { findListeners } from "../../lib/control/socket/find.ts";
import { ControlSocket } from "../../lib/control/socket/server.ts";
import { silentLogger } from "../../lib/log.ts";
import { openAddresses } from "../../lib/mod.ts";
import { controlledBy } from "../support/controlled.ts";
import { inDirectory } from "../support/directory.ts";
import { Listening } from "../support/listening.ts";
import { leaveStale } from "../support/stale_socket.ts";

const ROUNDS = 10;
const RIVALS = Array.from({ length: 8 }, (_, i) => i);

const test = (name: string, fn: (directory: string) => Promise<void>) =>
  Deno.test({
    name,
    ignore: Deno.build.os === "windows",
    fn: () => inDirectory(fn),
  });

/** The one that was opened; all others must have been refused with a code. */
function winnerOf<T>(results: readonly PromiseSettledResult<T>[], code: string): T {
  const [winner, ...more] = results.filter((result) => result.status === "fulfilled");
  assert.ok(winner !== undefined && more.length === 0, `${more.length} more than one`);
  for (const result of results) {
    if (result.status === "rejected") assert.equal(result.reason.code, code);
  }
  return winner.value;
}

test("of those that race for a dead socket to listen on exactly one gets it", async (directory) => {
  const path = `${directory}/s`;
  for (let round = 0; round < ROUNDS; round++) {
    await leaveStale(path);
    const open = () => openAddresses([`unix:${path}`]);
    const results = await Promise.allSettled(RIVALS.map(open));
    const { socket } = winnerOf(results, "port-in-use")[0]!;
    const client = await Deno.connect({ transport: "unix", path });
    (await socket.accept()).close();
    client.close();
    socket.close();
  }
});

test("of those that race for a dead control socket exactly one gets it", async (directory) => {
  const path = `${directory}/s`;
  for (let round = 0; round < ROUNDS; round++) {
    await leaveStale(path);
    const results = await Promise.allSettled(RIVALS.map(async (i) => {
      const rows = () => [{ name: `${i}`, unit: "", is_fixed: true }];
      const http = new HttpControl(controlledBy({ limits: rows }), silentLogger);
      return { i, socket: await ControlSocket.open(path, http) };
    }));
    const { i, socket } = winnerOf(results, "control-in-use");
    using client = new ControlClient(path);
    assert.equal((await client.call("limits", {}))[0]!.name, `${i}`);
    await socket.close();
    assert.deepEqual([...Deno.readDirSync(directory)], []);
  }
});

test("listeners of one name and port that find a dead socket get one each, also while ctl looks", async (directory) => {
  const env = {
    get: (name: string) => name === "RUNTIME_DIRECTORY" ? directory : undefined,
    delete() {},
  };
  for (const name of ["demo-6680", "demo-6680.2"]) await leaveStale(`${directory}/${name}.sock`);
  const opening = RIVALS.map((id) => {
    const addresses = [{ hostname: `127.0.0.${id + 1}`, port: 6680 }];
    const state = { is_closed: false, is_draining: false };
    const row = { id, addresses: [], pid: 1, since: "", clients: 0, ...state };
    const listener = { id, name: "demo", addresses, isClosed: false } as never;
    const control = controlledBy({ listener: () => row });
    return openControl(
      undefined,
      new HttpControl(control, silentLogger),
      listener,
      env,
      silentLogger,
    );
  });
  await Promise.all(RIVALS.map(() => findListeners(env, Deno.uid()!)));
  const sockets = await Promise.all(opening);
  const { answered } = await findListeners(env, Deno.uid()!);
  assert.deepEqual(answered.map(({ listener }) => listener.id).sort(), RIVALS);
  for (const socket of sockets) await socket!.close();
  assert.deepEqual([...Deno.readDirSync(directory)], []);
});

for (
  const [flags, problem] of [
    [
      ["--control"],
      /^error: another process listens on the control socket .*\/s; give another path by --control PATH$/m,
    ],
    [["--no-control", "--listen"], /^error: unix:.*\/s is in use by another program$/m],
  ] as const
) {
  test(`of two processes that race for the dead socket of ${flags.at(-1)} one listens, the other says why not`, async (directory) => {
    const path = `${directory}/s`;
    await leaveStale(path);
    const address = flags.length === 1 ? path : `unix:${path}`;
    const start = () =>
      flags.length === 1
        ? Listening.start(...flags, address)
        : Listening.startAnywhere(...flags, address);
    await using one = await start();
    await using two = await start();
    const both = [one, two];
    await Promise.all(both.map(({ err }) => err.until(/^listening on|^error: /m)));
    const [winner, loser] = /^error/m.test(one.err.text) ? [two, one] : [one, two];
    assert.match(winner.err.text, /^listening on/m);
    assert.match(loser.err.text, problem);
    assert.equal((await loser.process.status).code, 1);
    (await Deno.connect({ transport: "unix", path })).close();
    assert.equal(await winner.stop(), 0);
  });
}
