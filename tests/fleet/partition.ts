/** A server that is cut off from the others, and goes on answering as the leader that it was. */

import assert from "node:assert/strict";
import { describeTimes } from "../support/proof_row.ts";
import { requireComplete } from "./complete.ts";
import { withoutPlaces } from "./places.ts";
import { raceOnce } from "./race.ts";
import { enterEverywhere, revoke, type Revoked } from "./revocation.ts";
import type { Rig } from "./rig.ts";
import { Leaders } from "./servers.ts";
import { startTalking, whileLoggingIn } from "./talking.ts";

/** How long a key may count after it was removed. */
const MOST_MS = 20_000;

export async function serverCutOff(rig: Rig): Promise<string> {
  await startTalking(rig);
  const leaders = await Leaders.of(rig);
  const revoked: Revoked[] = [];
  const keys = `KV_${rig.connection.names.buckets.keys}`;
  const logins = await whileLoggingIn(rig, async () => {
    for (const from of ["servers", "all"] as const) {
      const server = await leaders.leaderOf(keys);
      await withoutPlaces(rig, async () => {
        const everywhere = await enterEverywhere(rig);
        await rig.cluster.isolate(server, from);
        revoked.push(await revoke(rig, everywhere));
      });
      await raceOnce(rig);
      await rig.cluster.rejoin(server);
      await leaders.all();
    }
  });
  const times = revoked.map(({ removed, ended, lastLogin }) =>
    Math.max(0, ended - removed, lastLogin - removed)
  );
  assert(Math.max(...times) < MOST_MS, `a key counted for ${times} ms`);
  const complete = await requireComplete(rig);
  const counted = describeTimes(times);
  const removals = describeTimes(revoked.map(({ removed }) => removed));
  return `2 of 2 races let in and stored ${rig.size.places}; a removed key counted for ${counted} ` +
    `once it was removed, which took ${removals}; ${logins} of ${logins} logins of known keys; ` +
    complete;
}
