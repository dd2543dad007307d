/**
 * Opens connections and says in one line what went wrong.
 *
 * @module
 */

import { TransportError } from "../errors.ts";
import { CONNECT_TIMEOUT_MS } from "../limits.ts";
import type { SocketAddress } from "./address.ts";
import { formatAddress } from "./address.ts";
import { checkZone } from "./zone.ts";

/**
 * Connects to a TCP port; of a host with several addresses the first that answers.
 *
 * @param address IPv4 or IPv6 address without brackets, or a host name; and the port.
 * @throws {TransportError} `bad-address`, `permission-denied`, `connect-failed`.
 */
export async function dial({ hostname, port }: SocketAddress): Promise<Deno.TcpConn> {
  const where = formatAddress({ hostname, port });
  checkZone(hostname);
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), CONNECT_TIMEOUT_MS);
  try {
    const socket = await Deno.connect({ hostname, port, signal: timeout.signal });
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    return socket;
  } catch (cause) {
    throw explain(cause, timeout.signal.aborted, hostname, where);
  } finally {
    clearTimeout(timer);
  }
}

function explain(
  cause: unknown,
  timedOut: boolean,
  hostname: string,
  where: string,
): TransportError {
  if (timedOut) {
    const text = `${where} does not answer within ${CONNECT_TIMEOUT_MS / 1000} s`;
    return new TransportError("connect-failed", text, { cause });
  }
  if (cause instanceof Deno.errors.ConnectionRefused) {
    return new TransportError("connect-failed", `nothing listens on ${where}`, { cause });
  }
  if (cause instanceof Deno.errors.NotCapable || cause instanceof Deno.errors.PermissionDenied) {
    return new TransportError("permission-denied", `may not connect to ${where}`, { cause });
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  return cause instanceof URIError || /lookup address|name or service|no such host/i.test(text)
    ? new TransportError("bad-address", `there is no host ${hostname}`, { cause })
    : new TransportError("connect-failed", `cannot connect to ${where}: ${text}`, { cause });
}
