import assert from "node:assert/strict";
import { formatAddress, isIpv6, parsePort, unixAddress } from "../../lib/address.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

test("an IPv6 address is put in brackets before its port", () => {
  assert.equal(formatAddress({ hostname: "127.0.0.1", port: 80 }), "127.0.0.1:80");
  assert.equal(formatAddress({ hostname: "::1", port: 6680 }), "[::1]:6680");
  assert.equal(formatAddress({ hostname: "example.org", port: 1 }), "example.org:1");
});

test("the address of a Unix socket is its path", () => {
  assert.equal(formatAddress(unixAddress("/run/a:b")), "unix:/run/a:b");
});

test("an IPv6 address may have a zone, no brackets and no port", () => {
  for (const text of ["::", "::1", "2001:DB8::7000", "::ffff:192.0.2.7", "fe80::1%eth0"]) {
    assert.equal(isIpv6(text), true, text);
  }
  assert.equal(isIpv6("fe80::1%br_lan"), true);
  for (const text of ["", "localhost", "192.0.2.7", "[::1]", "1::2::3", "::1%", "::1% a", ":1"]) {
    assert.equal(isIpv6(text), false, text);
  }
});

test("a port is 1 to 5 digits, at most 65535", () => {
  assert.deepEqual(["0", "1", "6680", "65535"].map(parsePort), [0, 1, 6680, 65_535]);
  for (const text of ["", "65536", "100000", "-1", "+1", "1e3", "0x50", "80 ", "\u0661"]) {
    assert.equal(parsePort(text), undefined, text);
  }
});
