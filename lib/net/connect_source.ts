/**
 * The call that opens a source's connection.
 *
 * @module
 */

import { encodeUtf8 } from "../bytes/text.ts";
import { PrivateKey } from "../crypto/x25519.ts";
import { DEFAULT_PORT, DEFAULT_SECRET } from "../wire/constants.ts";
import { SourceClient } from "./client.ts";
import type { ConnectOptions } from "./connect_options.ts";
import { dial } from "./dial.ts";
import { checkSecret } from "./secret.ts";

/**
 * Connects to a sink and logs in as a source.
 *
 * @param hostname IPv4 or IPv6 address without brackets, or a host name.
 * @param options Keys and what to register as.
 * @returns The connection, logged in and registered, with a server that has proved its key.
 * @throws {TransportError} `bad-address`, `permission-denied`, `connect-failed`.
 * @throws {AuthError} `untrusted-server`; `key-refused` when the server closed the connection upon
 *   our key, `login-refused` when it closed it before; `not-proven` when it does not hold the key that
 *   it claims, closes the connection before it has shown that it does, or does not show it within
 *   30 s; `low-order-key`.
 * @throws {ApiMisuseError} `bad-secret`, `bad-argument`.
 * @throws {PeerError} What was wrong with what the server sent; `login-timeout`.
 */
export async function connectSource(
  hostname: string,
  options: ConnectOptions,
): Promise<SourceClient> {
  const key = options.key instanceof PrivateKey ? options.key : new PrivateKey(options.key);
  const secret = options.secret === undefined
    ? encodeUtf8(DEFAULT_SECRET)
    : checkSecret(options.secret);
  const socket = await dial({ hostname, port: options.port ?? DEFAULT_PORT });
  const client = new SourceClient(socket, key, secret, options);
  await client.loggedIn;
  return client;
}
