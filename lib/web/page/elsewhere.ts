/**
 * Finds a client again that has come back at another host.
 *
 * @module
 */

import type { Row } from "../../control/operations.ts";

/**
 * How much earlier a client may have left than the page has noticed: a host counts as silent after 6 to 8
 * seconds, and the clocks of hosts differ a little.
 */
const NOTICED_MS = 15_000;

/** What a client is known by. */
export type Known = Pick<Row<"show">, "key" | "segkind" | "title" | "since">;

/** The clients of a host. */
export interface Listed {
  /** The id of the host; absent for this one. */
  readonly host: string | undefined;
  readonly clients: readonly Row<"list">[];
}

/**
 * Finds the clients that one may be now: of the same key and kind, connected since it has left. If some of
 * them have its title, these alone.
 *
 * @param host The host at which it was; they are at others.
 * @param leftMs When the page has noticed that it left, in milliseconds since 1970.
 */
export function findElsewhere(
  { key, segkind, title, since }: Known,
  host: string | undefined,
  leftMs: number,
  lists: readonly Listed[],
): { readonly host: string | undefined; readonly id: number }[] {
  const fromMs = Math.max(Date.parse(since), leftMs - NOTICED_MS);
  const found = lists.filter((list) => list.host !== host).flatMap((list) =>
    list.clients.filter((client) =>
      client.key === key && client.segkind === segkind && Date.parse(client.since) > fromMs
    ).map((client) => ({ host: list.host, client }))
  );
  const alike = found.filter(({ client }) => client.title === title);
  return (alike.length > 0 ? alike : found).map(({ host, client }) => ({ host, id: client.id }));
}
