import assert from "node:assert/strict";
import type { Controlled, HostsAround, LinkTerms, Result } from "../../lib/control/mod.ts";
import { Links } from "../../lib/web/links.ts";
import { type WebControl, type WebOptions, WebServer } from "../../lib/web/server.ts";
import { controlledBy } from "./controlled.ts";
import { LogBook } from "./log_book.ts";

const OPTIONS: WebOptions = { hostname: "127.0.0.1", port: 0, names: [], isBehindProxy: false };

/** A browser that has logged in. */
export interface Browser {
  readonly cookie: string;
  /** The headers of a page of the listener. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A server of the page over operations that a test gives. */
export class WebRig implements AsyncDisposable {
  readonly log = new LogBook();
  readonly links = new Links(this.log);
  server!: WebServer;

  static async start(
    operations: Partial<Controlled> = {},
    options: Partial<WebOptions> = {},
    openView?: WebControl["openView"],
    hosts?: HostsAround,
  ): Promise<WebRig> {
    const rig = new WebRig();
    const operated = controlledBy({
      list: () => [2, 3].map((id) => ({ id }) as Result<"list">[number]),
      listener: () => ({ id: 1 }) as Result<"listener">,
      ...operations,
      openView,
    } as Partial<Controlled>) as WebControl;
    const control = new Proxy(operated, {
      get: (of, name) => name === "hosts" ? hosts : of[name as keyof Controlled],
    });
    rig.server = await WebServer.open({ ...OPTIONS, ...options }, control, rig.links, rig.log);
    return rig;
  }

  get port(): number {
    return this.server.address.port;
  }

  /** Where browsers find the page. */
  get origin(): string {
    return this.links.origin;
  }

  /** Makes a link. @returns Its token and its number. */
  link(terms: LinkTerms = { rights: "all" }): { readonly token: string; readonly id: number } {
    const { link, url } = this.links.make(terms);
    return { token: url.split("#")[1]!, id: link.id };
  }

  /** Logs in by a new link. */
  async logIn(terms?: LinkTerms): Promise<Browser & { readonly id: number }> {
    const { token, id } = this.link(terms);
    return { ...await this.open(token), id };
  }

  /** Logs in by a token. */
  async open(token: string): Promise<Browser> {
    const response = await this.postLogin(JSON.stringify({ token }));
    assert.equal(response.status, 204, await response.text());
    const [cookie] = response.headers.get("set-cookie")!.split(";");
    return { cookie: cookie!, headers: { cookie: cookie!, origin: this.origin } };
  }

  async postLogin(body: string, headers: Record<string, string> = {}): Promise<Response> {
    return await fetch(`${this.origin}/login`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", origin: this.origin, ...headers },
    });
  }

  /** Asks for something. @returns The status, and the code of a refusal. */
  async ask(
    { headers }: Pick<Browser, "headers">,
    path: string,
    init: RequestInit = {},
  ): Promise<[status: number, code: string | undefined]> {
    const response = await fetch(`${this.origin}${path}`, { headers, ...init });
    const text = await response.text();
    return [response.status, response.ok ? undefined : JSON.parse(text).code];
  }

  /** Sends a request as it stands. @returns The whole answer; the server closes the connection. */
  async raw(head: string, body = ""): Promise<string> {
    using socket = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    const text = `${head.trim().split("\n").join("\r\n")}\r\nConnection: close\r\n\r\n${body}`;
    await socket.write(new TextEncoder().encode(text));
    return await new Response(socket.readable).text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }
}
