/**
 * The port at which balancers ask whether a listener lets clients in: HTTP with one path, for which no
 * key is needed.
 *
 * It reads requests by itself, because `Deno.serve` takes any number of connections: strangers could use
 * up the file descriptors that clients need.
 *
 * @module
 */

import type { SocketAddress } from "../address.ts";
import { ControlError } from "../errors.ts";
import { MAX_READY_CONNECTIONS, MAX_READY_HEAD_BYTES, READY_TIMEOUT_MS } from "../limits.ts";
import type { Logger } from "../log.ts";
import type { Accepted } from "../net/accepted.ts";
import { Acceptor } from "../net/acceptor.ts";
import { bind } from "../net/bind.ts";
import { writeAll } from "../write_all.ts";
import { json, refusal } from "./http.ts";
import { type Controlled, OPERATIONS } from "./operations.ts";

const PATH = OPERATIONS.ready.path;
const REQUEST = /^([A-Z]+) (\S+) HTTP\/1\.[01](?:\r\n|$)/;
const HEAD_END = "\r\n\r\n";
const REASONS: { readonly [status: number]: string } = {
  200: "OK",
  404: "Not Found",
  503: "Service Unavailable",
};

const decoder = new TextDecoder();
const encoder = new TextEncoder();

export class ReadyPort {
  readonly addresses: readonly SocketAddress[];
  readonly #control: Pick<Controlled, "ready">;
  readonly #acceptor: Acceptor;
  readonly #accepting: Promise<void>;
  /** Those that are open, the oldest first. */
  readonly #connections = new Map<Accepted, Promise<void>>();

  /**
   * Opens the port.
   *
   * @param at Its address; port 0 for any.
   * @param log Gets what goes wrong with accepting.
   * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
   */
  constructor(at: SocketAddress, control: Pick<Controlled, "ready">, log: Logger) {
    const sockets = bind(at.hostname, at.port);
    this.addresses = sockets.flatMap(({ addresses }) => addresses);
    this.#control = control;
    this.#acceptor = new Acceptor(sockets, {
      log,
      take: (socket) => this.#take(socket),
      lost() {},
      makeRoom: () => this.#endOldest(),
    });
    this.#accepting = this.#acceptor.run();
  }

  /** Closes the port and its connections. */
  async close(): Promise<void> {
    this.#acceptor.close();
    await this.#accepting;
    const serving = [...this.#connections.values()];
    for (const socket of this.#connections.keys()) this.#end(socket);
    await Promise.all(serving);
  }

  #take(socket: Accepted): void {
    if (this.#connections.size >= MAX_READY_CONNECTIONS) this.#endOldest();
    this.#connections.set(socket, this.#serve(socket));
  }

  async #serve(socket: Accepted): Promise<void> {
    const timer = setTimeout(() => this.#end(socket), READY_TIMEOUT_MS);
    try {
      const [, method, target] = REQUEST.exec(await readHead(socket)) ?? [];
      if (method === undefined || target === undefined) return;
      await write(socket, method, await this.#answer(method, target));
    } catch {
      // The other end has gone, or was too slow.
    } finally {
      clearTimeout(timer);
      this.#end(socket);
    }
  }

  async #answer(method: string, target: string): Promise<Response> {
    try {
      const isAsked = URL.parse(target, "http://host")?.pathname === PATH;
      if (isAsked && (method === "GET" || method === "HEAD")) {
        return json(await this.#control.ready({}));
      }
      throw new ControlError("no-such-path", `there is only GET ${PATH}`);
    } catch (error) {
      if (error instanceof ControlError) return refusal(error);
      throw error;
    }
  }

  #endOldest(): void {
    const [oldest] = this.#connections.keys();
    if (oldest !== undefined) this.#end(oldest);
  }

  #end(socket: Accepted): void {
    if (this.#connections.delete(socket)) socket.close();
  }
}

/** @returns The request line and the headers; empty when they end early or are too long. */
async function readHead(socket: Accepted): Promise<string> {
  const bytes = new Uint8Array(MAX_READY_HEAD_BYTES);
  for (let size = 0; size < bytes.length;) {
    const count = await socket.read(bytes.subarray(size));
    if (count === null) break;
    size += count;
    const text = decoder.decode(bytes.subarray(0, size));
    const end = text.indexOf(HEAD_END);
    if (end >= 0) return text.slice(0, end);
  }
  return "";
}

async function write(socket: Accepted, method: string, response: Response): Promise<void> {
  const body = await response.text();
  const head = [
    `HTTP/1.1 ${response.status} ${REASONS[response.status]}`,
    `content-type: ${response.headers.get("content-type")}`,
    `content-length: ${encoder.encode(body).length}`,
    "cache-control: no-store",
    "connection: close",
  ].join("\r\n");
  await writeAll(socket, encoder.encode(head + HEAD_END + (method === "HEAD" ? "" : body)));
}
