/**
 * Which addresses a browser may have asked for, and which pages may ask.
 *
 * A page of another site cannot change the `Host` that its browser sends: it is the name in the address,
 * also when that name leads to this machine (DNS rebinding). Ports are not compared, as with a port that
 * `ssh -L` forwards; `Origin` must have the same as `Host`.
 *
 * @module
 */

import { isLoopback } from "../address.ts";

const AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?$/;
const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"] as const;

/** A host as it stands in an address: with brackets around IPv6. */
export function bracketed(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

/** Reads `name`, `name:port` or `[v6]:port`. @returns The host in lower case, or `undefined`. */
export function hostOf(authority: string): string | undefined {
  return AUTHORITY.exec(authority.toLowerCase())?.[1];
}

export interface HostRules {
  /** What the server is bound to, without brackets. */
  readonly hostname: string;
  /** Further names of it, as `Host` has them, maybe with a port. */
  readonly names: readonly string[];
  /** The scheme that browsers use; either with a proxy in front. */
  readonly scheme: "http" | "https" | "any";
}

/** What is looked at of a request. */
type Asked = Pick<Request, "url" | "headers">;

export class Hosts {
  readonly #allowed: ReadonlySet<string>;
  readonly #schemes: readonly string[];

  constructor({ hostname, names, scheme }: HostRules) {
    this.#allowed = new Set([
      bracketed(hostname.toLowerCase()),
      ...(isLoopback(hostname) ? LOOPBACK_NAMES : []),
      ...names.flatMap((name) => hostOf(name) ?? []),
    ]);
    this.#schemes = scheme === "any" ? ["http:", "https:"] : [`${scheme}:`];
  }

  /** Whether the browser has asked for us. */
  isOurs({ url, headers }: Asked): boolean {
    const authorities = [URL.parse(url)?.host ?? "", headers.get("host")];
    return authorities.every((each) => each === null || this.#allowed.has(hostOf(each) ?? ""));
  }

  /**
   * Whether a page of ours has asked.
   *
   * @param required Whether the browser must say so, as it does for everything but simple reading.
   */
  isOwnPage({ url, headers }: Asked, required: boolean): boolean {
    const site = headers.get("sec-fetch-site");
    if (site !== null && site !== "same-origin" && site !== "none") return false;
    const origin = headers.get("origin");
    if (origin === null) return !required;
    const page = URL.parse(origin);
    const host = headers.get("host") ?? URL.parse(url)?.host;
    return page !== null && page.host === host?.toLowerCase() &&
      this.#schemes.includes(page.protocol);
  }
}
