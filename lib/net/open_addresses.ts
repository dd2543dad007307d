/**
 * Opens the listening sockets of several addresses.
 *
 * @module
 */

import { formatAddress } from "../address.ts";
import { ApiMisuseError, TransportError } from "../errors.ts";
import { type ListenAddress, parseListenAddress } from "../listen_address.ts";
import { ALL_IPV4, ALL_IPV6, bind, type BoundSocket } from "./bind.ts";
import { adoptSocket } from "./inherited_socket.ts";
import { bindUnix } from "./unix_socket.ts";

/**
 * Listens on all addresses, or on none when one of them fails.
 *
 * @param addresses `host:port`, `[v6%zone]:port`, `unix:/path`, or `fd:NUMBER` for a socket that this
 *   process was started with; port 0 for any.
 * @returns Sockets for the option `sockets` of `netListen`, which closes them.
 * @throws {ApiMisuseError} `bad-argument` for text that is no address, or no address at all.
 * @throws {TransportError} `port-in-use`, `bad-address`, `permission-denied`, `listen-failed`.
 */
export async function openAddresses(addresses: readonly string[]): Promise<BoundSocket[]> {
  const parsed = addresses.map((text) => {
    const address = parseListenAddress(text);
    if (typeof address !== "string") return address;
    throw new ApiMisuseError("bad-argument", `in the address ${JSON.stringify(text)}, ${address}`);
  });
  if (parsed.length === 0) throw new ApiMisuseError("bad-argument", "there is no address");
  const sockets: BoundSocket[] = [];
  try {
    for (const address of parsed) sockets.push(...await openBeside(sockets, address));
  } catch (error) {
    for (const { socket } of sockets) socket.close();
    throw error;
  }
  return sockets;
}

async function openBeside(
  sockets: readonly BoundSocket[],
  address: ListenAddress,
): Promise<BoundSocket[]> {
  try {
    return await open(address);
  } catch (error) {
    if (address.kind !== "tcp" || (error as Partial<TransportError>).code !== "port-in-use") {
      throw error;
    }
    const { hostname, port } = address;
    const own = sockets.flatMap(({ addresses }) => addresses).find((own) =>
      own.port === port && (isAll(own.hostname) || isAll(hostname))
    );
    if (own === undefined) throw error;
    throw new TransportError(
      "port-in-use",
      `${formatAddress(address)} overlaps with ${formatAddress(own)}, which is given as well; ` +
        "leave one of them out",
      { cause: error },
    );
  }
}

function isAll(hostname: string): boolean {
  return hostname === ALL_IPV6 || hostname === ALL_IPV4;
}

async function open(address: ListenAddress): Promise<BoundSocket[]> {
  switch (address.kind) {
    case "tcp":
      return bind(address.hostname, address.port);
    case "unix":
      return [await bindUnix(address.path)];
    case "fd":
      return [await adoptSocket(address.fd)];
  }
}
