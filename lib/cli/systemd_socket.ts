/**
 * The text of a socket file of systemd: the addresses that systemd listens at for `listen`.
 *
 * @module
 */

import { isIP } from "node:net";
import { DEFAULT_PORT, formatAddress } from "../address.ts";
import { parseListenAddress } from "../listen_address.ts";
import { UsageError } from "./errors.ts";
import type { PlaceFlags } from "./listen_place.ts";
import { escapeSpecifiers } from "./systemd_unit.ts";

/**
 * Finds the addresses for a socket file.
 *
 * @param given The interface and the port, if any.
 * @returns As systemd writes them; a port alone means all addresses of both families.
 * @throws {UsageError} For what systemd cannot listen at.
 */
export function socketStreams(
  given: { readonly hostname: string | undefined; readonly port: number | undefined },
  flags: PlaceFlags,
): string[] {
  const hostname = given.hostname ?? flags.host;
  const port = given.port ?? flags.port ?? DEFAULT_PORT;
  if (flags.listen === undefined) return [streamOf(hostname, port)];
  return flags.listen.map((text) => {
    const address = parseListenAddress(text);
    if (typeof address === "string" || address.kind === "fd") {
      throw new UsageError(`--socket needs addresses that systemd can listen at, not ${text}`);
    }
    return address.kind === "unix" ? address.path : streamOf(address.hostname, address.port);
  });
}

function streamOf(hostname: string | undefined, port: number): string {
  if (port === 0) throw new UsageError("--socket needs a port other than 0");
  if (hostname === undefined) return String(port);
  const [address = "", zone] = hostname.replace(/^\[(.*)\]$/, "$1").split("%");
  const scope = zone === undefined ? "" : `%${zone}`;
  if (isIP(address) !== 0) return formatAddress({ hostname: address, port }) + scope;
  throw new UsageError(
    `--socket needs an address of IPv4 or IPv6, as systemd looks up no ${hostname}`,
  );
}

/** @param streams From {@linkcode socketStreams}. */
export function formatSocket(
  { name, isUser, streams }: {
    readonly name: string | undefined;
    readonly isUser: boolean;
    readonly streams: readonly string[];
  },
): string {
  return [
    "[Unit]",
    `Description=Addresses of the A12 listener${name === undefined ? "" : ` ${name}`}`,
    "",
    "[Socket]",
    ...streams.map((stream) => `ListenStream=${escapeSpecifiers(stream)}`),
    "SocketMode=0600",
    ...isUser ? [] : ["SocketUser=net-listen"],
    "",
    "[Install]",
    "WantedBy=sockets.target",
    "",
  ].join("\n");
}
