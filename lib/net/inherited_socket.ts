/**
 * Listening sockets that another program has opened and this process was started with, such as those of
 * systemd. Deno itself cannot take them, `node:net` can.
 *
 * @module
 */

import { createServer, type Server, type Socket as NodeSocket } from "node:net";
import { type SocketAddress, unixAddress } from "../address.ts";
import { messageOf, TransportError } from "../errors.ts";
import { ACCEPT_REVIVE_MS, MAX_ACCEPTED_WAITING } from "../limits.ts";
import type { Accepted } from "./accepted.ts";
import type { BoundSocket } from "./bind.ts";
import { NodeConnection } from "./node_connection.ts";

/** Connections that the system keeps until they are accepted, as Deno has it for its own sockets. */
const BACKLOG = 511;

/**
 * Takes an inherited socket over.
 *
 * @param fd The descriptor of a listening socket of TCP or a Unix stream socket.
 * @throws {TransportError} `listen-failed` when it is anything else.
 */
export async function adoptSocket(fd: number): Promise<BoundSocket> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("listening", resolve).once("error", reject);
  try {
    server.listen({ fd });
    await promise;
  } catch (cause) {
    throw new TransportError(
      "listen-failed",
      `fd:${fd} is no listening socket that this process was started with (${messageOf(cause)})`,
      { cause },
    );
  }
  return { socket: new AdoptedSocket(server), addresses: [addressOf(server, fd)] };
}

function addressOf(server: Server, fd: number): SocketAddress {
  const address = server.address();
  if (address === null || typeof address === "string") return unixAddress(address ?? `fd:${fd}`);
  return { hostname: address.address, port: address.port };
}

/** Gives the connections of a server one by one. */
export class AdoptedSocket {
  readonly #server: Server;
  readonly #waiting: NodeConnection[] = [];
  readonly #reviving: ReturnType<typeof setInterval>;
  #taker: PromiseWithResolvers<Accepted> | undefined;
  #isClosed = false;

  constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: NodeSocket) => this.#add(new NodeConnection(socket)));
    server.on("error", () => {});
    this.#reviving = setInterval(() => reviveAccept(server), ACCEPT_REVIVE_MS);
  }

  accept(): Promise<Accepted> {
    const first = this.#waiting.shift();
    if (first !== undefined) return Promise.resolve(first);
    if (this.#isClosed) return Promise.reject(closed());
    this.#taker = Promise.withResolvers();
    return this.#taker.promise;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#reviving);
    this.#server.close();
    for (const connection of this.#waiting.splice(0)) connection.close();
    this.#taker?.reject(closed());
  }

  #add(connection: NodeConnection): void {
    if (this.#isClosed || this.#waiting.length >= MAX_ACCEPTED_WAITING) return connection.close();
    if (this.#taker === undefined) this.#waiting.push(connection);
    else this.#taker.resolve(connection);
    this.#taker = undefined;
  }
}

function closed(): Error {
  return new Deno.errors.BadResource("the socket is closed");
}

/**
 * Makes a server accept again after a failed accept, which it does not report. Only this call of Deno's
 * own handle does so; for a Unix socket there is none, and it refuses.
 */
function reviveAccept(server: Server): void {
  const { _handle: handle } = server as { _handle?: { listen?(backlog: number): number } | null };
  handle?.listen?.(BACKLOG);
}
