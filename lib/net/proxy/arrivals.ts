/**
 * Reads the PROXY headers of connections from balancers.
 *
 * @module
 */

import { formatAddress, type SocketAddress } from "../../address.ts";
import { TurnoverSet } from "../../bytes/turnover.ts";
import {
  type A12Error,
  LimitError,
  MalformedError,
  type PeerError,
  TransportError,
} from "../../errors.ts";
import {
  MAX_PROXY_HEADER_BYTES,
  MAX_PROXY_HEADERS_AWAITED,
  PROXY_HEADER_TIMEOUT_MS,
} from "../../limits.ts";
import type { Logger } from "../../log.ts";
import { isInNetworks, type Network } from "../../networks.ts";
import type { Accepted } from "../accepted.ts";
import { ClientLog } from "../client_log.ts";
import type { Counters } from "../counters.ts";
import { asError } from "../faults.ts";
import type { SilentCount } from "../silent_count.ts";
import { parseProxyHeader } from "./header.ts";

/** What connections of balancers are handed to, and where those are counted that end before. */
interface ArrivalsOwner {
  readonly log: Logger;
  readonly counters: Pick<Counters, "loginEnded">;
  readonly silent: Pick<SilentCount, "add">;
  /**
   * Takes a connection.
   *
   * @param socket Reads what follows the header.
   * @param remote Where it comes from; the balancer itself when the header says no address.
   */
  welcome(socket: Accepted, remote: SocketAddress): void;
}

/** Reads headers, within a bound of time, size and number. */
export class ProxyArrivals {
  readonly #proxies: readonly Network[];
  readonly #owner: ArrivalsOwner;
  /** How to end each connection whose header is awaited, the oldest first. */
  readonly #awaited = new TurnoverSet<(reason: PeerError) => void>();

  /** @param proxies The addresses of the balancers. */
  constructor(proxies: readonly Network[], owner: ArrivalsOwner) {
    this.#proxies = proxies;
    this.#owner = owner;
  }

  /** Whether connections from an address must begin with a header. */
  isProxy(hostname: string): boolean {
    return this.#proxies.length > 0 && isInNetworks(hostname, this.#proxies);
  }

  /**
   * Reads the header of a connection and hands it on; closes it when that fails.
   *
   * @param from The address of the balancer.
   */
  async receive(socket: Accepted, from: SocketAddress): Promise<void> {
    this.#makeRoom();
    let ended: PeerError | undefined;
    const end = (reason: PeerError) => {
      if (ended !== undefined) return;
      ended = reason;
      socket.close();
      this.#awaited.delete(end);
    };
    this.#awaited.add(end);
    const seconds = PROXY_HEADER_TIMEOUT_MS / 1000;
    const timer = setTimeout(
      () => end(new LimitError("login-timeout", `no PROXY header came within ${seconds} s`)),
      PROXY_HEADER_TIMEOUT_MS,
    );
    try {
      const header = await readHeader(socket);
      if (ended !== undefined) throw ended;
      this.#owner.welcome(behind(socket, header.rest), header.source ?? from);
    } catch (error) {
      if (ended === undefined) socket.close();
      this.#report(from, ended ?? asError(error));
    } finally {
      clearTimeout(timer);
      this.#awaited.delete(end);
    }
  }

  /** Ends all connections whose header is awaited. */
  clear(reason: PeerError): void {
    for (const end of this.#awaited) end(reason);
  }

  #makeRoom(): void {
    const [oldest] = this.#awaited;
    if (oldest === undefined || this.#awaited.size < MAX_PROXY_HEADERS_AWAITED) return;
    const detail = `more than ${MAX_PROXY_HEADERS_AWAITED} connections of proxies sent no header`;
    oldest(new LimitError("too-many-unauthenticated", detail));
  }

  #report(from: SocketAddress, error: A12Error): void {
    const { log, counters, silent } = this.#owner;
    const line = new ClientLog(log, formatAddress(from));
    if (error.code === "connection-lost") {
      line.leftBeforeLogin(error.code);
      counters.loginEnded("silent");
      silent.add(from.hostname);
    } else if (error.code === "internal-error") line.internalError(error);
    else {
      line.loginRefused(error.code, error.message);
      counters.loginEnded("refused", error.code);
    }
  }
}

async function readHeader(socket: Pick<Accepted, "read">) {
  const bytes = new Uint8Array(MAX_PROXY_HEADER_BYTES);
  for (let filled = 0;;) {
    const count = await socket.read(bytes.subarray(filled));
    if (count === null) {
      if (filled === 0) throw new TransportError("connection-lost", "it ended without a byte");
      const detail = `the connection ended within the PROXY header, after ${filled} bytes`;
      throw new MalformedError("bad-proxy-header", detail);
    }
    filled += count;
    const header = parseProxyHeader(bytes.subarray(0, filled));
    if (header === undefined) continue;
    return { source: header.source, rest: bytes.slice(header.length, filled) };
  }
}

/** A connection from which some bytes were read already. */
function behind(socket: Accepted, first: Uint8Array): Accepted {
  let rest = first;
  return {
    remoteAddr: socket.remoteAddr,
    read(into) {
      if (rest.length === 0) return socket.read(into);
      const piece = rest.subarray(0, into.length);
      into.set(piece);
      rest = rest.subarray(piece.length);
      return Promise.resolve(piece.length);
    },
    write: (bytes) => socket.write(bytes),
    close: () => socket.close(),
    setNoDelay: (on) => socket.setNoDelay?.(on),
    setKeepAlive: (on) => socket.setKeepAlive?.(on),
  };
}
