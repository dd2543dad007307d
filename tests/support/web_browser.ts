/** The part of a browser that talks to the page's server, without the page. */

import assert from "node:assert/strict";
import { VIEW_PROTOCOL } from "../../lib/web/views/protocol.ts";
import { Changes } from "./changes.ts";
import type { Listening } from "./listening.ts";
import { Viewer } from "./viewer.ts";

/** A view over a WebSocket. */
export interface WebView {
  readonly viewer: Viewer;
  /** Settles when the WebSocket is closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): void;
}

/** A browser that has logged in by a link. */
export class WebBrowser implements Disposable {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly #client: Deno.HttpClient;

  private constructor(origin: string, cookie: string, client: Deno.HttpClient) {
    this.origin = origin;
    this.headers = { cookie, origin };
    this.#client = client;
  }

  /** Opens the link that a listener has printed. */
  static async atFirst(listening: Listening): Promise<WebBrowser> {
    const [, url] = await listening.err.until(/^in a browser: (\S+)$/m);
    return await WebBrowser.open(url!);
  }

  /** @param caCerts Certificates to trust, in PEM. */
  static async open(url: string, caCerts: string[] = []): Promise<WebBrowser> {
    const [origin, token] = url.split("/#");
    const client = Deno.createHttpClient({ caCerts });
    const response = await fetch(`${origin}/login`, {
      method: "POST",
      body: JSON.stringify({ token }),
      headers: { "content-type": "application/json", origin: origin! },
      client,
    });
    assert.equal(response.status, 204, await response.text());
    const [cookie] = response.headers.get("set-cookie")!.split(";");
    return new WebBrowser(origin!, cookie!, client);
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.origin}${path}`, {
      headers: this.headers,
      client: this.#client,
      ...init,
    });
  }

  /** Asks for something. @returns The result; the code of a refusal. */
  // deno-lint-ignore no-explicit-any -- each path has a result of its own
  async get(path: string): Promise<any> {
    const result = await (await this.fetch(path)).json();
    return result.code ?? result;
  }

  // deno-lint-ignore no-explicit-any -- as for get
  async post(path: string, body: object = {}): Promise<any> {
    const result = await (await this.fetch(path, { method: "POST", body: JSON.stringify(body) }))
      .json();
    return result.code ?? result;
  }

  /** Opens a view and says hello. */
  async view(client: number | string, mode = "full"): Promise<WebView> {
    const url = `${this.origin.replace(/^http/, "ws")}/api/clients/${client}/view?mode=${mode}`;
    const socket = new WebSocket(url, { protocols: [VIEW_PROTOCOL], headers: this.headers });
    socket.binaryType = "arraybuffer";
    const viewer = new Viewer();
    viewer.attach({
      receive: (message) => socket.send(message as string),
      close: () => socket.close(),
    });
    socket.onmessage = ({ data }) =>
      viewer.send(typeof data === "string" ? data : new Uint8Array(data));
    const changes = new Changes();
    let end: { readonly code: number; readonly reason: string } | undefined;
    socket.onclose = ({ code, reason }) => {
      end = { code, reason };
      changes.notify();
    };
    socket.onerror = (event) => event.preventDefault();
    socket.onopen = () => changes.notify();
    const isSettled = () => end !== undefined || socket.readyState === WebSocket.OPEN;
    await changes.until(isSettled, () => `a view of ${client}`);
    if (end === undefined) viewer.hello();
    return {
      viewer,
      closed: changes.until(() => end !== undefined, () => "the end of a view").then(() => end!),
      close: () => socket.close(),
    };
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}
