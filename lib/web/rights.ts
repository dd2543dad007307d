/**
 * What a link permits, by the `access` of each operation.
 *
 * @module
 */

import {
  type Controlled,
  type LinkTerms,
  type Operation,
  type OperationName,
  OPERATIONS,
  type Result,
} from "../control/mod.ts";
import { ControlError } from "../errors.ts";

type Perform = (args: Readonly<Record<string, unknown>>) => unknown;
type Terms = Pick<LinkTerms, "rights" | "client">;

/**
 * The operations that a link permits; the others are refused with `not-allowed`. A link of one client
 * permits those that have a parameter `client`, which must be its number, and a list of it alone.
 */
export function restrict(controlled: Controlled, terms: Terms): Controlled {
  const restricted: Partial<Record<OperationName, Perform>> = {};
  for (const name of Object.keys(OPERATIONS) as OperationName[]) {
    const perform = (controlled[name] as Perform).bind(controlled);
    restricted[name] = (args) => {
      requireAccess(name, terms);
      return terms.client === undefined ? perform(args) : narrow(name, perform, terms.client, args);
    };
  }
  return restricted as Controlled;
}

function requireAccess(name: OperationName, { rights, client }: Terms): void {
  const { access }: Operation = OPERATIONS[name];
  if (rights === "look" && access !== "look") {
    throw new ControlError("not-allowed", `this link is for looking alone; ${name} is more`);
  }
  if (client !== undefined && (access === "manage" || !concernsOneClient(name))) {
    throw new ControlError(
      "not-allowed",
      `this link is for client ${client} alone; ${name} concerns more`,
    );
  }
}

function concernsOneClient(name: OperationName): boolean {
  return name === "list" || "client" in OPERATIONS[name].params;
}

function narrow(
  name: OperationName,
  perform: Perform,
  client: number,
  args: Readonly<Record<string, unknown>>,
): unknown {
  if (name === "list") {
    return Promise.resolve(perform(args) as Promise<Result<"list">>)
      .then((rows) => rows.filter(({ id }) => id === client));
  }
  const own = String(client);
  const given = args["client"] ?? own;
  if (given === own) return perform({ ...args, client: own });
  throw new ControlError(
    "not-allowed",
    `this link is for client ${client} alone, not for ${JSON.stringify(given)}`,
  );
}
