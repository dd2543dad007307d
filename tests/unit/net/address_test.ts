import assert from "node:assert/strict";
import { addressOwner, plainHostname } from "../../../lib/net/address.ts";

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
