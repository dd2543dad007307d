/**
 * What the address of a peer says about it.
 *
 * @module
 */

/**
 * Removes the IPv6 prefix of an IPv4 address that reached an IPv6 socket, so that logs name it one way.
 *
 * @param hostname IPv4 or IPv6 address.
 */
export function plainHostname(hostname: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(hostname)?.[1] ?? hostname;
}

/**
 * The owner of an address: the host for IPv4, the /64 network for IPv6, in which a host can choose its
 * address freely. Own code, as `node:net` checks addresses and does not expand them.
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
