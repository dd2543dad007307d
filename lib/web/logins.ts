/**
 * Logs browsers in: a token becomes a cookie.
 *
 * Failures refuse no right token, so that strangers cannot lock others out by trying; that they find one
 * of 2^128 tokens is out of the question.
 *
 * @module
 */

import { readBody } from "../control/mod.ts";
import { ControlError } from "../errors.ts";
import {
  MAX_WEB_COOKIES,
  MAX_WEB_FAILED_LOGINS,
  MAX_WEB_LOGIN_BYTES,
  WEB_FAILED_LOGINS_MS,
  WEB_LOGIN_TIMEOUT_MS,
} from "../limits.ts";
import type { Logger } from "../log.ts";
import type { Link, Links } from "./links.ts";
import { cookieOf } from "./tokens.ts";

const LIMITS = { maxBytes: MAX_WEB_LOGIN_BYTES, timeoutMs: WEB_LOGIN_TIMEOUT_MS };

export class Logins {
  readonly #links: Links;
  readonly #log: Logger;
  readonly #cookieName: string;
  #failures = 0;
  #failuresSinceMs = -Infinity;

  /** @param port Cookies are not told apart by ports, so that it is in their name. */
  constructor(links: Links, port: number, log: Logger) {
    this.#links = links;
    this.#log = log;
    this.#cookieName = `net-listen-${port}`;
  }

  /**
   * Answers a login.
   *
   * @param address Where it comes from, for the log.
   * @throws {ControlError} `bad-link`, `busy`, `body-too-large`, `body-timeout`.
   */
  async logIn(request: Request, address: string): Promise<Response> {
    const token = await readToken(request);
    const link = this.#links.byToken(token);
    if (link === undefined) return this.#refuse(address);
    link.logins++;
    this.#log.log("info", "web-login", { client: address, link: link.id });
    const cookie = `${this.#cookieName}=${cookieOf(token!)}`;
    const isSecure = request.headers.get("origin")?.startsWith("https:") ?? false;
    const attributes = [
      "Path=/",
      "HttpOnly",
      "SameSite=Strict",
      ...(isSecure ? ["Secure"] : []),
      ...(link.expiresMs === undefined
        ? []
        : [`Max-Age=${Math.ceil((link.expiresMs - Date.now()) / 1000)}`]),
    ];
    return new Response(null, {
      status: 204,
      headers: { "set-cookie": [cookie, ...attributes].join("; ") },
    });
  }

  /**
   * The link by which the browser of a request has logged in.
   *
   * @throws {ControlError} `no-session`.
   */
  requireLink({ headers }: Request): Link {
    const cookies = (headers.get("cookie") ?? "").split(";")
      .map((each) => each.trim().split("="))
      .filter(([name]) => name === this.#cookieName)
      .map(([, value = ""]) => value)
      .slice(0, MAX_WEB_COOKIES);
    const link = this.#links.byCookie(cookies);
    if (link !== undefined) return link;
    throw new ControlError(
      "no-session",
      'open the link that "listen --web" or "ctl link" has printed: it is needed to log in, and ' +
        "may have expired or been withdrawn",
    );
  }

  #refuse(address: string): never {
    const nowMs = performance.now();
    if (nowMs - this.#failuresSinceMs >= WEB_FAILED_LOGINS_MS) {
      this.#failures = 0;
      this.#failuresSinceMs = nowMs;
    }
    if (++this.#failures > MAX_WEB_FAILED_LOGINS) {
      throw new ControlError(
        "busy",
        `more than ${MAX_WEB_FAILED_LOGINS} logins have failed in a minute; try again in a minute`,
      );
    }
    this.#log.log("warn", "web-login-refused", {
      client: address,
      ...(this.#failures === MAX_WEB_FAILED_LOGINS && {
        detail: "further ones of this minute are not logged",
      }),
    });
    throw new ControlError("bad-link", "the link is wrong, has expired or was withdrawn");
  }
}

/** @returns `undefined` when the body is not as it should be. */
async function readToken(request: Request): Promise<string | undefined> {
  const isJson = request.headers.get("content-type")?.split(";")[0]?.trim() === "application/json";
  const text = await readBody(request, LIMITS);
  try {
    const { token } = JSON.parse(text);
    return isJson && typeof token === "string" ? token : undefined;
  } catch {
    return undefined;
  }
}
