/** A keystore of a fleet with many keys: reading it, its memory, and the start of a listener. */

import { NO_CONDITIONS } from "../../../keystore/conditions.ts";
import { formatAccepted } from "../../../keystore/format.ts";
import { FleetConnection } from "../../../lib/fleet/mod.ts";
import { Listening } from "../../support/listening.ts";
import { NatsServer } from "../../support/nats.ts";
import { median, readUsage } from "../sink/usage.ts";
import type { Figure } from "./main.ts";

/** Changes that are under way at a time. */
const AT_ONCE = 500;
const STARTS = 3;

export async function* measureKeys(count: number): AsyncGenerator<Figure> {
  await using server = await NatsServer.start();
  yield* starts(server, "no keys");
  await fill(server, count);
  yield* starts(server, `${count} keys`);
}

async function* starts(server: NatsServer, keys: string): AsyncGenerator<Figure> {
  const seconds: number[] = [];
  const mib: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const startMs = performance.now();
    await using listening = await Listening.start("--fleet", server.url);
    await listening.err.until(/listening on /);
    seconds.push((performance.now() - startMs) / 1000);
    mib.push(readUsage(listening.process.pid).rssMib);
  }
  yield { what: `start of a listener with ${keys}`, value: median(seconds), unit: "s" };
  yield { what: `its memory`, value: median(mib), unit: "MiB" };
}

/** Puts keys with a condition and a comment into the bucket that a listener has made. */
async function fill(server: NatsServer, count: number): Promise<void> {
  const connection = await FleetConnection.open({ servers: [server.url], name: "fleet" }, "bench");
  const bucket = await connection.buckets.open(connection.names.buckets.keys);
  for (let i = 0; i < count;) {
    const puts: Promise<number>[] = [];
    for (; i < count && puts.length < AT_ONCE; i++) {
      const key = crypto.getRandomValues(new Uint8Array(32));
      const entry = key.toBase64({ alphabet: "base64url", omitPadding: true });
      const text = formatAccepted(["demo"], key, {
        ...NO_CONDITIONS,
        comment: `kiosk ${i}`,
        maxClients: 2,
      });
      puts.push(bucket.put(`key.${entry}`, text));
    }
    await Promise.all(puts);
  }
  await connection.close();
}
