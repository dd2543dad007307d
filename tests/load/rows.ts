/** Many clients, logins, resizes and strangers at once. */

import assert from "node:assert/strict";
import { ROLE } from "../../lib/wire/constants.ts";
import { CLIENT_KEY } from "../bench/sink/client.ts";
import { RawClient, type TestClient } from "../support/clients.ts";
import { connectFrom } from "../support/connect_from.ts";
import type { ProofRow, Size } from "../support/proof_row.ts";
import { describeTimes, inParallel } from "../support/proof_row.ts";
import { addressOf, atRate, draw, logIn, startListen, timeOf, untilTime } from "./loaded.ts";
import { flood } from "./flood.ts";
import { trickle } from "./trickle.ts";

const LOGINS_AT_ONCE = 20;

/** Clients that do nothing stay, and cost little. */
async function idle(size: Size): Promise<string> {
  const [count, seconds] = size === "long" ? [1_000, 600] : [50, 0];
  const sink = await startListen();
  const clients: TestClient[] = [];
  const before = sink.usage();
  await inParallel(
    count,
    LOGINS_AT_ONCE,
    async (n) => clients.push(await logIn(sink.port, addressOf(n))),
  );
  const from = sink.usage();
  await untilTime(performance.now() + seconds * 1_000);
  const to = sink.usage();
  await inParallel(count, LOGINS_AT_ONCE, (n) => draw(clients[n]!, 1));
  for (const client of clients) client.close();
  await sink.stop();
  const kib = (from.rssMib - before.rssMib) * 1_024 / count;
  const share = seconds === 0 ? 0 : (to.cpuMs - from.cpuMs) / seconds / 10;
  return `${count} for ${seconds} s: all draw afterwards, ${kib.toFixed(0)} KiB each, ` +
    `${share.toFixed(2)} % of a core, RSS ${from.rssMib.toFixed(0)} to ${to.rssMib.toFixed(0)} MiB`;
}

async function logins(size: Size): Promise<string> {
  const [count, perSecond] = size === "long" ? [2_000, 200] : [50, 100];
  const sink = await startListen();
  const times: number[] = [];
  const began = performance.now();
  const from = sink.usage();
  await atRate(count, perSecond, async (n) => {
    times.push(
      await timeOf(async () => {
        (await logIn(sink.port, addressOf(n))).close();
      }),
    );
  });
  const rate = count / (performance.now() - began) * 1_000;
  const cpuMs = (sink.usage().cpuMs - from.cpuMs) / count;
  await sink.stop();
  assert.equal(times.length, count);
  return `${count} at ${rate.toFixed(0)} a second: ${describeTimes(times)}, ` +
    `${cpuMs.toFixed(2)} ms of CPU each`;
}

/** Each picture has another size than the one before. */
async function resizes(size: Size): Promise<string> {
  const [count, seconds] = size === "long" ? [100, 10] : [10, 1];
  const perSecond = 30;
  const sink = await startListen();
  const clients: TestClient[] = [];
  await inParallel(
    count,
    LOGINS_AT_ONCE,
    async (n) => clients.push(await logIn(sink.port, addressOf(n))),
  );
  const times: number[] = [];
  const began = performance.now();
  await Promise.all(clients.map(async (client, n) => {
    for (let stream = 1; stream <= perSecond * seconds; stream++) {
      await untilTime(began + (stream + n / count) * 1_000 / perSecond);
      const side = 60 + stream % 2;
      times.push(await timeOf(() => draw(client, stream, side, side)));
    }
  }));
  const rate = times.length / (performance.now() - began) * 1_000;
  for (const client of clients) client.close();
  await sink.stop();
  return `${count} clients, ${rate.toFixed(0)} resizes a second: ${describeTimes(times)}`;
}

async function probes(size: Size): Promise<string> {
  const count = size === "long" ? 10_000 : 200;
  const sink = await startListen();
  (await logIn(sink.port, addressOf(0))).close();
  const before = sink.usage();
  const began = performance.now();
  await inParallel(count, LOGINS_AT_ONCE, async (n) => {
    const socket = await connectFrom(addressOf(n), sink.port);
    using client = new RawClient(socket, { key: CLIENT_KEY, role: ROLE.probe });
    await client.send(client.peer.hello().take());
    await client.answers();
  });
  const rate = count / (performance.now() - began) * 1_000;
  const after = sink.usage();
  let loginMs = 0;
  // Each login is taken behind the ends of those before it.
  for (let tries = 0; tries === 0 || sink.usage().descriptors > before.descriptors; tries++) {
    assert.ok(tries < 100, `${sink.usage().descriptors} descriptors, ${before.descriptors} before`);
    loginMs = await timeOf(async () => (await logIn(sink.port, addressOf(1))).close());
  }
  await sink.stop();
  return `${count} answered, ${rate.toFixed(0)} a second, RSS ${before.rssMib.toFixed(0)} to ` +
    `${after.rssMib.toFixed(0)} MiB, a login behind them ${loginMs.toFixed(1)} ms`;
}

export const LOAD_ROWS: readonly ProofRow[] = [
  { name: "200 logins a second are all let in", run: logins },
  { name: "100 clients with 30 resizes a second are all answered", run: resizes },
  { name: "10,000 probes are answered and leave nothing behind", run: probes },
  { name: "a flood of refused logins does not delay good ones", run: flood },
  { name: "logins that send a byte now and then are cut, and delay no good ones", run: trickle },
  { name: "1,000 idle clients stay for ten minutes", run: idle },
];
