/**
 * The `host[:port]` of a hostkeys line.
 *
 * @module
 */
import { KeystoreError } from "../lib/errors.ts";

/** The port that a12 listens on unless told otherwise. */
export const DEFAULT_PORT = 6680;

/** Where a line of a hostkeys file leads to. */
export interface HostAddress {
  /** A host name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/**
 * Reads `host`, `host:port` or `[IPv6]:port`; the last colon is the one before the port, so that
 * `::1:4000` is port 4000 of `::1` (`anet_keystore_naive.c`).
 *
 * DEVIATION: the reference reads `::1` as port 1 of `:`, and `80x` as port 80; both are refused, as
 * nobody means them (pinned by "addresses that the reference misreads" in
 * tests/unit/keystore/hosts_test.ts).
 *
 * @param text The first word of the line.
 * @throws KeystoreError `bad-host`, with the value.
 */
export function parseHostAddress(text: string): HostAddress {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return { host: requirePlainHost(text), port: DEFAULT_PORT };
  const port = parsePort(text.slice(colon + 1), text);
  const host = text.slice(0, colon);
  if (host.startsWith("[") && host.endsWith("]") && isIPv6(host.slice(1, -1))) {
    return { host: host.slice(1, -1), port };
  }
  if (host.includes(":")) {
    if (!isIPv6(host)) throw badHost(text, "write an IPv6 address with its port as [::1]:6680");
    return { host, port };
  }
  return { host: requirePlainHost(host), port };
}

/**
 * Writes an address in the form that both this program and arcan-net read the same way.
 *
 * @param address A checked host and port.
 */
export function formatHostAddress(address: HostAddress): string {
  const { host, port } = address;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Checks a host that is to be written.
 *
 * @param text A host name, an IPv4 address, or an IPv6 address with or without brackets.
 * @returns The host without brackets.
 * @throws KeystoreError `bad-host`, with the value.
 */
export function requireHost(text: string): string {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  if (isIPv6(bare)) return bare;
  if (text.includes(":")) {
    throw badHost(text, "it is not an IPv6 address; a port is given as a word of its own");
  }
  if (/^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?$/.test(text) && text.length <= 253) return text;
  throw badHost(text, "it is neither a host name nor an address");
}

/**
 * Checks a port.
 *
 * @param port A number.
 * @throws KeystoreError `bad-host`, with the value.
 */
export function requirePort(port: number): void {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new KeystoreError("bad-host", `the port ${port} is not a number from 1 to 65535`);
  }
}

function parsePort(digits: string, text: string): number {
  const port = /^[0-9]{1,5}$/.test(digits) ? Number(digits) : 0;
  if (port < 1 || port > 65_535) {
    throw badHost(text, `what follows the last colon is not a port from 1 to 65535`);
  }
  return port;
}

function requirePlainHost(host: string): string {
  if (host === "" || /[\[\]\p{Cc}]/u.test(host)) throw badHost(host, "it is not a host");
  return host;
}

function isIPv6(text: string): boolean {
  const address = text.replace(/%[A-Za-z0-9._-]+$/, "");
  return /^[0-9a-fA-F:.]+$/.test(address) && address.includes(":") &&
    URL.canParse(`http://[${address}]`);
}

function badHost(text: string, why: string): KeystoreError {
  const shown = JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
  return new KeystoreError("bad-host", `the host ${shown} is of no use: ${why}`);
}
