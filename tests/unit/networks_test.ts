import assert from "node:assert/strict";
import { isIPv4 } from "node:net";
import { isInNetworks, type Network, networkOf, parseNetwork } from "../../lib/networks.ts";

function network(text: string): Network {
  const parsed = parseNetwork(text);
  assert(typeof parsed !== "string", `${text}: ${parsed}`);
  return parsed;
}

const GOOD: readonly [written: string, shown: string][] = [
  ["192.0.2.7", "192.0.2.7"],
  ["192.0.2.7/32", "192.0.2.7"],
  ["192.0.2.0/24", "192.0.2.0/24"],
  ["192.0.2.128/25", "192.0.2.128/25"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["2001:DB8::/32", "2001:db8::/32"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["::/0", "::/0"],
  ["::1", "::1"],
  ["fe80::/10", "fe80::/10"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.0/120", "192.0.2.0/24"],
  ["::ffff:0:0/96", "0.0.0.0/0"],
  ["unix", "unix"],
];

const BAD: readonly [text: string, problem: RegExp][] = [
  ["", /no address or network/],
  ["unix:/run/a", /no address or network/],
  ["unix/0", /no address or network/],
  ["example.org", /no address or network/],
  ["192.0.2", /no address or network/],
  ["192.0.2.256", /no address or network/],
  ["192.0.2.07", /no address or network/],
  ["192.0.2.0/24/8", /no address or network/],
  ["2001:db8::1::", /no address or network/],
  ["192.0.2.0/", /must be 0 to 32/],
  ["192.0.2.0/33", /must be 0 to 32/],
  ["192.0.2.0/-1", /must be 0 to 32/],
  ["192.0.2.0/+8", /must be 0 to 32/],
  ["2001:db8::/129", /must be 0 to 128/],
  ["::ffff:192.0.2.0/90", /must be 96 to 128/],
  ["192.0.2.7/24", /behind the first 24; the network is 192\.0\.2\.0\/24$/],
  ["2001:db8::1/64", /behind the first 64; the network is 2001:db8::\/64$/],
  ["::ffff:192.0.2.7/120", /behind the first 120; the network is 192\.0\.2\.0\/24$/],
  ["fe80::1%eth0", /has no zone/],
  ["fe80::%eth0/10", /has no zone/],
];

const INSIDE: readonly [address: string, network: string, isInside: boolean][] = [
  ["192.0.2.7", "192.0.2.0/24", true],
  ["192.0.3.7", "192.0.2.0/24", false],
  ["192.0.3.7", "192.0.2.0/23", true],
  ["192.0.4.7", "192.0.2.0/23", false],
  ["192.0.2.7", "192.0.2.7", true],
  ["192.0.2.8", "192.0.2.7", false],
  ["::ffff:192.0.2.7", "192.0.2.0/24", true],
  ["::FFFF:c000:207", "192.0.2.0/24", true],
  ["192.0.2.7", "::/0", false],
  ["::ffff:192.0.2.7", "::/0", false],
  ["2001:db8::1", "0.0.0.0/0", false],
  ["2001:db8:1::1", "2001:db8::/32", true],
  ["2001:db9::1", "2001:db8::/32", false],
  ["fe80::1%eth0", "fe80::/10", true],
  ["fe80::1%my_net", "fe80::1", true],
  ["febf::1%2", "fe80::/10", true],
  ["fec0::1", "fe80::/10", false],
  ["", "0.0.0.0/0", false],
  ["localhost", "0.0.0.0/0", false],
  ["unix", "unix", true],
  ["unix", "0.0.0.0/0", false],
  ["unix", "::/0", false],
  ["127.0.0.1", "unix", false],
  ["", "unix", false],
];

Deno.test({
  name: "networks are read and shown one way",
  permissions: "none",
  fn() {
    for (const [written, shown] of GOOD) assert.equal(network(written).text, shown, written);
    for (const [text, problem] of BAD) {
      const parsed = parseNetwork(text);
      assert(typeof parsed === "string", text);
      assert.match(parsed, problem, text);
    }
  },
});

Deno.test({
  name: "an address is in a network by its bits, whatever its notation and zone",
  permissions: "none",
  fn() {
    for (const [address, text, isInside] of INSIDE) {
      assert.equal(isInNetworks(address, [network(text)]), isInside, `${address} in ${text}`);
    }
    assert.equal(isInNetworks("192.0.2.7", [network("::1"), network("192.0.2.7")]), true);
    assert.equal(isInNetworks("192.0.2.7", []), false);
  },
});

Deno.test({
  name: "the network of an address",
  permissions: "none",
  fn() {
    assert.equal(networkOf("192.0.2.77", 24, 48), "192.0.2.0/24");
    assert.equal(networkOf("::ffff:192.0.2.77", 24, 48), "192.0.2.0/24");
    assert.equal(networkOf("2001:db8:1:2::3%eth0", 24, 48), "2001:db8:1::/48");
    assert.equal(networkOf("somewhere", 24, 48), "somewhere");
  },
});

Deno.test("an address of IPv4 is read as the runtime reads it", () => {
  const parts = ["0", "7", "07", "00", "10", "255", "256", "1000", "", "-1", "1e1", " 1", "٣"];
  for (const a of parts) {
    for (const b of parts) {
      for (const text of [`${a}.1.2.${b}`, `1.${a}.${b}.4`, `1.2.${a}${b}`, `1.2.3.${a}.${b}`]) {
        const shown = isIPv4(text) ? `${text}/32` : text;
        assert.equal(networkOf(text, 32, 64), shown);
      }
    }
  }
});
