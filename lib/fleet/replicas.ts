/**
 * How many servers keep what a fleet shares.
 *
 * @module
 */

import { type JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import { messageOf } from "../errors.ts";
import { FLEET_REPLICAS, FLEET_REQUEST_TIMEOUT_MS } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { FleetConnection } from "./connection.ts";
import { isMissing } from "./missing.ts";
import { PassingError } from "./patience.ts";

const TOO_FEW_SERVERS = 10005;

/**
 * Makes a bucket or a stream with as many replicas as the connection wants; with one where fewer
 * servers run and the user has not named as many.
 *
 * @param make Makes it, or opens the one that is there.
 * @throws {PassingError} Fewer servers run than were named, or it is just being made.
 */
export async function replicated<T>(
  { replicas, mustReplicate }: Pick<FleetConnection, "replicas" | "mustReplicate">,
  make: (replicas: number) => Promise<T>,
): Promise<T> {
  try {
    return await make(replicas);
  } catch (error) {
    // Later versions than 2.9.10 say so while they make it for another host.
    if (isMissing(error)) throw new PassingError(messageOf(error), { cause: error });
    if (codeOf(error) !== TOO_FEW_SERVERS) throw error;
    // Servers that have just started may not know of each other yet.
    if (mustReplicate) throw new PassingError(messageOf(error), { cause: error });
    return await make(1);
  }
}

/**
 * Has more servers keep what was made when there were fewer of them, or when fewer were known. A failure
 * is logged: the fleet works as it did.
 *
 * @param streams Those that are not there are left out.
 */
export async function raiseReplicas(
  { nats, replicas }: FleetConnection,
  streams: readonly string[],
  log: Logger,
): Promise<void> {
  if (replicas < FLEET_REPLICAS) return;
  const manager = await jetstreamManager(nats, {
    checkAPI: false,
    timeout: FLEET_REQUEST_TIMEOUT_MS,
  });
  await Promise.all(streams.map(async (stream) => {
    try {
      const { config } = await manager.streams.info(stream);
      if (config.num_replicas >= replicas) return;
      await manager.streams.update(stream, { num_replicas: replicas });
      log.log("info", "fleet-replicas-raised", { stream, replicas });
    } catch (error) {
      if (isMissing(error)) return;
      log.log("warn", "fleet-replicas-few", { stream, detail: messageOf(error) });
    }
  }));
}

function codeOf(error: unknown): number | undefined {
  return (error as Partial<JetStreamApiError>).code;
}
