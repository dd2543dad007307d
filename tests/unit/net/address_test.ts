import assert from "node:assert/strict";
import {
  addressOwner,
  neighbourhood,
  networkNumbers,
  plainHostname,
} from "../../../lib/net/address.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });

test("an IPv4 address that came by IPv6 loses its IPv6 prefix", () => {
  assert.equal(plainHostname("::ffff:192.0.2.7"), "192.0.2.7");
  assert.equal(plainHostname("::FFFF:192.0.2.7"), "192.0.2.7");
  assert.equal(plainHostname("2001:db8::1"), "2001:db8::1");
  assert.equal(plainHostname("192.0.2.7"), "192.0.2.7");
});

test("an IPv4 address belongs to its host", () => {
  assert.equal(addressOwner("192.0.2.7"), "192.0.2.7");
  assert.notEqual(addressOwner("192.0.2.7"), addressOwner("192.0.2.8"));
});

test("an IPv6 address belongs to its network of 64 bits", () => {
  const owner = addressOwner("2001:db8:1:2::1");
  assert.equal(owner, "2001:db8:1:2::/64");
  for (
    const same of [
      "2001:db8:1:2:ffff:ffff:ffff:ffff",
      "2001:0db8:0001:0002:0:0:0:9",
      "2001:db8:1:2::",
      "2001:DB8:1:2:3::4%eth0",
    ]
  ) assert.equal(addressOwner(same), owner, same);
  for (const other of ["2001:db8:1:3::1", "2001:db8::1:2", "::1", "fe80::1"]) {
    assert.notEqual(addressOwner(other), owner, other);
  }
  assert.equal(addressOwner("::1"), addressOwner("0:0:0:0:0:0:0:2"));
});

test("an IPv4 address that came by IPv6 belongs to its host", () => {
  assert.equal(addressOwner("::ffff:192.0.2.7"), "192.0.2.7");
  assert.deepEqual(networkNumbers("::ffff:192.0.2.7"), networkNumbers("192.0.2.7"));
  assert.equal(neighbourhood("::ffff:192.0.2.7"), neighbourhood("192.0.2.9"));
});

test("an address is counted for its network, and in IPv6 for its site as well", () => {
  assert.deepEqual(networkNumbers("192.0.2.7"), [{ bits: 32, high: 0, low: 0xc0000207 | 0 }]);
  const [own, site, ...more] = networkNumbers("2001:db8:1:2:3::4%eth0");
  assert.deepEqual(own, { bits: 64, high: 0x20010db8, low: 0x00010002 });
  assert.deepEqual(site, { bits: 48, high: 0x20010db8, low: 0x00010000 });
  assert.deepEqual(more, []);
  assert.deepEqual(networkNumbers("2001:db8:1:9::1")[1], site);
  for (
    const other of ["/run/listen.sock", "", "1.2.3", "1.2.3.256", "1.2.3.", "1..2.3", "1.2.3.4.5"]
  ) {
    assert.deepEqual(networkNumbers(other), [], other);
  }
  assert.deepEqual(networkNumbers("255.255.255.255"), [{ bits: 32, high: 0, low: -1 }]);
});

test("a neighbourhood is a /24 of IPv4 and a /48 of IPv6", () => {
  assert.equal(neighbourhood("192.0.2.7"), neighbourhood("192.0.2.200"));
  assert.notEqual(neighbourhood("192.0.2.7"), neighbourhood("192.0.3.7"));
  assert.equal(neighbourhood("2001:db8:1:2::1"), neighbourhood("2001:db8:1:9::1"));
  assert.notEqual(neighbourhood("2001:db8:1:2::1"), neighbourhood("2001:db8:2:2::1"));
  assert.equal(neighbourhood("/run/listen.sock"), "/run/listen.sock");
});
