/**
 * Connects commands to the hosts of a fleet.
 *
 * @module
 */

import type { Command } from "commander";
import type { FleetCaller, FleetHost, FleetPlace } from "../fleet/mod.ts";
import { UsageError } from "./errors.ts";
import { type FleetFlags, readFleet, requireConsistentFleet } from "./fleet_options.ts";
import type { CliIo } from "./io.ts";
import { reportAsText } from "./report.ts";

/** What a command on a fleet works with. */
export interface FleetSession {
  readonly caller: FleetCaller;
  /**
   * Chooses a host.
   *
   * @param word Its id or the beginning of it; may be absent if there is one host.
   * @throws {FleetError} `no-such-host`, `ambiguous-host`.
   */
  chooseHost(word: string | undefined): Promise<FleetHost>;
}

/**
 * Reads which fleet a command is about.
 *
 * @param command Its options or those of a command above it count.
 * @throws {UsageError} Without `--fleet`, and as {@linkcode readFleet}.
 */
export async function readFleetOf(command: Command, io: CliIo): Promise<FleetPlace> {
  const flags = command.optsWithGlobals<FleetFlags>();
  requireConsistentFleet(flags);
  const place = await readFleet(flags, reportAsText(io));
  if (place !== undefined) return place;
  throw new UsageError(`fleet ${command.name()} needs --fleet URL`);
}

/**
 * Runs an action with a way to the hosts of the fleet that the options name.
 *
 * @throws {FleetError} `fleet-unreachable`, `fleet-refused`, and what the action throws.
 */
export async function withFleet(
  command: Command,
  io: CliIo,
  action: (session: FleetSession) => Promise<void>,
): Promise<void> {
  const place = await readFleetOf(command, io);
  const { FleetCaller, FleetConnection, chooseHost } = await import("../fleet/mod.ts");
  const connection = await FleetConnection.open(place, `net-listen ${command.name()}`, "callers");
  const caller = new FleetCaller(connection);
  try {
    await action({
      caller,
      chooseHost: async (word) => chooseHost(await caller.hosts(), word),
    });
  } finally {
    caller.close();
    await connection.close();
  }
}
