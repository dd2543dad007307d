/**
 * Socket addresses as people write them.
 *
 * @module
 */

/** An address that a socket is bound or connected to. */
export interface SocketAddress {
  /** IPv4 or IPv6 address, without brackets. */
  readonly hostname: string;
  /** 1 to 65535. */
  readonly port: number;
}

/**
 * Writes `host:port`, with brackets around an IPv6 address.
 *
 * @param address The address.
 */
export function formatAddress({ hostname, port }: SocketAddress): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/**
 * Writes an IPv4 address that reached an IPv6 socket as what it is, so that logs name it once.
 *
 * @param hostname IPv4 or IPv6 address.
 */
export function plainHostname(hostname: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(hostname)?.[1] ?? hostname;
}

/**
 * Whom an address belongs to: one host for IPv4, one /64 network for IPv6, since a host picks its
 * address in there freely.
 *
 * @param hostname IPv4 or IPv6 address.
 */
export function addressOwner(hostname: string): string {
  if (!hostname.includes(":")) return hostname;
  const [head = "", tail] = hostname.split("%")[0]!.split("::");
  const groups = head === "" ? [] : head.split(":");
  const behind = tail === undefined || tail === "" ? [] : tail.split(":");
  while (groups.length + behind.length < 8) groups.push("0");
  return [...groups, ...behind].slice(0, 4).map((group) => parseInt(group, 16).toString(16))
    .join(":") + "::/64";
}
