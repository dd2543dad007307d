/**
 * Hosts and ports as text.
 *
 * @module
 */

import { isIPv6 } from "node:net";

/** The TCP port of a12 unless another is given. */
export const DEFAULT_PORT = 6680;

/** The largest TCP port. */
export const MAX_PORT = 65_535;

/** Stands for a host where addresses of Unix sockets are compared with those of hosts. */
export const UNIX_HOSTNAME = "unix";

/** An address that a socket is bound or connected to. */
export interface SocketAddress {
  /** IPv4 or IPv6 address, without brackets; `unix` for a Unix socket. */
  readonly hostname: string;
  /** 1 to 65535; 0 for a Unix socket. */
  readonly port: number;
  /** The path of a Unix socket; `fd:NUMBER` where the runtime does not tell it. Absent for TCP. */
  readonly path?: string;
}

/** The address of a Unix socket. */
export function unixAddress(path: string): SocketAddress {
  return { hostname: UNIX_HOSTNAME, port: 0, path };
}

/**
 * Formats `host:port`, with brackets around an IPv6 address, or `unix:path`.
 *
 * @param address A host name or address without brackets, and a port; or a path.
 */
export function formatAddress({ hostname, port, path }: SocketAddress): string {
  if (path !== undefined) return `unix:${path}`;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** Whether text is an IPv6 address without brackets; a zone such as `%eth0` may follow. */
export function isIpv6(text: string): boolean {
  // `isIPv6` refuses names of interfaces with an underscore.
  return isIPv6(text.replace(/%[A-Za-z0-9._-]+$/, ""));
}

/** Whether a host name or address, without brackets, leads to this machine alone. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** Reads a TCP port: digits, 0 to 65535. @returns `undefined` for other text. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  return port <= MAX_PORT ? port : undefined;
}
