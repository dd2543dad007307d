/**
 * A server between a page and `listen --web` that has the page draw what the listener has sent over and
 * over, as fast as the page acknowledges it. A listener sends a viewer 60 pictures a second at most, and
 * an hour of them shall not take an hour.
 */

import { type Head, HEAD_BYTES, readHead, VIEW_PROTOCOL } from "../../../lib/web/views/protocol.ts";
import { Changes } from "../../support/changes.ts";

/** More than a listener lets be on the way: xterm.js takes what it has got every 4 ms. */
const AHEAD = 16;
/** The page is stuck when it does not draw as many in the time that tests wait. */
const STEP = 500;
const SEQ_AT = HEAD_BYTES - 4;

export class Repeater implements AsyncDisposable {
  readonly #target: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #changes = new Changes();
  #view: View | undefined;

  /** @param target Scheme, address and port of the listener. */
  constructor(target: string) {
    this.#target = target;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Waits until the page has drawn as many pictures, first those that come from the listener. */
  async drawn(count: number): Promise<void> {
    const drawn = () => this.#view?.drawn ?? 0;
    while (drawn() < count) {
      const next = Math.min(count, drawn() + STEP);
      await this.#changes.until(() => drawn() >= next, () => `${count} pictures; ${drawn()} came`);
    }
  }

  /** Has the page draw the last pictures of the listener again. @param last How many they are. */
  repeat(last: number, count: number): void {
    this.#view!.repeat(last, count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname + url.search;
    const headers = new Headers(request.headers);
    for (const name of ["host", "connection", "accept-encoding"]) headers.delete(name);
    if (headers.has("origin")) headers.set("origin", this.#target);
    if (headers.get("upgrade") !== "websocket") {
      const { method, body } = request;
      return await fetch(this.#target + path, { method, body, headers, redirect: "manual" });
    }
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: VIEW_PROTOCOL });
    const up = new WebSocket(this.#target.replace("http", "ws") + path, {
      protocols: [VIEW_PROTOCOL],
      headers: { cookie: headers.get("cookie")!, origin: this.#target },
    });
    const view = new View(socket, up, () => this.#changes.notify());
    if (path.endsWith("mode=full")) this.#view = view;
    return response;
  }
}

/** One view on its way through. */
class View {
  drawn = 0;
  readonly #page: WebSocket;
  readonly #listener: WebSocket;
  readonly #onDrawn: () => void;
  /** All pictures of the listener. */
  readonly #pictures: Uint8Array<ArrayBuffer>[] = [];
  /** What is on the way to the page: the number that the listener knows it by. */
  readonly #ahead = new Map<number, number | undefined>();
  #lastSeq = 0;
  #repeated: readonly Uint8Array<ArrayBuffer>[] = [];
  #left = 0;

  constructor(page: WebSocket, listener: WebSocket, onDrawn: () => void) {
    this.#page = page;
    this.#listener = listener;
    this.#onDrawn = onDrawn;
    page.binaryType = listener.binaryType = "arraybuffer";
    const opened = new Promise((resolve) => page.onopen = resolve);
    const connected = new Promise((resolve) => listener.onopen = resolve);
    page.onmessage = async ({ data }) => {
      await connected;
      this.#fromPage(data);
    };
    listener.onmessage = async ({ data }) => {
      await opened;
      if (typeof data === "string") page.send(data);
      else this.#take(new Uint8Array(data));
    };
    page.onclose = () => listener.close();
    listener.onclose = () => page.close();
    page.onerror = listener.onerror = (event) => (event as Event).preventDefault();
  }

  repeat(last: number, count: number): void {
    this.#repeated = this.#pictures.slice(-last);
    this.#left = count;
    this.#pump();
  }

  #take(message: Uint8Array<ArrayBuffer>): void {
    this.#pictures.push(message);
    this.#send(message, readHead(message).seq);
  }

  #send(message: Uint8Array<ArrayBuffer>, known?: Head["seq"]): void {
    this.#ahead.set(++this.#lastSeq, known);
    new DataView(message.buffer).setUint32(SEQ_AT, this.#lastSeq, true);
    this.#page.send(message);
  }

  #fromPage(data: string): void {
    const message = JSON.parse(data);
    if (message.type !== "ack") return this.#listener.send(data);
    const known = this.#ahead.get(message.seq);
    this.#ahead.delete(message.seq);
    if (known !== undefined) this.#listener.send(JSON.stringify({ type: "ack", seq: known }));
    this.drawn++;
    this.#pump();
    this.#onDrawn();
  }

  #pump(): void {
    while (this.#left > 0 && this.#ahead.size < AHEAD) {
      this.#send(this.#repeated[--this.#left % this.#repeated.length]!);
    }
  }
}
