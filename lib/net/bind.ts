/**
 * Opens listening sockets and says in one line what went wrong.
 *
 * @module
 */

import { formatAddress, type SocketAddress } from "../address.ts";
import { messageOf, TransportError } from "../errors.ts";
import type { Accepted } from "./accepted.ts";
import { checkZone, withZoneOf } from "./zone.ts";

/** A listening socket. */
export interface BoundSocket {
  /** The socket; closed by the listener. */
  readonly socket: { accept(): Promise<Accepted>; close(): void };
  /** The addresses that it takes connections for: a socket of IPv6 may take those of IPv4 as well. */
  readonly addresses: readonly SocketAddress[];
}

/** Opens one socket; tests give one that behaves like another system. */
export type Listen = (address: { hostname: string; port: number }) => Deno.TcpListener;

export const ALL_IPV6 = "::";
export const ALL_IPV4 = "0.0.0.0";
/** A port that the system chose for IPv6 may be in use for IPv4; then another one is tried. */
const PORT_ATTEMPTS = 16;

/**
 * Listens on a TCP port.
 *
 * @param hostname IPv4 or IPv6 address, in brackets or not, with its zone if it is link-local, or a
 *   host name; all addresses of both families when `undefined`.
 * @param port 1 to 65535, or 0 for any.
 * @returns One socket, or two where a socket of IPv6 takes no IPv4.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 */
export function bind(
  hostname: string | undefined,
  port: number,
  listen: Listen = Deno.listen,
): BoundSocket[] {
  if (hostname === undefined) return bindAll(port, listen);
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = bindOne(address, port, listen);
  const { addr } = socket;
  const takesBoth = addr.hostname === ALL_IPV6 && takesIpv4(listen);
  const own = { hostname: withZoneOf(addr.hostname, address), port: addr.port };
  return [{ socket, addresses: takesBoth ? [own, { ...own, hostname: ALL_IPV4 }] : [own] }];
}

/**
 * Listens beside other threads of this process on a port that {@linkcode bind} has found free. The
 * system divides new connections among them.
 *
 * @param sockets The addresses of each socket.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 */
export function bindShared(sockets: readonly (readonly SocketAddress[])[]): BoundSocket[] {
  const listen: Listen = (address) => Deno.listen({ ...address, reusePort: true });
  return sockets.map((addresses) => {
    const { hostname, port } = addresses[0]!;
    return { socket: bindOne(hostname, port, listen), addresses };
  });
}

/**
 * Keeps other programs from ports until {@linkcode bindShared} has bound them, without taking connections.
 * The system drops what comes meanwhile, and clients ask again after a second, when others take it. One
 * connection may get into its queue, and is reset at the end.
 *
 * @param sockets The addresses of each socket.
 * @returns Lets go of them.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 */
export function holdPorts(sockets: readonly (readonly SocketAddress[])[]): () => void {
  const listen: Listen = (address) =>
    Deno.listen({ ...address, reusePort: true, tcpBacklog: 0 } as Deno.TcpListenOptions);
  const held: Deno.TcpListener[] = [];
  const letGo = () => held.splice(0).forEach((socket) => socket.close());
  try {
    for (const [address] of sockets) held.push(bindOne(address!.hostname, address!.port, listen));
  } catch (error) {
    letGo();
    throw error;
  }
  return letGo;
}

function bindAll(port: number, listen: Listen): BoundSocket[] {
  for (let attempt = 1;; attempt++) {
    const ipv6 = bindUnlessAbsent(ALL_IPV6, port, listen);
    if (ipv6 === undefined) {
      const socket = bindOne(ALL_IPV4, port, listen);
      return [{ socket, addresses: [addressOf(socket)] }];
    }
    const own = addressOf(ipv6);
    if (takesIpv4(listen)) {
      return [{ socket: ipv6, addresses: [own, { ...own, hostname: ALL_IPV4 }] }];
    }
    try {
      const ipv4 = bindUnlessAbsent(ALL_IPV4, own.port, listen);
      const both = ipv4 === undefined ? [ipv6] : [ipv6, ipv4];
      return both.map((socket) => ({ socket, addresses: [addressOf(socket)] }));
    } catch (error) {
      ipv6.close();
      if (port !== 0 || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

/** Returns `undefined` where the system has no addresses of this family. */
function bindUnlessAbsent(
  hostname: string,
  port: number,
  listen: Listen,
): Deno.TcpListener | undefined {
  try {
    return bindOne(hostname, port, listen);
  } catch (error) {
    const { code } = error as TransportError;
    if (code === "port-in-use" || code === "permission-denied") throw error;
    return undefined;
  }
}

/**
 * Whether a socket for all IPv6 addresses takes IPv4 as well, which the runtime neither tells nor sets:
 * then its port is in use for IPv4.
 */
function takesIpv4(listen: Listen): boolean {
  // Other ports may not be permitted, and must not be asked for.
  if (Deno.permissions.querySync({ name: "net" }).state !== "granted") return true;
  // One port may be in use for IPv4 by chance.
  return [1, 2, 3].every(() => {
    const ipv6 = bindOne(ALL_IPV6, 0, listen);
    try {
      bindOne(ALL_IPV4, ipv6.addr.port, listen).close();
      return false;
    } catch (error) {
      return (error as TransportError).code === "port-in-use";
    } finally {
      ipv6.close();
    }
  });
}

function addressOf({ addr: { hostname, port } }: Deno.TcpListener): SocketAddress {
  return { hostname, port };
}

function bindOne(hostname: string, port: number, listen: Listen): Deno.TcpListener {
  const where = formatAddress({ hostname, port });
  checkZone(hostname);
  try {
    return listen({ hostname, port });
  } catch (cause) {
    if (cause instanceof Deno.errors.AddrInUse) {
      throw new TransportError("port-in-use", `${where} is in use by another program`, { cause });
    }
    if (cause instanceof Deno.errors.AddrNotAvailable) {
      throw new TransportError("bad-address", `${where} is not an address of this machine`, {
        cause,
      });
    }
    if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
      const text = `no permission to listen on ${where}: ${messageOf(cause)}`;
      throw new TransportError("permission-denied", text, { cause });
    }
    const text = messageOf(cause);
    const unknown = cause instanceof URIError || /lookup address|name or service/i.test(text);
    throw unknown
      ? new TransportError("bad-address", `there is no host ${hostname}`, { cause })
      : new TransportError("listen-failed", `cannot listen on ${where}: ${text}`, { cause });
  }
}
