/** A host whose lease is over by the clock of a host of the test, so that a test need not wait for it. */

import { Hosts, RecordStream } from "../../lib/fleet/mod.ts";
import { FLEET_LEASE_MS } from "../../lib/limits.ts";
import { silentLogger } from "../../lib/log.ts";
import { isPassingChange } from "../../lib/fleet/patience.ts";
import { revisionsOf } from "./revisions.ts";
import type { Rig } from "./rig.ts";
import { pause } from "./source.ts";

/** Between two looks at the leases. */
const LOOK_MS = 100;

/** Has the clients of a host that was killed ended, while all other hosts are there. */
export async function endLease({ connection }: Rig, killed: string): Promise<void> {
  const stream = await RecordStream.open(connection);
  const entry = { since: new Date().toISOString(), addresses: [], isControlled: false };
  await using hosts = await Hosts.join({
    ...{ connection, stream, host: "test-host", entry },
    log: silentLogger,
  });
  const leases = () => revisionsOf(connection, connection.names.buckets.hosts);
  for (let nowMs = performance.now(); (await leases()).has(killed); nowMs += FLEET_LEASE_MS) {
    try {
      await hosts.look(nowMs);
      const before = await leases();
      const isNew = ([host, revision]: [string, number]) =>
        host === killed || revision !== before.get(host);
      while (![...await leases()].every(isNew)) await pause(LOOK_MS);
      await hosts.look(nowMs + 1);
      await hosts.look(nowMs + FLEET_LEASE_MS);
    } catch (error) {
      // A host that finds no leader has forgotten what it has seen.
      if (!isPassingChange(error)) throw error;
    }
  }
}
