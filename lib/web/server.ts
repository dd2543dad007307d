/**
 * Serves the page, and to the page the control interface and views of clients.
 *
 * @module
 */

import type { SocketAddress } from "../address.ts";
import {
  type Controlled,
  type HostRow,
  type HostsAround,
  type HostViewOutput,
  HttpControl,
  json,
  type OpenView,
  refusal,
  type ViewOptions,
} from "../control/mod.ts";
import { ControlError, messageOf, TransportError } from "../errors.ts";
import {
  DRAIN_TIMEOUT_MS,
  MAX_WEB_LOGINS,
  MAX_WEB_REQUESTS,
  MAX_WEB_STREAMS_PER_LINK,
} from "../limits.ts";
import type { Logger } from "../log.ts";
import { FailureLog } from "./failure_log.ts";
import { withHeaders } from "./headers.ts";
import { bracketed, hostOf, Hosts } from "./hosts.ts";
import type { Link, Links } from "./links.ts";
import { Logins } from "./logins.ts";
import { restrict } from "./rights.ts";
import { StaticFiles } from "./static_files.ts";
import { ViewSockets } from "./view_sockets.ts";

/** Where the page is served, and how browsers reach it. */
export interface WebOptions {
  /** Without brackets. */
  readonly hostname: string;
  /** 0 for any. */
  readonly port: number;
  /** The certificate and its private key, in PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Further names of the host, maybe with a port; the first one stands in links. */
  readonly names: readonly string[];
  /** Whether a proxy in front speaks TLS. */
  readonly isBehindProxy: boolean;
}

/** What the page is about. */
export interface WebControl extends Controlled {
  openView(word: string, options: ViewOptions, output: HostViewOutput): Promise<OpenView>;
  /** The other hosts of its fleet. */
  readonly hosts?: HostsAround;
}

const API = "/api";
const SESSION = `${API}/session`;
const HOSTS = `${API}/hosts`;
const LOGIN = "/login";
const SWITCHING = 101;
const JSON_TYPE = "application/json";
const VIEW = /^\/api\/clients\/([^/]+)\/view$/;

export class WebServer {
  readonly #control: WebControl;
  readonly #links: Links;
  readonly #log: Logger;
  readonly #failures: FailureLog;
  readonly #files: StaticFiles;
  readonly #hosts: Hosts;
  readonly #views: ViewSockets;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #abort = new AbortController();
  readonly #logins: Logins;
  /** What each link permits; a link that overloads its own holds up no other. */
  readonly #controls = new WeakMap<Link, HttpControl>();
  readonly #loggingIn = new UnderWay("logins", MAX_WEB_LOGINS);
  readonly #performing = new UnderWay("requests", MAX_WEB_REQUESTS);

  private constructor(
    options: WebOptions,
    control: WebControl,
    links: Links,
    files: StaticFiles,
    log: Logger,
  ) {
    const { hostname, port, tls, names, isBehindProxy } = options;
    this.#control = control;
    this.#links = links;
    this.#log = log;
    this.#failures = new FailureLog(log);
    this.#files = files;
    this.#hosts = new Hosts({
      hostname,
      names,
      scheme: isBehindProxy ? "any" : tls === undefined ? "http" : "https",
    });
    this.#views = new ViewSockets((...args) => control.openView(...args), this.#failures.add);
    this.#server = Deno.serve({
      hostname,
      port,
      ...tls,
      signal: this.#abort.signal,
      onListen() {},
      onError: (error) => this.#fail(error),
    }, (request, { remoteAddr }) => this.#respond(request, remoteAddr));
    this.#logins = new Logins(links, this.#server.addr.port, log);
    links.origin = originOf(options, this.#server.addr.port);
  }

  /**
   * Opens the port.
   *
   * @throws {TransportError} `port-in-use`, `permission-denied`, `listen-failed`.
   * @throws {ControlError} `control-failed` when the page cannot be read.
   */
  static async open(
    options: WebOptions,
    control: WebControl,
    links: Links,
    log: Logger,
  ): Promise<WebServer> {
    const files = await StaticFiles.read();
    try {
      return new WebServer(options, control, links, files, log);
    } catch (error) {
      throw describeFailure(options, error);
    }
  }

  get address(): SocketAddress {
    const { hostname, port } = this.#server.addr;
    return { hostname, port };
  }

  /** Where browsers find the page, without a slash at the end. */
  get origin(): string {
    return this.#links.origin;
  }

  /** Ends all views and streams, and waits a while for the requests that are under way. */
  async close(): Promise<void> {
    this.#views.close();
    this.#links.close();
    const timer = setTimeout(() => this.#abort.abort(), DRAIN_TIMEOUT_MS);
    await this.#server.shutdown();
    clearTimeout(timer);
  }

  async #respond(request: Request, from: SocketAddress): Promise<Response> {
    try {
      return await this.#route(request, from);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      return withHeaders(refusal(error));
    }
  }

  async #route(request: Request, { hostname }: SocketAddress): Promise<Response> {
    if (!this.#hosts.isOurs(request)) {
      throw new ControlError(
        "wrong-host",
        "the page is not served under this name; if it should be, start listen with --web-host NAME",
      );
    }
    const { pathname } = new URL(request.url);
    if (pathname === API || pathname.startsWith(`${API}/`)) {
      const response = await this.#answerApi(request, pathname);
      // The headers of an upgrade cannot be changed.
      return response.status === SWITCHING ? response : withHeaders(response);
    }
    if (pathname === LOGIN && request.method === "POST") {
      this.#requireOwnPage(request, true);
      const { run } = this.#loggingIn;
      return withHeaders(await run(() => this.#logins.logIn(request, hostname)));
    }
    return withHeaders(await this.#answerFile(request, pathname));
  }

  async #answerFile(request: Request, pathname: string): Promise<Response> {
    if (request.method !== "GET" && request.method !== "HEAD") {
      throw new ControlError("bad-method", `${pathname} takes GET and HEAD, not ${request.method}`);
    }
    const response = await this.#files.respond(pathname, request);
    if (response !== undefined) return response;
    throw new ControlError("no-such-path", `there is no ${JSON.stringify(pathname.slice(0, 64))}`);
  }

  async #answerApi(request: Request, pathname: string): Promise<Response> {
    const isUpgrade = request.headers.has("upgrade");
    this.#requireOwnPage(request, request.method !== "GET" || isUpgrade);
    const link = this.#logins.requireLink(request);
    return await this.#performing.run(async () => {
      await this.#requireClient(link);
      const [, word] = VIEW.exec(pathname) ?? [];
      if (word !== undefined) return this.#openView(request, word, link);
      if (pathname === SESSION) return json(await this.#session(link));
      const { hosts } = this.#control;
      if (pathname === HOSTS && request.method === "GET" && hosts !== undefined) {
        return json(await listHosts(hosts, link));
      }
      return await this.#perform(request, pathname, link);
    });
  }

  #requireOwnPage(request: Request, isRequired: boolean): void {
    if (this.#hosts.isOwnPage(request, isRequired)) return;
    throw new ControlError(
      "wrong-origin",
      "the request does not come from a page of this listener",
    );
  }

  /** A link of one client ends with that. */
  async #requireClient(link: Link): Promise<void> {
    if (link.client === undefined) return;
    const clients = await this.#control.list({});
    if (clients.some(({ id }) => id === link.client)) return;
    this.#links.end(link.id, "client-ended");
    throw new ControlError("no-session", "the client of this link has ended");
  }

  #openView(request: Request, part: string, link: Link): Response {
    const { client } = link;
    const word = decode(part);
    if (client !== undefined && word !== String(client)) {
      throw new ControlError("not-allowed", `this link is for client ${client} alone`);
    }
    const mode = new URL(request.url).searchParams.get("mode") ?? "full";
    if (mode !== "full" && mode !== "tile") {
      throw new ControlError("no-such-path", "the mode of a view is full or tile");
    }
    // A failure of the listener is no matter of a view that has ended.
    const onEnd = () => void this.#requireClient(link).catch(() => {});
    return this.#views.upgrade(request, word, mode, link, onEnd);
  }

  async #session({ rights, client, expiresMs }: Link) {
    const { hosts } = this.#control;
    return {
      rights,
      ...(hosts && { host: hosts.here }),
      ...(client === undefined ? {} : { client }),
      listener: await this.#control.listener({}),
      ...(expiresMs === undefined ? {} : { expires: new Date(expiresMs).toISOString() }),
    };
  }

  /** Performs an operation; what it gives and takes ends with the link. */
  async #perform(request: Request, pathname: string, link: Link): Promise<Response> {
    let http = this.#controls.get(link);
    if (http === undefined) {
      http = new HttpControl(restrict(this.#control, link), this.#log);
      this.#controls.set(link, http);
    }
    const url = new URL(request.url);
    url.pathname = pathname.slice(API.length) || "/";
    const { method, headers } = request;
    const body = request.body?.pipeThrough(new TransformStream(), { signal: link.ended }) ?? null;
    const response = await http.respond(new Request(url, { method, headers, body }));
    // What is not JSON may take its time.
    const isWhole = response.headers.get("content-type") === JSON_TYPE;
    return isWhole ? response : this.#stream(response, link);
  }

  /** Lets a body end with the link, and counts it until then. */
  #stream(response: Response, link: Link): Response {
    const body = response.body!;
    if (link.streams >= MAX_WEB_STREAMS_PER_LINK) {
      void body.cancel();
      throw new ControlError(
        "busy",
        `${MAX_WEB_STREAMS_PER_LINK} streams of this link are open, which is the most`,
      );
    }
    link.streams++;
    const { readable, writable } = new TransformStream<Uint8Array>();
    // It ends with an error when the reader has gone or the link has ended.
    void body.pipeTo(writable, { signal: link.ended }).catch(() => {}).finally(() => {
      link.streams--;
    });
    return new Response(readable, response);
  }

  #fail(error: unknown): Response {
    this.#failures.add(error);
    const refused = { error: "the listener has failed; its log has more", code: "internal-error" };
    return withHeaders(json(refused, { status: 500 }));
  }
}

/** Answers of one kind that are under way; there may be only so many. */
class UnderWay {
  readonly #what: string;
  readonly #most: number;
  #count = 0;

  constructor(what: string, most: number) {
    this.#what = what;
    this.#most = most;
  }

  /** @throws {ControlError} `busy`. */
  readonly run = async (answer: () => Promise<Response>): Promise<Response> => {
    if (this.#count >= this.#most) {
      throw new ControlError(
        "busy",
        `${this.#most} ${this.#what} are under way, which is the most; try again`,
      );
    }
    this.#count++;
    try {
      return await answer();
    } finally {
      this.#count--;
    }
  };
}

/** Lists the clients of other hosts, to all that may list those of this one. */
async function listHosts(hosts: HostsAround, { client }: Link): Promise<readonly HostRow[]> {
  if (client === undefined) return await hosts.rows();
  throw new ControlError("not-allowed", `this link is for client ${client} alone`);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ControlError("no-such-client", "the path has a bad escape");
  }
}

/** Where browsers find the page. */
function originOf({ hostname, tls, names, isBehindProxy }: WebOptions, port: number): string {
  const scheme = tls !== undefined || isBehindProxy ? "https" : "http";
  const [name] = names;
  if (name === undefined) return `${scheme}://${bracketed(hostname)}:${port}`;
  const hasPort = name !== hostOf(name);
  return isBehindProxy || hasPort ? `${scheme}://${name}` : `${scheme}://${name}:${port}`;
}

function describeFailure({ hostname, port }: WebOptions, cause: unknown): Error {
  const where = `${bracketed(hostname)}:${port}`;
  if (cause instanceof Deno.errors.AddrInUse) {
    return new TransportError("port-in-use", `${where} is in use by another program`, { cause });
  }
  if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
    return new TransportError(
      "permission-denied",
      `no permission to serve the page at ${where}: ${messageOf(cause)}`,
      { cause },
    );
  }
  return new TransportError(
    "listen-failed",
    `cannot serve the page at ${where}: ${messageOf(cause)}`,
    { cause },
  );
}
