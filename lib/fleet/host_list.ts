/**
 * The hosts of a fleet, as they say it themselves.
 *
 * @module
 */

import { jetstreamManager } from "@nats-io/jetstream";
import { FleetError, messageOf } from "../errors.ts";
import { FLEET_REQUEST_TIMEOUT_MS, MAX_HOST_ENTRY_BYTES } from "../limits.ts";
import type { FleetConnection } from "./connection.ts";
import type { HostEntry } from "./hosts.ts";
import { isMissing, noFleet } from "./missing.ts";
import { isHostId } from "./records/record.ts";

/** A host of the fleet. One that was killed is there until its lease has run out. */
export interface FleetHost extends HostEntry {
  /** Its id. */
  readonly id: string;
  /** When it said last that it is there, by the clock of the servers. */
  readonly beat: Date;
}

/**
 * Lists the hosts, in the order of their ids.
 *
 * @throws {FleetError} `fleet-unreachable`, `fleet-failed`.
 */
export async function listHosts(connection: FleetConnection): Promise<readonly FleetHost[]> {
  const { nats, names, buckets } = connection;
  connection.requireConnected();
  try {
    const manager = await jetstreamManager(nats, {
      checkAPI: false,
      timeout: FLEET_REQUEST_TIMEOUT_MS,
    });
    const prefix = `$KV.${names.buckets.hosts}.`;
    const { state } = await manager.streams.info(`KV_${names.buckets.hosts}`, {
      subjects_filter: `${prefix}*`,
    });
    const ids = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
    const bucket = await buckets.open(names.buckets.hosts);
    const found = await Promise.all(
      ids.filter(isHostId).sort().map(async (id) => {
        const entry = await bucket.get(id);
        if (entry === null || entry.operation !== "PUT" || entry.length > MAX_HOST_ENTRY_BYTES) {
          return undefined;
        }
        return { id, beat: entry.created, ...parseHostEntry(entry.string()) };
      }),
    );
    return found.filter((host) => host !== undefined);
  } catch (error) {
    if (isMissing(error)) throw noFleet(names, error);
    throw new FleetError(
      "fleet-failed",
      `the hosts of the fleet cannot be read (${names.buckets.hosts}): ${messageOf(error)}; let ` +
        "this user read the bucket",
      { cause: error },
    );
  }
}

/** Reads what a host says of itself; what is wrong counts as not said. */
export function parseHostEntry(text: string): HostEntry {
  const entry: Readonly<Record<string, unknown>> = parse(text);
  const { name, since, addresses, page, isControlled } = entry;
  return {
    ...(typeof name === "string" ? { name } : {}),
    since: typeof since === "string" ? since : "",
    addresses: Array.isArray(addresses)
      ? addresses.filter((each): each is string => typeof each === "string")
      : [],
    ...(typeof page === "string" && /^https?:\/\//.test(page) ? { page } : {}),
    isControlled: isControlled === true,
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
