/**
 * The limits of `listen --fleet`, which count at all hosts together.
 *
 * @module
 */

import type { FleetPlace } from "../fleet/mod.ts";
import type { Logger } from "../mod.ts";
import type { PortCounts } from "../workers/mod.ts";

/**
 * Connects to the fleet, for counts alone: nothing holds them up. They are counted together until the
 * result is closed.
 *
 * @param host The id of this host.
 * @throws {FleetError} `fleet-unreachable`, `fleet-refused`, `fleet-failed`.
 */
export async function openCounts(
  place: FleetPlace,
  host: string,
  counts: PortCounts,
  log: Logger,
): Promise<{ close(): Promise<void> }> {
  const { FleetConnection, FleetCounts } = await import("../fleet/mod.ts");
  const connection = await FleetConnection.open(place, `net-listen limits of ${host}`);
  try {
    const open = await FleetCounts.open({ connection, host, counts, log });
    return {
      async close() {
        await open[Symbol.asyncDispose]();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
