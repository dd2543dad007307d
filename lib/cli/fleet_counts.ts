/**
 * The limits of `listen --fleet`, which count at all hosts together.
 *
 * @module
 */

import type { FleetPlace } from "../fleet/mod.ts";
import type { Logger } from "../mod.ts";
import type { PortCounts } from "../workers/mod.ts";

/** What is counted together, until it is disposed of. */
export interface OpenCounts extends AsyncDisposable {
  /** How many other hosts are heard, and how many clients they have. */
  readonly others: { readonly count: number; readonly clients: number };
}

/**
 * Connects to the fleet, for counts alone: nothing holds them up.
 *
 * @param host The id of this host.
 * @throws {FleetError} `fleet-unreachable`, `fleet-refused`, `fleet-failed`.
 */
export async function openCounts(
  place: FleetPlace,
  host: string,
  counts: PortCounts,
  log: Logger,
): Promise<OpenCounts> {
  const { FleetConnection, FleetCounts } = await import("../fleet/mod.ts");
  const connection = await FleetConnection.open(place, `net-listen limits of ${host}`);
  try {
    const open = await FleetCounts.open({ connection, host, counts, log });
    return {
      others: open.others,
      async [Symbol.asyncDispose]() {
        await open[Symbol.asyncDispose]();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
