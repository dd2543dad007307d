/**
 * Addresses to listen on, as text.
 *
 * @module
 */

import { isIpv6, MAX_PORT, parsePort } from "./address.ts";
import { encodeUtf8 } from "./bytes/text.ts";
import { MAX_SOCKET_PATH_BYTES } from "./limits.ts";

/** Where to listen. */
export type ListenAddress =
  | {
    readonly kind: "tcp";
    /** IPv4 or IPv6 address without brackets, maybe with a zone, or a host name. */
    readonly hostname: string;
    /** 0 for any. */
    readonly port: number;
  }
  | { readonly kind: "unix"; readonly path: string }
  /** A listening socket that this process was started with. */
  | { readonly kind: "fd"; readonly fd: number };

/** The first descriptor that is not a standard stream. */
export const FIRST_FD = 3;
const MAX_FD = 1_048_575;

/**
 * Parses `host:port`, `[v6]:port`, `unix:/path` or `fd:3`.
 *
 * @returns The address, or a sentence without a full stop that says what is wrong with the text.
 */
export function parseListenAddress(text: string): ListenAddress | string {
  if (text.startsWith("unix:")) return parseUnix(text.slice("unix:".length));
  if (text.startsWith("fd:")) return parseFd(text.slice("fd:".length));
  const [, bracketed, plain, digits] = /^(?:\[(.*)\]|([^:[\]/\s]+)):([^:]*)$/.exec(text) ?? [];
  const hostname = bracketed ?? plain;
  if (hostname === undefined) {
    return isIpv6(text)
      ? "an IPv6 address stands in brackets, with a port behind it: [::1]:6680"
      : "it is none of host:port, [IPv6]:port, unix:/path and fd:NUMBER";
  }
  if (bracketed !== undefined && !isIpv6(bracketed)) {
    return `${JSON.stringify(bracketed)} in the brackets is no IPv6 address`;
  }
  const port = parsePort(digits!);
  if (port === undefined) {
    return `${JSON.stringify(digits)} is no port; it must be a number from 0 to ${MAX_PORT}`;
  }
  return { kind: "tcp", hostname, port };
}

function parseUnix(path: string): ListenAddress | string {
  if (!path.startsWith("/")) return "the path of a Unix socket must begin with a slash";
  const { length } = encodeUtf8(path);
  if (length > MAX_SOCKET_PATH_BYTES) {
    return `the path has ${length} bytes; the system allows ${MAX_SOCKET_PATH_BYTES}`;
  }
  if (path.includes("\0")) return "the path has a zero byte";
  return { kind: "unix", path };
}

function parseFd(digits: string): ListenAddress | string {
  const fd = /^(0|[1-9]\d{0,6})$/.test(digits) ? Number(digits) : NaN;
  if (fd >= FIRST_FD && fd <= MAX_FD) return { kind: "fd", fd };
  return `the number of a descriptor must be ${FIRST_FD} to ${MAX_FD}`;
}
