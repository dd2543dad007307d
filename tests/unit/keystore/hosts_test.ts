import assert from "node:assert/strict";
import { formatHostAddress, parseHostAddress, requireHost } from "../../../keystore/hosts.ts";

const good: readonly [text: string, host: string, port: number][] = [
  ["10.0.0.1:1000", "10.0.0.1", 1000],
  ["host.example", "host.example", 6680],
  ["host.example:65535", "host.example", 65535],
  ["[::1]:3000", "::1", 3000],
  ["::1:4000", "::1", 4000],
  ["2001:db8::1:6680", "2001:db8::1", 6680],
  ["[fe80::1%eth0]:1", "fe80::1%eth0", 1],
  ["my_host", "my_host", 6680],
];

for (const [text, host, port] of good) {
  Deno.test({
    name: `an address of a hostkeys line is read: ${text}`,
    permissions: "none",
    fn() {
      const address = parseHostAddress(text);
      assert.deepEqual(address, { host, port });
      assert.deepEqual(parseHostAddress(formatHostAddress(address)), address);
    },
  });
}

for (
  const text of ["", ":5", "h:0", "h:65536", "h:99999", "h:", "h:-1", "h:+1", "h:1e3", "[h]:5"]
) {
  Deno.test({
    name: `an address of a hostkeys line is refused: ${JSON.stringify(text)}`,
    permissions: "none",
    fn: () => assert.throws(() => parseHostAddress(text), { code: "bad-host" }),
  });
}

Deno.test({
  name: "addresses that the reference misreads: no port, or one with more behind it",
  permissions: "none",
  fn() {
    for (const text of ["::1", "[::1]", "2001:db8::5", "h:80x", "a:b:80"]) {
      assert.throws(() => parseHostAddress(text), { code: "bad-host" }, text);
    }
    assert.throws(
      () => parseHostAddress("2001:db8::5"),
      /write an IPv6 address with its port as \[/,
    );
  },
});

Deno.test({
  name: "a host to be written is a name or an address, with or without brackets",
  permissions: "none",
  fn() {
    for (const host of ["localhost", "a.b-c.example", "192.0.2.1", "::1", "fe80::1%eth0", "a."]) {
      assert.equal(requireHost(host), host);
    }
    assert.equal(requireHost("[::1]"), "::1");
    assert.throws(() => requireHost("h:80"), /"h:80".*a port is given as a word of its own/);
    for (const host of ["", " ", "a b", "-x", "a\n", "a,b", "[a]", "a/b", "x".repeat(254)]) {
      assert.throws(() => requireHost(host), { code: "bad-host" }, JSON.stringify(host));
    }
  },
});
