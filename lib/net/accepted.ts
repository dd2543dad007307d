/**
 * Connections as listening sockets of all kinds give them.
 *
 * @module
 */

import type { SocketAddress } from "../address.ts";
import { plainHostname } from "./address.ts";
import { withZoneOf } from "./zone.ts";

/** An accepted connection: a `Deno.TcpConn`, a `Deno.UnixConn` or a `NodeConnection`. */
export interface Accepted extends Pick<Deno.TcpConn, "read" | "write" | "close"> {
  /** Where it comes from, unless that is a Unix peer. */
  readonly remoteAddr: Deno.Addr;
  /** Of TCP alone; throws when the other end has gone. */
  setNoDelay?(on: boolean): void;
  /** Of TCP alone; throws when the other end has gone. */
  setKeepAlive?(on: boolean): void;
}

/**
 * Where a connection comes from. A Unix peer has no address of its own: it counts as the socket.
 *
 * @param local The address of the listening socket.
 */
export function remoteOf({ remoteAddr }: Accepted, local: SocketAddress): SocketAddress {
  if (local.path !== undefined || !("hostname" in remoteAddr)) return local;
  const { hostname, port } = remoteAddr;
  return { hostname: withZoneOf(plainHostname(hostname), local.hostname), port };
}
