/**
 * Opens listening sockets and says in one line what went wrong.
 *
 * @module
 */

import { TransportError } from "../errors.ts";
import { formatAddress } from "./address.ts";

/** All addresses, by IPv6 and IPv4; the second one where there is no IPv6. */
const ALL_ADDRESSES = ["::", "0.0.0.0"] as const;

/**
 * Listens on a TCP port.
 *
 * @param hostname IPv4 or IPv6 address, or a host name; all addresses when `undefined`.
 * @param port 1 to 65535, or 0 for any.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 */
export function bind(hostname: string | undefined, port: number): Deno.TcpListener {
  if (hostname !== undefined) return bindOne(hostname, port);
  const [both, ipv4] = ALL_ADDRESSES;
  try {
    return bindOne(both, port);
  } catch (error) {
    if (error instanceof TransportError && error.code === "port-in-use") throw error;
    return bindOne(ipv4, port);
  }
}

function bindOne(hostname: string, port: number): Deno.TcpListener {
  const where = formatAddress({ hostname, port });
  try {
    return Deno.listen({ hostname, port });
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
      throw new TransportError("permission-denied", `no permission to listen on ${where}`, {
        cause,
      });
    }
    const text = cause instanceof Error ? cause.message : String(cause);
    const unknown = cause instanceof URIError || /lookup address|name or service/i.test(text);
    throw unknown
      ? new TransportError("bad-address", `there is no host ${hostname}`, { cause })
      : new TransportError("listen-failed", `cannot listen on ${where}: ${text}`, { cause });
  }
}
