/**
 * The clients of all other hosts, asked for on behalf of all pages of this one.
 *
 * @module
 */

import { type HostRow, type HostsAround, OPERATIONS, type Result } from "../../control/mod.ts";
import { FleetError } from "../../errors.ts";
import { FLEET_BEAT_MS, FLEET_LIST_GAP_MS, FLEET_LIST_MS } from "../../limits.ts";
import type { FleetCaller } from "../control/caller.ts";
import type { FleetHost } from "../host_list.ts";

type Rows = Result<"list">;

/** Pages that ask at the same time share one question to each host. */
export class HostLists implements HostsAround {
  readonly here: string;
  readonly #caller: Pick<FleetCaller, "hosts" | "call">;
  #hosts: readonly FleetHost[] = [];
  #hostsMs = -Infinity;
  readonly #lists = new Map<string, HostList>();

  /** @param here The id of this host. */
  constructor(caller: Pick<FleetCaller, "hosts" | "call">, here: string) {
    this.#caller = caller;
    this.here = here;
  }

  async rows(): Promise<readonly HostRow[]> {
    await this.#refreshHosts();
    const others = this.#hosts;
    await Promise.all(others.map(({ id }) => this.#listOf(id).refresh()));
    return others.map((host) => describe(host, this.#listOf(host.id)));
  }

  /** Hosts say once in {@linkcode FLEET_BEAT_MS} that they are there. */
  async #refreshHosts(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#hostsMs < FLEET_BEAT_MS) return;
    this.#hostsMs = nowMs;
    try {
      this.#hosts = (await this.#caller.hosts()).filter(({ id }) => id !== this.here);
    } catch (error) {
      // Those that were there are shown as silent, when they do not answer either.
      if (!(error instanceof FleetError)) throw error;
    }
    const ids = new Set(this.#hosts.map(({ id }) => id));
    for (const id of this.#lists.keys()) if (!ids.has(id)) this.#lists.delete(id);
  }

  #listOf(id: string): HostList {
    let list = this.#lists.get(id);
    if (list === undefined) {
      list = new HostList(async () => readRows(await this.#caller.call(id, "list", {})));
      this.#lists.set(id, list);
    }
    return list;
  }
}

/** What one host has answered. */
class HostList {
  rows: Rows | undefined;
  /** Whether it has failed to answer in time. */
  isSilent = false;
  readonly #ask: () => Promise<Rows>;
  #asking: Promise<void> | undefined;
  #askedMs = -Infinity;

  constructor(ask: () => Promise<Rows>) {
    this.#ask = ask;
  }

  /** Asks again, and waits for the answer for a while; not for a host that does not answer. */
  async refresh(): Promise<void> {
    if (this.#asking === undefined && performance.now() - this.#askedMs >= FLEET_LIST_GAP_MS) {
      this.#asking = this.#run();
    }
    if (this.#asking === undefined || this.isSilent) return;
    const { promise: late, resolve } = Promise.withResolvers<true>();
    const timer = setTimeout(() => resolve(true), FLEET_LIST_MS);
    if (await Promise.race([this.#asking, late])) this.isSilent = true;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    this.#askedMs = performance.now();
    try {
      this.rows = await this.#ask();
      this.isSilent = false;
    } catch {
      this.isSilent = true;
    } finally {
      this.#asking = undefined;
    }
  }
}

function describe({ id, name, addresses }: FleetHost, { rows, isSilent }: HostList): HostRow {
  return {
    id,
    ...(name !== undefined && { name }),
    addresses,
    is_silent: isSilent,
    ...(rows !== undefined && { clients: rows }),
  };
}

/** The rows that are as they are described: another host may be of another version. */
function readRows(rows: Rows): Rows {
  const fields = Object.entries(OPERATIONS.list.fields);
  return rows.filter((row) =>
    fields.every(([name, { type, isOptional }]) => {
      const value: unknown = row[name as keyof typeof row];
      if (value === undefined) return isOptional;
      return type === "integer" ? Number.isSafeInteger(value) : typeof value === "string";
    })
  );
}
