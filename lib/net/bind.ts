/**
 * Opens listening sockets and says in one line what went wrong.
 *
 * @module
 */

import { TransportError } from "../errors.ts";
import { formatAddress } from "./address.ts";

/**
 * Listens on a TCP port.
 *
 * @param hostname IPv4 or IPv6 address, or a host name.
 * @param port 1 to 65535, or 0 for any.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 */
export function bind(hostname: string, port: number): Deno.TcpListener {
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
    const unknown = /lookup address|name or service/i.test(text);
    throw unknown
      ? new TransportError("bad-address", `there is no host ${hostname}`, { cause })
      : new TransportError("listen-failed", `cannot listen on ${where}: ${text}`, { cause });
  }
}
