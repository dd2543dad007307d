/**
 * Networks in CIDR notation, and which addresses are in them.
 *
 * An IPv4 address that reached an IPv6 socket (`::ffff:192.0.2.7`) counts as that IPv4 address. The zone
 * of an address (`fe80::1%eth0`) is ignored: a network has none. The word `unix` stands for the peers of
 * Unix sockets, which are in no other network.
 *
 * @module
 */

import { isIpv6, UNIX_HOSTNAME } from "./address.ts";

/** The first 12 bytes of an IPv4 address within IPv6. */
const MAPPED_PREFIX_BYTES = 12;
const MAPPED_PREFIX_BITS = MAPPED_PREFIX_BYTES * 8;

/** A network, or one address. */
export interface Network {
  /** As it is written and shown: an address and its prefix length, without them for one address. */
  readonly text: string;
  /** 4 or 16 bytes; none for `unix`. */
  readonly bytes: Uint8Array;
  /** How many of the first bits count. */
  readonly bits: number;
}

const UNIX_PEERS: Network = { text: UNIX_HOSTNAME, bytes: new Uint8Array(0), bits: 0 };

/**
 * Parses `192.0.2.0/24`, `2001:db8::/32`, one address, or `unix`.
 *
 * @returns The network, or a sentence without a full stop that says what is wrong with the text.
 */
export function parseNetwork(text: string): Network | string {
  if (text === UNIX_HOSTNAME) return UNIX_PEERS;
  const [address = "", prefix, ...more] = text.toLowerCase().split("/");
  if (address.includes("%")) return "a network has no zone; leave out the % and what follows";
  const bytes = addressBytes(address);
  if (bytes === undefined || more.length > 0) {
    return "it is no address or network such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32, nor unix";
  }
  // In IPv6 notation, the prefix counts the bits in front of an IPv4 address as well.
  const outerBits = address.includes(":") && bytes.length === 4 ? MAPPED_PREFIX_BITS : 0;
  const most = bytes.length * 8 + outerBits;
  const written = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
  const bits = written - outerBits;
  if (!(bits >= 0 && written <= most)) {
    return `the number behind the slash must be ${outerBits} to ${most}`;
  }
  const masked = bytes.map((byte, i) => byte & maskByte(bits - i * 8));
  const name = bits === bytes.length * 8 ? formatBytes(bytes) : `${formatBytes(masked)}/${bits}`;
  if (masked.some((byte, i) => byte !== bytes[i])) {
    return `the address has bits behind the first ${written}; the network is ${name}`;
  }
  return { text: name, bytes, bits };
}

/**
 * Whether an address is in one of some networks.
 *
 * @param hostname An IPv4 or IPv6 address, maybe with a zone; `unix` for the peer of a Unix socket.
 * @returns `false` for anything else.
 */
export function isInNetworks(hostname: string, networks: readonly Network[]): boolean {
  if (hostname === UNIX_HOSTNAME) return networks.some(({ text }) => text === UNIX_HOSTNAME);
  const bytes = addressBytes(hostname);
  return bytes !== undefined && networks.some((network) => includes(network, bytes));
}

/**
 * The network of an address with a given number of bits.
 *
 * @param hostname An IPv4 or IPv6 address; a zone may follow.
 * @param v4Bits The bits that count in an IPv4 address.
 * @param v6Bits The bits that count in an IPv6 address.
 * @returns Its text; the hostname itself when it is no address.
 */
export function networkOf(hostname: string, v4Bits: number, v6Bits: number): string {
  const bytes = addressBytes(hostname);
  if (bytes === undefined) return hostname;
  const bits = bytes.length === 4 ? v4Bits : v6Bits;
  return `${formatBytes(bytes.map((byte, i) => byte & maskByte(bits - i * 8)))}/${bits}`;
}

/** The networks that are in one of `a` and in one of `b`. */
export function commonNetworks(a: readonly Network[], b: readonly Network[]): Network[] {
  // Two networks are apart, or one is in the other.
  const within = (networks: readonly Network[], others: readonly Network[]) =>
    networks.filter(({ bytes, bits }) =>
      others.some((other) => other.bits <= bits && includes(other, bytes))
    );
  const common = [...within(a, b), ...within(b, a)];
  return [...new Map(common.map((network) => [network.text, network])).values()];
}

function includes({ bytes, bits }: Network, address: Uint8Array): boolean {
  return bytes.length === address.length &&
    bytes.every((byte, i) => byte === (address[i]! & maskByte(bits - i * 8)));
}

/** A byte whose first `bits` bits are set. */
function maskByte(bits: number): number {
  return bits <= 0 ? 0 : bits >= 8 ? 0xff : 0xff00 >> bits & 0xff;
}

/**
 * The bytes of an address; IPv4 within IPv6 counts as IPv4.
 *
 * @param text An IPv4 or IPv6 address; a zone may follow.
 * @returns 4 or 16 bytes, or `undefined` when the text is no address.
 */
export function addressBytes(text: string): Uint8Array | undefined {
  if (!text.includes(":")) return ipv4Bytes(text);
  if (!isIpv6(text)) return undefined;
  const bytes = new Uint8Array(16);
  const [head = "", tail] = text.split("%")[0]!.split("::");
  const first = groupBytes(head);
  const last = groupBytes(tail ?? "");
  bytes.set(first);
  bytes.set(last, bytes.length - last.length);
  const isMapped = bytes.every((byte, i) =>
    i >= MAPPED_PREFIX_BYTES || byte === (i < MAPPED_PREFIX_BYTES - 2 ? 0 : 0xff)
  );
  return isMapped ? bytes.subarray(MAPPED_PREFIX_BYTES) : bytes;
}

/** Each connection's address is read a few times, so this makes no strings of its parts. */
function ipv4Bytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  let at = 0;
  let byte = -1;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit >= 0 && digit <= 9) {
      const hasLeadingZero = byte === 0;
      byte = Math.max(byte, 0) * 10 + digit;
      if (hasLeadingZero || byte > 255) return undefined;
    } else if (text[i] === "." && byte >= 0 && at < 3) {
      bytes[at++] = byte;
      byte = -1;
    } else {
      return undefined;
    }
  }
  if (at < 3 || byte < 0) return undefined;
  bytes[at] = byte;
  return bytes;
}

/** Reads groups of hexadecimal digits; the last may be an IPv4 address. */
function groupBytes(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function formatBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[i * 2]! << 8 | bytes[i * 2 + 1]!));
  const text = groups.map((group) => group.toString(16)).join(":");
  // A URL shortens the address as RFC 5952 says.
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}
