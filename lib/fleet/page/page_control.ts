/**
 * The operations of a page, on the clients of all hosts of a fleet: those of others are named `HOST/NUMBER`.
 *
 * @module
 */

import {
  type Controlled,
  type HostsAround,
  type HostViewOutput,
  type ListenerControl,
  type OpenView,
  type Operation,
  type OperationName,
  OPERATIONS,
  type ViewOptions,
} from "../../control/mod.ts";
import type { FleetCaller } from "../control/caller.ts";
import { openFarView } from "../views/far_view.ts";
import { VIEW_KIND, type ViewRequest } from "../views/types.ts";
import { HostLists } from "./host_lists.ts";

/** A client of another host. */
interface FarClient {
  readonly host: string;
  readonly client: string;
}

/** What a page can ask for in a fleet. */
export type PageControl = Controlled & {
  readonly hosts: HostsAround;
  openView(word: string, options: ViewOptions, output: HostViewOutput): Promise<OpenView>;
};

/**
 * Adds the clients of other hosts to the control of a listener.
 *
 * @param own The listener of this host.
 * @param here The id of this host.
 */
export function acrossHosts(own: ListenerControl, caller: FleetCaller, here: string): PageControl {
  const performing: Partial<Record<OperationName, (args: { client?: string }) => unknown>> = {};
  for (const name of Object.keys(OPERATIONS) as OperationName[]) {
    const perform = own[name].bind(own) as (args: unknown) => unknown;
    performing[name] = (args) => {
      const far = isOfClients(name) ? parseFar(args.client) : undefined;
      if (far === undefined) return perform(args);
      const { [name]: performFar } = caller.controlled(far.host);
      return (performFar as (args: unknown) => unknown)({ ...args, client: far.client });
    };
  }
  return {
    ...performing as Controlled,
    hosts: new HostLists(caller, here),
    async openView(word, options, output) {
      const far = parseFar(word);
      if (far === undefined) return await own.openView(word, options, output);
      const head: ViewRequest = { kind: VIEW_KIND, client: far.client, mode: options.mode };
      return await openFarView(caller.open(far.host, options.rights, { ...head }), output);
    },
  };
}

/** What concerns the listener itself, as a link to its page does, is done at its own page. */
function isOfClients(name: OperationName): boolean {
  const { params, access }: Operation = OPERATIONS[name];
  return "client" in params && access !== "manage";
}

function parseFar(word: string | undefined): FarClient | undefined {
  const [, host, client] = /^([^/]+)\/([^/]+)$/.exec(word ?? "") ?? [];
  return host === undefined || client === undefined ? undefined : { host, client };
}
