/**
 * Finds the host that a word means.
 *
 * @module
 */

import { FleetError } from "../../errors.ts";
import { MAX_LISTED_CLIENTS } from "../../limits.ts";
import type { FleetHost } from "../host_list.ts";

/**
 * Finds a host by its id or the beginning of it, which must fit no other one.
 *
 * @throws {FleetError} `no-such-host`, `ambiguous-host`.
 */
export function findHost(hosts: readonly FleetHost[], word: string): FleetHost {
  const exact = hosts.find(({ id }) => id === word);
  if (exact !== undefined) return exact;
  const found = word === "" ? [] : hosts.filter(({ id }) => id.startsWith(word));
  const [host, ...more] = found;
  if (host !== undefined && more.length === 0) return host;
  if (host !== undefined) {
    throw new FleetError(
      "ambiguous-host",
      `${found.length} hosts begin with ${JSON.stringify(word)}: ${listHostIds(found)}; ` +
        "give more of one",
    );
  }
  const there = hosts.length === 0 ? "the fleet has none" : `there are ${listHostIds(hosts)}`;
  throw new FleetError("no-such-host", `there is no host ${JSON.stringify(word)}; ${there}`);
}

/**
 * Chooses a host.
 *
 * @param word As for {@linkcode findHost}; may be absent if there is one host.
 * @throws {FleetError} `no-such-host`, `ambiguous-host`.
 */
export function chooseHost(hosts: readonly FleetHost[], word: string | undefined): FleetHost {
  if (word !== undefined) return findHost(hosts, word);
  const [host, ...more] = hosts;
  if (host === undefined) throw new FleetError("no-such-host", "the fleet has no host");
  if (more.length === 0) return host;
  throw new FleetError(
    "ambiguous-host",
    `the fleet has ${hosts.length} hosts: ${listHostIds(hosts)}; choose one by --to HOST`,
  );
}

/** Hosts for people, some of them if they are many. */
export function listHostIds(hosts: readonly FleetHost[]): string {
  const names = hosts.slice(0, MAX_LISTED_CLIENTS).map(({ id, name, addresses }) => {
    const about = [name, ...addresses].filter((each) => each !== undefined);
    return about.length === 0 ? id : `${id} (${about.join(", ")})`;
  });
  const more = hosts.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
