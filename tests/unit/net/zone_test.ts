import assert from "node:assert/strict";
import { TransportError } from "../../../lib/errors.ts";
import { remoteOf } from "../../../lib/net/accepted.ts";
import { bind } from "../../../lib/net/bind.ts";
import { dial } from "../../../lib/net/connect_source.ts";
import { checkZone, isLinkLocal, withZoneOf } from "../../../lib/net/zone.ts";

const linkLocal = Deno.networkInterfaces().find(({ address }) => isLinkLocal(address));

function messageOf(hostname: string): string {
  try {
    checkZone(hostname);
  } catch (error) {
    assert.ok(error instanceof TransportError && error.code === "bad-address");
    return error.message;
  }
  return "";
}

Deno.test("link-local addresses are known by their first ten bits", () => {
  for (const address of ["fe80::1", "FE80::1%eth0", "febf::1", "fe8a:1::", "fea0:0:0:0::"]) {
    assert.ok(isLinkLocal(address), address);
  }
  for (const address of ["fec0::1", "::1", "fe80.example.org", "169.254.0.1", "fd00::fe80:1"]) {
    assert.ok(!isLinkLocal(address), address);
  }
});

Deno.test("the zone of one end is that of the other, if that is link-local", () => {
  assert.equal(withZoneOf("fe80::2", "fe80::1%eth0"), "fe80::2%eth0");
  assert.equal(withZoneOf("fe80::2", "::"), "fe80::2");
  assert.equal(withZoneOf("2001:db8::2", "fe80::1%eth0"), "2001:db8::2");
});

Deno.test("a link-local address without a zone is refused, with the interfaces to choose from", () => {
  const interfaces = linkLocal === undefined ? "" : `%${linkLocal.name}.*such addresses: `;
  const expected = new RegExp(
    `^fe80::1 is a link-local address and needs its interface.*${interfaces}`,
  );
  assert.match(messageOf("fe80::1"), expected);
  assert.match(messageOf("fe80::1%"), expected);
  assert.match(messageOf("fe80::1%nosuch0"), /^there is no interface nosuch0/);
});

Deno.test("addresses that need no zone, and zones that are there, pass", () => {
  const [first] = Deno.networkInterfaces();
  for (const hostname of ["::1", "127.0.0.1", "example.org", `fe80::1%${first!.name}`]) {
    assert.equal(messageOf(hostname), "");
  }
});

Deno.test({
  name: "without the permission to look at interfaces a zone is still asked for",
  permissions: "none",
  fn: () => {
    assert.match(messageOf("fe80::1"), /needs its interface, as in fe80::1%eth0$/);
    assert.equal(messageOf("fe80::1%nosuch0"), "");
  },
});

Deno.test("dialling a link-local address without a zone asks for it as well", async () => {
  await assert.rejects(dial({ hostname: "fe80::1", port: 1 }), {
    code: "bad-address",
    message: /needs its interface/,
  });
});

Deno.test({
  name: "a link-local address with its zone listens, and the zone is kept for both ends",
  ignore: linkLocal === undefined,
  fn: async () => {
    const hostname = `${linkLocal!.address}%${linkLocal!.name}`;
    const [bound] = bind(hostname, 0);
    const [address] = bound!.addresses;
    try {
      assert.equal(address!.hostname, hostname);
      const dialled = await dial(address!);
      const accepted = await bound!.socket.accept();
      assert.equal(remoteOf(accepted, address!).hostname, hostname);
      dialled.close();
      accepted.close();
    } finally {
      bound!.socket.close();
    }
  },
});
