/**
 * What the address of a peer says about it.
 *
 * @module
 */

import { addressBytes, networkOf } from "../networks.ts";

/** The bits of an IPv6 address that tell networks apart; within one, a host chooses its address. */
const NETWORK_BITS = 64;

/** Those of a site, which may have many networks. */
export const SITE_BITS = 48;

/**
 * Removes the IPv6 prefix of an IPv4 address that reached an IPv6 socket, so that logs name it one way.
 *
 * @param hostname IPv4 or IPv6 address.
 */
export function plainHostname(hostname: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(hostname)?.[1] ?? hostname;
}

/**
 * The owner of an address, for logs: the host for IPv4, the /64 network for IPv6.
 *
 * @returns The hostname itself when it is no address.
 */
export function addressOwner(hostname: string): string {
  if (!hostname.includes(":")) return hostname;
  const network = networkOf(hostname, 32, NETWORK_BITS);
  return network.endsWith("/32") ? network.slice(0, -3) : network;
}

/** An address of IPv4, or a network of IPv6, as numbers. */
export interface NetworkNumber {
  /** How many bits of IPv6 count; 32 for an address of IPv4. */
  readonly bits: number;
  /** The first 32 bits of IPv6; 0 for IPv4. */
  readonly high: number;
  /** The bits behind them, or the address of IPv4. */
  readonly low: number;
}

/**
 * The networks that an address is counted for.
 *
 * @returns The address of IPv4, or the /64 and the /48 of IPv6; none for anything else, such as a path.
 */
export function networkNumbers(hostname: string): readonly NetworkNumber[] {
  const bytes = addressBytes(hostname);
  if (bytes === undefined) return [];
  const high = int32At(bytes, 0);
  if (bytes.length === 4) return [{ bits: 32, high: 0, low: high }];
  return withSite({ bits: NETWORK_BITS, high, low: int32At(bytes, 4) });
}

/** Big-endian. */
function int32At(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!;
}

/** Adds its /48 to a /64 of IPv6. */
export function withSite(network: NetworkNumber): readonly NetworkNumber[] {
  const { bits, high, low } = network;
  return bits === NETWORK_BITS
    ? [network, { bits: SITE_BITS, high, low: low & ~0xffff }]
    : [network];
}

/**
 * The neighbourhood of an address: a /24 of IPv4, a /48 of IPv6.
 *
 * @returns The hostname itself when it is no address.
 */
export function neighbourhood(hostname: string): string {
  const [network] = networkNumbers(hostname);
  if (network === undefined) return hostname;
  const { bits, high, low } = network;
  return bits === 32 ? `4/${low >> 8}` : `6/${high}/${low >> 16}`;
}
