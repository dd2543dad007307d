/**
 * Opens the connection of a source: dials and logs in.
 *
 * @module
 */

import { DEFAULT_PORT, formatAddress, type SocketAddress } from "../address.ts";
import { encodeUtf8 } from "../bytes/text.ts";
import { PrivateKey } from "../crypto/x25519.ts";
import { messageOf, TransportError } from "../errors.ts";
import { CONNECT_TIMEOUT_MS } from "../limits.ts";
import { DEFAULT_SECRET } from "../wire/constants.ts";
import { checkSecret } from "./secret.ts";
import type { ConnectOptions } from "./source_connection.ts";
import { SourceConnection } from "./source_connection.ts";
import { checkZone } from "./zone.ts";

/**
 * Connects to a sink and logs in as a source.
 *
 * @param hostname IPv4 or IPv6 address without brackets, or a host name.
 * @param options Keys and what to register as.
 * @returns The connection, logged in and registered, with a server that has proved its key.
 * @throws {TransportError} `bad-address`, `permission-denied`, `connect-failed`.
 * @throws {AuthError} `untrusted-server`; `login-refused` when the server closed the connection before
 *   it got our key, `key-refused` when it closed the connection on getting it; `not-proven` when the
 *   server does not hold the key that it claims, or has not proved it within 30 s or before it closed
 *   the connection; `low-order-key`.
 * @throws {ApiMisuseError} `bad-secret`, `bad-argument`.
 * @throws {PeerError} What was wrong with what the server sent; `login-timeout`.
 */
export async function connectSource(
  hostname: string,
  options: ConnectOptions,
): Promise<SourceConnection> {
  const key = options.key instanceof PrivateKey ? options.key : new PrivateKey(options.key);
  const secret = options.secret === undefined
    ? encodeUtf8(DEFAULT_SECRET)
    : checkSecret(options.secret);
  const socket = await dial({ hostname, port: options.port ?? DEFAULT_PORT });
  const connection = new SourceConnection(socket, key, secret, options);
  await connection.loggedIn;
  return connection;
}

/**
 * Connects to a TCP port; of a host with several addresses the first that answers.
 *
 * @param address IPv4 or IPv6 address without brackets, or a host name; and the port.
 * @throws {TransportError} `bad-address`, `permission-denied`, `connect-failed`.
 */
export async function dial({ hostname, port }: SocketAddress): Promise<Deno.TcpConn> {
  checkZone(hostname);
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), CONNECT_TIMEOUT_MS);
  try {
    const socket = await Deno.connect({ hostname, port, signal: timeout.signal });
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    return socket;
  } catch (cause) {
    throw dialError(cause, timeout.signal.aborted, { hostname, port });
  } finally {
    clearTimeout(timer);
  }
}

function dialError(cause: unknown, timedOut: boolean, address: SocketAddress): TransportError {
  const where = formatAddress(address);
  if (timedOut) {
    const text = `${where} does not answer within ${CONNECT_TIMEOUT_MS / 1000} s`;
    return new TransportError("connect-failed", text, { cause });
  }
  if (cause instanceof Deno.errors.ConnectionRefused) {
    return new TransportError("connect-failed", `nothing listens on ${where}`, { cause });
  }
  if (cause instanceof Deno.errors.NotCapable || cause instanceof Deno.errors.PermissionDenied) {
    const text = `no permission to connect to ${where}: ${messageOf(cause)}`;
    return new TransportError("permission-denied", text, { cause });
  }
  const text = messageOf(cause);
  return cause instanceof URIError || /lookup address|name or service|no such host/i.test(text)
    ? new TransportError("bad-address", `there is no host ${address.hostname}`, { cause })
    : new TransportError("connect-failed", `cannot connect to ${where}: ${text}`, { cause });
}
