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

/** An address that a socket is bound or connected to. */
export interface SocketAddress {
  /** IPv4 or IPv6 address, without brackets. */
  readonly hostname: string;
  /** 1 to 65535. */
  readonly port: number;
}

/**
 * Formats `host:port`, with brackets around an IPv6 address.
 *
 * @param address A host name or address without brackets, and a port.
 */
export function formatAddress({ hostname, port }: SocketAddress): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** Whether text is an IPv6 address without brackets; a zone such as `%eth0` may follow. */
export function isIpv6(text: string): boolean {
  // `isIPv6` refuses names of interfaces with an underscore.
  return isIPv6(text.replace(/%[A-Za-z0-9._-]+$/, ""));
}

/** Reads a TCP port: digits, 0 to 65535. @returns `undefined` for other text. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  return port <= MAX_PORT ? port : undefined;
}
