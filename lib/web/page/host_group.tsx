/**
 * The clients of one host of a fleet.
 *
 * @module
 */

import type { Shown } from "./clients.ts";
import { count, plain } from "./format.ts";
import { splitHost } from "./host_name.ts";
import type { Host } from "./hosts.ts";
import { Tile } from "./tile.tsx";

/** Clients as tiles. */
export function Tiles({ clients, isSilent = false }: {
  readonly clients: readonly Shown[];
  /** Whether their host does not answer. */
  readonly isSilent?: boolean;
}) {
  return (
    <ul class="tiles">
      {clients.map((shown) => <Tile key={shown.word} isSilent={isSilent} {...shown} />)}
    </ul>
  );
}

/** A host and its clients; people can close it. */
export function HostGroup({ host, clients, isHere }: {
  readonly host: Host;
  readonly clients: readonly Shown[];
  readonly isHere: boolean;
}) {
  const { id, name, addresses, is_silent } = host;
  const { machine, rest } = splitHost(id);
  const there = clients.filter(({ lastWords }) => lastWords === undefined).length;
  return (
    <details class="host-group" id={`host-${id}`} open>
      <summary>
        <h2>
          {machine} <span class="number mono">{rest}</span>
        </h2>
        {isHere && <span class="badge">this host</span>}
        {is_silent && <span class="badge warning">does not answer</span>}
        <span class="number">{count(there, "client")}</span>
        <span class="facts">
          {name !== undefined && <span>{plain(name)}</span>}
          <span class="mono">{addresses.map(plain).join("  ")}</span>
        </span>
      </summary>
      {clients.length > 0 && <Tiles clients={clients} isSilent={is_silent} />}
    </details>
  );
}

/** All hosts at a glance; a click goes to one. */
export function HostBar({ hosts }: {
  readonly hosts: readonly (Host & { readonly count: number })[];
}) {
  const goTo = (id: string) => {
    const group = document.getElementById(`host-${id}`) as HTMLDetailsElement | null;
    if (group === null) return;
    group.open = true;
    group.scrollIntoView();
    group.querySelector("summary")!.focus({ preventScroll: true });
  };
  return (
    <nav class="host-bar" aria-label="Hosts">
      {hosts.map(({ id, is_silent, count }) => (
        <button
          type="button"
          key={id}
          title={is_silent ? `${id} does not answer` : id}
          class={is_silent ? "warning" : ""}
          onClick={() => goTo(id)}
        >
          {splitHost(id).machine} <span class="number">{is_silent ? "no answer" : count}</span>
        </button>
      ))}
    </nav>
  );
}
