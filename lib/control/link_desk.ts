/**
 * The links to the page, as the control interface sees them.
 *
 * @module
 */

import type { Result } from "./operations.ts";

/** What a link permits. */
export interface LinkTerms {
  /** `look`, or `all` for all that can be done. */
  readonly rights: "look" | "all";
  /** The number of the one client that it is for. */
  readonly client?: number;
  /** When it ends, in milliseconds since 1970. */
  readonly expiresMs?: number;
}

/** A link as lists show it: without its token, which nothing keeps. */
export interface LinkRow extends LinkTerms {
  readonly id: number;
  /** When it was made, in milliseconds since 1970. */
  readonly sinceMs: number;
  readonly logins: number;
  readonly views: number;
}

/** Why a link ends. */
export type LinkEnd = "withdrawn" | "expired" | "client-ended" | "listener-ended";

/** Makes, lists and withdraws links. */
export interface LinkDesk {
  readonly links: readonly LinkRow[];
  /** @throws {ControlError} `busy` when there are too many. */
  make(terms: LinkTerms): { readonly link: LinkRow; readonly url: string };
  /** @returns Whether there was such a link. */
  end(id: number, reason: LinkEnd): boolean;
}

/** A link as the result of an operation. */
export function describeLink(link: LinkRow): Result<"links">[number] {
  const { id, rights, client, expiresMs, sinceMs, logins, views } = link;
  return {
    id,
    rights,
    ...(client === undefined ? {} : { client }),
    ...(expiresMs === undefined ? {} : { expires: new Date(expiresMs).toISOString() }),
    since: new Date(sinceMs).toISOString(),
    logins,
    views,
  };
}
