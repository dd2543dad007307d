/** How many records a second a listener stores before they wait in its spool. */

import process from "node:process";

import { FleetConnection, FleetRecords } from "../../../lib/fleet/mod.ts";
import { silentLogger } from "../../../lib/log.ts";
import { NatsCluster, NatsServer } from "../../support/nats.ts";
import type { Figure } from "./main.ts";

const RECORDS = 20_000;
/** Fewer than go through the spool. */
const WAITING = 2_000;
const BODY = JSON.stringify({
  time: new Date().toISOString(),
  source: 2,
  kind: "ident",
  message: "a line of text",
});

export async function* measureRecords(): AsyncGenerator<Figure> {
  {
    await using server = await NatsServer.start();
    yield* measure("one server", [server.url]);
  }
  await using cluster = await NatsCluster.start();
  yield* measure("three servers", cluster.urls);
}

async function* measure(servers: string, urls: readonly string[]): AsyncGenerator<Figure> {
  const connection = await FleetConnection.open({ servers: urls, name: "f" }, "bench");
  try {
    for (const clients of [1, 10, 100, 1000]) {
      const { perSecond, cpuUs } = await inSpools(connection, clients);
      const from = clients === 1 ? "1 client" : `${clients} clients`;
      yield { what: `records of ${from} at ${servers}`, value: perSecond, unit: "a second" };
      if (clients === 100) {
        yield { what: `CPU of such a record at ${servers}`, value: cpuUs, unit: "µs" };
      }
    }
  } finally {
    await connection.close();
  }
}

async function inSpools(connection: FleetConnection, clients: number) {
  const spools = await Deno.makeTempDir();
  try {
    const host = `bench-${clients}`;
    const options = { connection, host, name: "demo", spools, log: silentLogger };
    await using records = await FleetRecords.open(options);
    // The first ones warm up.
    await send(records, clients, WAITING);
    const startMs = performance.now();
    const cpu = process.cpuUsage();
    await send(records, clients, RECORDS);
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - startMs) / 1000;
    if (records.figures.lost > 0) throw new Error(`${records.figures.lost} records were lost`);
    return { perSecond: RECORDS / seconds, cpuUs: (user + system) / RECORDS };
  } finally {
    await Deno.remove(spools, { recursive: true });
  }
}

/** Keeps some records waiting until all are sent. */
async function send(records: FleetRecords, clients: number, count: number): Promise<void> {
  for (let i = 0; i < count;) {
    while (i < count && records.figures.waiting < WAITING) {
      records.put(2 + i++ % clients, "ident", BODY);
    }
    await turn();
  }
  while (records.figures.waiting > 0) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
