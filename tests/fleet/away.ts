/**
 * No host reaches a server for a time, while clients talk, leave and come.
 *
 * The servers run on: when all of them are ended at once, nats-server 2.9 forgets a few messages that it
 * has confirmed, whatever its clients do.
 */

import assert from "node:assert/strict";
import { freshKey } from "../support/clients.ts";
import { requireComplete } from "./complete.ts";
import type { Rig } from "./rig.ts";
import { enter, pause } from "./source.ts";
import { startTalking, untilFlowing, whileLoggingIn } from "./talking.ts";

/** One in so many sources leaves and comes again meanwhile. */
const LEAVING = 4;

export async function serversAway(rig: Rig): Promise<string> {
  const { cluster, sources, size } = rig;
  await startTalking(rig);
  let flowingMs = 0;
  const logins = await whileLoggingIn(rig, async () => {
    await cluster.shutClientsOut();
    const leaving = sources.all.filter((_, i) => i % LEAVING === 0);
    await Promise.all(leaving.map((source) => source.reconnect()));
    await sources.allIn();
    const unknown = await enter(() => rig.connect(), freshKey(), rig.secret, "unknown");
    assert.equal(unknown, undefined, "an unknown key is refused");
    await pause(size.awayMs);
    await cluster.letClientsIn();
    flowingMs = await untilFlowing(rig);
  });
  const complete = await requireComplete(rig);
  return `away for ${size.awayMs / 1_000} s, records flowed ${(flowingMs / 1_000).toFixed(1)} s ` +
    `after that; ${logins} of ${logins} logins of known keys, unknown ones refused; ${complete}`;
}
