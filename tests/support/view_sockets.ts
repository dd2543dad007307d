/** Views over the WebSockets of the page's server. */

import assert from "node:assert/strict";
import type { OpenView, ViewOptions, ViewOutput } from "../../lib/control/mod.ts";
import { VIEW_PROTOCOL } from "../../lib/web/views/protocol.ts";
import { Changes } from "./changes.ts";
import { type Browser, WebRig } from "./web.ts";

/** A view that the test writes for. */
export class WrittenView implements OpenView {
  readonly received: (string | Uint8Array)[] = [];
  closed = 0;
  constructor(
    readonly word: string,
    readonly options: ViewOptions,
    readonly output: ViewOutput,
    readonly changes: Changes,
  ) {}
  receive(message: string | Uint8Array): void {
    this.received.push(message);
    this.changes.notify();
  }
  close(): void {
    this.closed++;
    this.changes.notify();
  }
}

/** A browser's end of a view. */
export class ViewerSocket {
  readonly socket: WebSocket;
  readonly received: (string | ArrayBuffer)[] = [];
  end: { readonly code: number; readonly reason: string } | undefined;

  constructor(url: string, headers: Record<string, string>, changes: Changes) {
    this.socket = new WebSocket(url, { protocols: [VIEW_PROTOCOL], headers });
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => changes.notify();
    this.socket.onmessage = ({ data }) => {
      this.received.push(data);
      changes.notify();
    };
    this.socket.onerror = (event) => event.preventDefault();
    this.socket.onclose = ({ code, reason }) => {
      this.end = { code, reason };
      changes.notify();
    };
  }
}

export class ViewRig implements AsyncDisposable {
  readonly views: WrittenView[] = [];
  readonly viewers: ViewerSocket[] = [];
  readonly changes = new Changes();
  /** Called before a view is opened. */
  opening: () => Promise<void> | void = () => {};

  private constructor() {}
  web!: WebRig;

  static async start(): Promise<ViewRig> {
    const rig = new ViewRig();
    rig.web = await WebRig.start({}, {}, async (word, options, output) => {
      await rig.opening();
      const view = new WrittenView(word, options, output, rig.changes);
      rig.views.push(view);
      rig.changes.notify();
      return view;
    });
    return rig;
  }

  dial(
    { headers }: Pick<Browser, "headers">,
    path = "/api/clients/2/view?mode=full",
  ): ViewerSocket {
    const url = `${this.web.origin.replace("http", "ws")}${path}`;
    const viewer = new ViewerSocket(url, { ...headers }, this.changes);
    this.viewers.push(viewer);
    return viewer;
  }

  /** Opens a view. */
  async open(
    browser: Pick<Browser, "headers">,
    path?: string,
  ): Promise<[WrittenView, ViewerSocket]> {
    const count = this.views.length;
    const viewer = this.dial(browser, path);
    const isOpen = () => this.views.length > count && viewer.socket.readyState === WebSocket.OPEN;
    await this.until(isOpen, "a view");
    return [this.views[count]!, viewer];
  }

  until(isTrue: () => boolean, what: string): Promise<void> {
    return this.changes.until(isTrue, () => what);
  }

  ended(viewer: ViewerSocket): Promise<void> {
    return this.until(() => viewer.end !== undefined, "the end of a viewer");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.web[Symbol.asyncDispose]();
    for (const viewer of this.viewers) await this.ended(viewer);
    for (const view of this.views) assert.ok(view.closed <= 1, "a view is closed once");
  }
}

/** The request for a view, by a browser that a test is in the place of. */
export function handshake(host: string, headers: string): string {
  return `GET /api/clients/2/view HTTP/1.1\r\nHost: ${host}\r\n${headers}` +
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
    `Sec-WebSocket-Protocol: ${VIEW_PROTOCOL}\r\n` +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}
