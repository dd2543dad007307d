/**
 * The other hosts of a fleet, with their clients.
 *
 * @module
 */

import { signal } from "@preact/signals";
import type { HostRow } from "../../control/hosts.ts";
import { getHosts } from "./api.ts";
import { clients, merge, onFailure, POLL_MS } from "./clients.ts";

/** What the clients of a host have said last that has left the fleet. */
const HOST_GONE = "its host is gone";

export type Host = Omit<HostRow, "clients">;

export const hosts = signal<readonly Host[]>([]);

/** Follows the other hosts. @param signal Ends it. */
export function followHosts(signal: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async () => {
    try {
      const rows = await getHosts();
      if (!signal.aborted) take(rows);
    } catch (error) {
      if (!signal.aborted) onFailure(error);
    }
    if (!signal.aborted) timer = setTimeout(ask, POLL_MS);
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  void ask();
}

function take(rows: readonly HostRow[]): void {
  hosts.value = rows.map(({ clients: _, ...host }) => host);
  for (const { id, clients } of rows) if (clients !== undefined) merge(id, clients);
  const known = new Set<string | undefined>(rows.map(({ id }) => id)).add(undefined);
  const gone = new Set(clients.value.map(({ host }) => host)).difference(known);
  for (const host of gone) merge(host, [], HOST_GONE);
}
