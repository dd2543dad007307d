/** PROXY headers, after the examples and the tables of haproxy's `proxy-protocol.txt`. */

import { concat } from "../../lib/bytes/concat.ts";

/** The 12 bytes that version 2 begins with. */
const SIGNATURE = Uint8Array.fromHex("0d0a0d0a000d0a515549540a");

export function line(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/**
 * A header of version 2.
 *
 * @param versionAndCommand 0x21 for PROXY, 0x20 for LOCAL.
 * @param family Address family and protocol, as 0x11 for TCP over IPv4.
 * @param rest The addresses and what follows them, in hexadecimal digits.
 * @param length What the header says of the length of the rest.
 */
export function binary(
  versionAndCommand: number,
  family: number,
  rest: string,
  length = rest.length / 2,
): Uint8Array {
  const fixed = Uint8Array.of(versionAndCommand, family, length >> 8, length);
  return concat([SIGNATURE, fixed, Uint8Array.fromHex(rest)]);
}

/** 192.168.0.1:56324 to 192.168.0.11:443. */
export const IPV4 = "c0a80001" + "c0a8000b" + "dc04" + "01bb";
/** [2001:db8::1]:56324 to [2001:db8::2]:443. */
export const IPV6 = `20010db8${"0".repeat(23)}1` + `20010db8${"0".repeat(23)}2` + "dc04" + "01bb";
/** Two paths of 108 bytes. */
const UNIX = "2f61".padEnd(216, "0") + "2f62".padEnd(216, "0");
/** Additions: ALPN "a12", a CRC32C, a NOOP, and TLS with its version. */
const TLVS = "010003613132" + "03000412345678" + "04000100" + "20000f" +
  "0100000000" + "210007" + "544c5376312e33";

/** Whole headers, and the address that counts; `undefined` for that of the connection itself. */
export const GOOD: Readonly<Record<string, [bytes: Uint8Array, source: string | undefined]>> = {
  "the line of the specification": [
    line("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"),
    "192.168.0.1:56324",
  ],
  "the longest line of IPv4": [
    line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"),
    "255.255.255.255:65535",
  ],
  "the longest line of IPv6": [
    line(`PROXY TCP6 ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535\r\n`),
    `[${"ffff:".repeat(7)}ffff]:65535`,
  ],
  "a line with a short address of IPv6": [
    line("PROXY TCP6 2001:DB8:0::1 ::1 0 0\r\n"),
    "[2001:db8::1]:0",
  ],
  "a line with IPv4 within IPv6": [
    line("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.1 5 6\r\n"),
    "192.0.2.7:5",
  ],
  "UNKNOWN": [line("PROXY UNKNOWN\r\n"), undefined],
  "the longest line": [
    line(`PROXY UNKNOWN ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535\r\n`),
    undefined,
  ],
  "UNKNOWN and anything": [line("PROXY UNKNOWN \x00\xff TCP4 1.2.3.4\r\n"), undefined],
  "TCP over IPv4": [binary(0x21, 0x11, IPV4), "192.168.0.1:56324"],
  "TCP over IPv6": [binary(0x21, 0x21, IPV6), "[2001:db8::1]:56324"],
  "TCP over IPv4 within IPv6": [
    binary(0x21, 0x21, "00000000000000000000ffffc0000207".repeat(2) + "00050006"),
    "192.0.2.7:5",
  ],
  "UDP over IPv4": [binary(0x21, 0x12, IPV4), undefined],
  "UDP over IPv6": [binary(0x21, 0x22, IPV6), undefined],
  "a Unix stream": [binary(0x21, 0x31, UNIX), undefined],
  "Unix datagrams": [binary(0x21, 0x32, UNIX), undefined],
  "no family": [binary(0x21, 0x00, ""), undefined],
  "no family, with bytes": [binary(0x21, 0x00, IPV4), undefined],
  "no protocol": [binary(0x21, 0x10, ""), undefined],
  "LOCAL": [binary(0x20, 0x00, ""), undefined],
  "LOCAL with an address and any family": [binary(0x20, 0xff, IPV4), undefined],
  "additions behind IPv4": [binary(0x21, 0x11, IPV4 + TLVS), "192.168.0.1:56324"],
  "additions behind IPv6": [binary(0x21, 0x21, IPV6 + TLVS), "[2001:db8::1]:56324"],
  "additions behind Unix": [binary(0x21, 0x31, UNIX + TLVS), undefined],
  "as much as is taken": [
    binary(0x21, 0x11, IPV4 + "00".repeat(4_096 - 16 - 12)),
    "192.168.0.1:56324",
  ],
};

/** What is no header, each with one fault. */
export const BAD: Readonly<Record<string, Uint8Array>> = {
  "a login": line("\x00".repeat(32)),
  "HTTP": line("GET / HTTP/1.1\r\n"),
  "small letters": line("proxy UNKNOWN\r\n"),
  "another protocol": line("PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n"),
  "UNKNOWN with a letter more": line("PROXY UNKNOWNX\r\n"),
  "two spaces": line("PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n"),
  "a space at the end": line("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n"),
  "a word more": line("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n"),
  "a port too few": line("PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n"),
  "an address of the other family": line("PROXY TCP4 ::1 ::1 1 2\r\n"),
  "IPv4 as IPv6": line("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n"),
  "a bad destination": line("PROXY TCP4 192.0.2.1 192.0.2 1 2\r\n"),
  "a zone": line("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n"),
  "a leading zero in an address": line("PROXY TCP4 192.0.02.1 192.0.2.2 1 2\r\n"),
  "a leading zero in a port": line("PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n"),
  "a large port": line("PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n"),
  "a line feed alone": line("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n"),
  "a carriage return within": line("PROXY UNKNOWN a\rb\r\n"),
  "a line of 108 bytes": line(`PROXY UNKNOWN ${"x".repeat(92)}\r\n`),
  "a line without an end": line(`PROXY UNKNOWN ${"x".repeat(200)}`),
  "version 1 in version 2": binary(0x11, 0x11, IPV4),
  "version 3": binary(0x31, 0x11, IPV4),
  "an unknown command": binary(0x22, 0x11, IPV4),
  "an unknown family": binary(0x21, 0x41, IPV4),
  "an unknown protocol": binary(0x21, 0x13, IPV4),
  "an address of IPv4 that is cut off": binary(0x21, 0x11, IPV4.slice(2)),
  "an address of IPv6 that is cut off": binary(0x21, 0x21, IPV6.slice(2)),
  "an address of Unix that is cut off": binary(0x21, 0x31, UNIX.slice(2)),
  "more than is taken": binary(0x21, 0x11, IPV4, 4_096 - 16 + 1),
  "the greatest length": binary(0x20, 0x00, "", 65_535),
};
