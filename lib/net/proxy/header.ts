/**
 * The PROXY protocol, versions 1 and 2, as haproxy's `proxy-protocol.txt` describes it: a header in front
 * of a connection by which a balancer tells where the connection comes from.
 *
 * @module
 */

import { isIPv4, isIPv6 } from "node:net";
import { parsePort, type SocketAddress } from "../../address.ts";
import { MalformedError } from "../../errors.ts";
import { MAX_PROXY_HEADER_BYTES, MAX_PROXY_LINE_BYTES } from "../../limits.ts";
import { parseNetwork } from "../../networks.ts";

/** A whole header. */
export interface ProxyHeader {
  /** Its length in bytes. */
  readonly length: number;
  /**
   * Where the connection comes from; `undefined` when the address of the balancer counts: it has opened
   * the connection for itself, or says no address of TCP.
   */
  readonly source: SocketAddress | undefined;
}

const LINE_START = ascii("PROXY ");
const SIGNATURE = ascii("\r\n\r\n\0\r\nQUIT\n");
const CR = 0x0d;
const LF = 0x0a;
/** Signature, version and command, family and protocol, length of the rest. */
const FIXED_BYTES = SIGNATURE.length + 4;
const VERSION = 2;
const COMMAND = { local: 0, proxy: 1 } as const;
const STREAM = 1;
const MAX_PROTOCOL = 2;
/** By the number of the family: the bytes of two addresses with their ports. */
const ADDRESSES_BYTES = [0, 2 * (4 + 2), 2 * (16 + 2), 2 * 108] as const;
/** By the number of the family: the bytes of one address of TCP. */
const ADDRESS_BYTES: readonly number[] = [0, 4, 16, 0];

/**
 * Parses the header at the start of what was received.
 *
 * @param bytes All bytes so far.
 * @returns `undefined` while the header is not whole.
 * @throws {MalformedError} `bad-proxy-header`, as soon as it cannot become one.
 */
export function parseProxyHeader(bytes: Uint8Array): ProxyHeader | undefined {
  if (startsLike(bytes, SIGNATURE)) return parseBinary(bytes);
  if (startsLike(bytes, LINE_START)) return parseLine(bytes);
  throw bad("it begins with neither PROXY nor the signature of version 2");
}

function parseLine(bytes: Uint8Array): ProxyHeader | undefined {
  const end = bytes.subarray(0, MAX_PROXY_LINE_BYTES).indexOf(LF);
  if (end < 0) {
    if (bytes.length < MAX_PROXY_LINE_BYTES) return undefined;
    throw bad(`the line is longer than ${MAX_PROXY_LINE_BYTES} bytes`);
  }
  if (bytes[end - 1] !== CR) throw bad("the line ends without a carriage return");
  const text = String.fromCharCode(...bytes.subarray(0, end - 1));
  return { length: end + 1, source: parseText(text) };
}

function parseText(text: string): SocketAddress | undefined {
  // Whatever follows is to be ignored.
  if (/^PROXY UNKNOWN( [^\r]*)?$/.test(text)) return undefined;
  const [, family, source = "", destination = "", ...ports] =
    /^PROXY TCP([46]) (\S+) (\S+) (\d+) (\d+)$/.exec(text) ?? [];
  if (family === undefined) throw bad("the line is no line of version 1");
  const isAddress = family === "4" ? isIPv4 : isIPv6;
  for (const address of [source, destination]) {
    if (!isAddress(address) || address.includes("%")) throw bad("an address is none of its family");
  }
  const [port] = ports.map((digits) => {
    const port = parsePort(digits);
    if (String(port) !== digits) throw bad("a port is no number from 0 to 65535");
    return port;
  });
  return addressOf(source, port!);
}

function parseBinary(bytes: Uint8Array): ProxyHeader | undefined {
  const at = SIGNATURE.length;
  if (bytes.length <= at) return undefined;
  const version = bytes[at]! >> 4;
  const command = bytes[at]! & 0xf;
  if (version !== VERSION) throw bad(`the version is ${version}, must be ${VERSION}`);
  if (command > COMMAND.proxy) throw bad(`the command is ${command}, must be 0 or 1`);
  if (bytes.length < FIXED_BYTES) return undefined;
  const rest = bytes[at + 2]! << 8 | bytes[at + 3]!;
  const length = FIXED_BYTES + rest;
  if (length > MAX_PROXY_HEADER_BYTES) {
    throw bad(`it has ${length} bytes, the limit is ${MAX_PROXY_HEADER_BYTES}`);
  }
  const family = bytes[at + 1]! >> 4;
  const protocol = bytes[at + 1]! & 0xf;
  if (command === COMMAND.proxy) {
    const needed = ADDRESSES_BYTES[family];
    if (needed === undefined) throw bad(`the address family is ${family}, must be 0 to 3`);
    if (protocol > MAX_PROTOCOL) throw bad(`the protocol is ${protocol}, must be 0 to 2`);
    if (protocol > 0 && rest < needed) throw bad(`its addresses have ${rest} of ${needed} bytes`);
  }
  if (bytes.length < length) return undefined;
  const size = command === COMMAND.proxy && protocol === STREAM ? ADDRESS_BYTES[family]! : 0;
  if (size === 0) return { length, source: undefined };
  const address = bytes.subarray(FIXED_BYTES, FIXED_BYTES + size);
  const portAt = FIXED_BYTES + 2 * size;
  const port = bytes[portAt]! << 8 | bytes[portAt + 1]!;
  return { length, source: addressOf(formatBytes(address), port) };
}

function formatBytes(address: Uint8Array): string {
  if (address.length === 4) return address.join(".");
  return address.toHex().replace(/.{4}(?!$)/g, "$&:");
}

/** One text for each address, as logs and limits compare them. */
function addressOf(address: string, port: number): SocketAddress {
  const network = parseNetwork(address);
  if (typeof network === "string") throw bad(network);
  return { hostname: network.text, port };
}

/** Whether bytes begin with others, or are the beginning of them. */
function startsLike(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.subarray(0, bytes.length).every((byte, i) => byte === bytes[i]);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function bad(what: string): MalformedError {
  return new MalformedError("bad-proxy-header", `the PROXY header is wrong: ${what}`);
}
