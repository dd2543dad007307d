/**
 * The links by which browsers log in.
 *
 * @module
 */

import type { LinkDesk, LinkEnd, LinkRow, LinkTerms } from "../control/mod.ts";
import { ControlError } from "../errors.ts";
import { MAX_TIMER_MS, MAX_WEB_LINKS } from "../limits.ts";
import type { Logger } from "../log.ts";
import { cookieOf, HashedSecret, isToken, makeToken } from "./tokens.ts";

/** A link, and what was opened by it. */
export class Link implements LinkRow {
  readonly id: number;
  readonly rights: LinkTerms["rights"];
  readonly client?: number;
  readonly expiresMs?: number;
  readonly sinceMs = Date.now();
  logins = 0;
  views = 0;
  /** Streams of lines that are open. */
  streams = 0;
  readonly #token: HashedSecret;
  readonly #cookie: HashedSecret;
  readonly #ended = new AbortController();

  constructor(id: number, token: string, terms: LinkTerms) {
    this.id = id;
    this.rights = terms.rights;
    if (terms.client !== undefined) this.client = terms.client;
    if (terms.expiresMs !== undefined) this.expiresMs = terms.expiresMs;
    this.#token = new HashedSecret(token);
    this.#cookie = new HashedSecret(cookieOf(token));
  }

  /** Aborted when the link ends, with a sentence for people. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  hasToken(token: string): boolean {
    return this.#token.equals(token);
  }

  hasCookie(cookie: string): boolean {
    return this.#cookie.equals(cookie);
  }

  end(reason: string): void {
    this.#ended.abort(reason);
  }
}

const REASONS: { readonly [R in LinkEnd]: string } = {
  withdrawn: "the link was withdrawn",
  expired: "the link has expired",
  "client-ended": "the client of the link has ended",
  "listener-ended": "the listener has ended",
};

/** All links of a listener. */
export class Links implements LinkDesk {
  readonly #log: Logger;
  readonly #links = new Map<number, Link>();
  #lastId = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Where browsers find the page, without a slash at the end; set once it is served. */
  origin = "";

  constructor(log: Logger) {
    this.#log = log;
  }

  get links(): readonly Link[] {
    this.#expire();
    return [...this.#links.values()];
  }

  make(terms: LinkTerms): { readonly link: Link; readonly url: string } {
    if (this.links.length >= MAX_WEB_LINKS) {
      throw new ControlError(
        "busy",
        `there are ${MAX_WEB_LINKS} links, which is the most; withdraw one by "ctl unlink"`,
      );
    }
    const token = makeToken();
    const link = new Link(++this.#lastId, token, terms);
    this.#links.set(link.id, link);
    this.#schedule();
    const { id, rights, client, expiresMs } = link;
    const expires = expiresMs === undefined ? undefined : new Date(expiresMs).toISOString();
    this.#log.log("info", "link-made", { link: id, rights, linkedClient: client, expires });
    return { link, url: `${this.origin}/#${token}` };
  }

  end(id: number, reason: LinkEnd): boolean {
    const link = this.#links.get(id);
    if (link === undefined) return false;
    this.#links.delete(id);
    link.end(REASONS[reason]);
    if (reason !== "listener-ended") this.#log.log("info", "link-ended", { link: id, reason });
    return true;
  }

  /** Ends all links. */
  close(): void {
    clearTimeout(this.#timer);
    for (const id of [...this.#links.keys()]) this.end(id, "listener-ended");
  }

  /** Finds the link of a token. All are compared, so that the time tells nothing. */
  byToken(token: unknown): Link | undefined {
    if (!isToken(token)) return undefined;
    return this.links.filter((link) => link.hasToken(token))[0];
  }

  /** Finds the link of one of some cookies. */
  byCookie(cookies: readonly string[]): Link | undefined {
    const given = cookies.filter(isToken);
    return this.links.filter((link) => given.some((cookie) => link.hasCookie(cookie)))[0];
  }

  #expire(): void {
    const nowMs = Date.now();
    for (const { id, expiresMs = Infinity } of this.#links.values()) {
      if (expiresMs <= nowMs) this.end(id, "expired");
    }
  }

  /** Ends links at their time, also without a request. */
  #schedule(): void {
    clearTimeout(this.#timer);
    const times = [...this.#links.values()].map(({ expiresMs = Infinity }) => expiresMs);
    const next = Math.min(...times);
    if (next === Infinity) return;
    const timer = setTimeout(() => {
      this.#expire();
      this.#schedule();
    }, Math.min(Math.max(0, next - Date.now()), MAX_TIMER_MS));
    this.#timer = timer;
    Deno.unrefTimer(timer);
  }
}
