import assert from "node:assert/strict";
import { type HostRules, Hosts } from "../../../lib/web/hosts.ts";

const NONE = { permissions: "none" } as const;
const LOOPBACK: HostRules = { hostname: "127.0.0.1", names: [], scheme: "http" };
const NAMED: HostRules = {
  hostname: "192.0.2.1",
  names: ["demo.example.org", "Other.example:8443"],
  scheme: "https",
};
const PROXIED: HostRules = { hostname: "::1", names: ["demo.example.org"], scheme: "any" };

/** A request as Deno gives it: the address has what `Host` says. */
function asked(host: string, headers: Record<string, string> = {}, url = `http://${host}/`) {
  return { url, headers: new Headers({ host, ...headers }) };
}

const HOSTS: readonly [rules: HostRules, host: string, isOurs: boolean][] = [
  [LOOPBACK, "127.0.0.1:8080", true],
  [LOOPBACK, "127.0.0.1", true],
  [LOOPBACK, "localhost:8080", true],
  [LOOPBACK, "LOCALHOST:8080", true],
  [LOOPBACK, "[::1]:8080", true],
  [LOOPBACK, "evil.example:8080", false],
  [LOOPBACK, "127.0.0.1.evil.example", false],
  [LOOPBACK, "localhost.evil.example", false],
  [LOOPBACK, "evil-localhost", false],
  [LOOPBACK, "127.0.0.2", false],
  [LOOPBACK, "0.0.0.0:8080", false],
  [LOOPBACK, "[::ffff:127.0.0.1]", false],
  [NAMED, "192.0.2.1:443", true],
  [NAMED, "demo.example.org", true],
  [NAMED, "other.example:1", true],
  [NAMED, "localhost", false],
  [NAMED, "127.0.0.1", false],
  [NAMED, "sub.demo.example.org", false],
  [NAMED, "demo.example.org.", false],
  [PROXIED, "demo.example.org", true],
  [PROXIED, "[::1]:80", true],
  [PROXIED, "::1", false],
];

for (const [rules, host, isOurs] of HOSTS) {
  const whose = [rules.hostname, ...rules.names].join(" and ");
  Deno.test(`the host ${host} is ${isOurs ? "one" : "none"} of ${whose}`, NONE, () => {
    assert.equal(new Hosts(rules).isOurs(asked(host)), isOurs);
  });
}

Deno.test("the host must be right in the address and in the header", NONE, () => {
  const hosts = new Hosts(LOOPBACK);
  assert.ok(!hosts.isOurs(asked("localhost", {}, "http://evil.example/")));
  assert.ok(!hosts.isOurs(asked("evil.example", {}, "http://localhost/")));
  assert.ok(!hosts.isOurs(asked("localhost", { host: "localhost, evil.example" })));
  assert.ok(!hosts.isOurs(asked("a b")));
  // HTTP/2 has it in the address alone.
  assert.ok(hosts.isOurs({ url: "https://localhost/", headers: new Headers() }));
  assert.ok(!hosts.isOurs({ url: "https://evil.example/", headers: new Headers() }));
});

const OWN = "127.0.0.1:8080";
const ORIGINS: readonly [
  rules: HostRules,
  host: string,
  origin: string | undefined,
  site: string | undefined,
  isOwn: boolean,
][] = [
  [LOOPBACK, OWN, `http://${OWN}`, undefined, true],
  [LOOPBACK, OWN, `http://${OWN}`, "same-origin", true],
  [LOOPBACK, "LocalHost:8080", "http://localhost:8080", "same-origin", true],
  [LOOPBACK, OWN, undefined, "same-origin", false],
  [LOOPBACK, OWN, undefined, undefined, false],
  [LOOPBACK, OWN, "null", undefined, false],
  [LOOPBACK, OWN, "", undefined, false],
  [LOOPBACK, OWN, "http://127.0.0.1:8081", "same-site", false],
  [LOOPBACK, OWN, "http://127.0.0.1", undefined, false],
  [LOOPBACK, OWN, "http://localhost:8080", "cross-site", false],
  [LOOPBACK, OWN, `https://${OWN}`, undefined, false],
  [LOOPBACK, OWN, `http://${OWN}`, "cross-site", false],
  [LOOPBACK, OWN, `http://${OWN}`, "same-site", false],
  [LOOPBACK, OWN, "http://evil.example", "cross-site", false],
  [LOOPBACK, OWN, `http://${OWN}.evil.example`, undefined, false],
  [LOOPBACK, OWN, `http://evil.example/http://${OWN}`, undefined, false],
  [LOOPBACK, OWN, `file://${OWN}`, undefined, false],
  [NAMED, "demo.example.org", "https://demo.example.org", "same-origin", true],
  [NAMED, "demo.example.org", "http://demo.example.org", undefined, false],
  [NAMED, "demo.example.org", "https://other.example", undefined, false],
  [PROXIED, "demo.example.org", "https://demo.example.org", "same-origin", true],
  [PROXIED, "demo.example.org", "http://demo.example.org", undefined, true],
  [PROXIED, "demo.example.org:8443", "https://demo.example.org:8443", undefined, true],
  [PROXIED, "demo.example.org", "https://demo.example.org:8443", undefined, false],
];

for (const [rules, host, origin, site, isOwn] of ORIGINS) {
  const name = `a page of ${origin} (${site}) at ${host} under ${rules.scheme} is ` +
    `${isOwn ? "our own" : "another"}`;
  Deno.test(name, NONE, () => {
    const headers = {
      ...(origin !== undefined && { origin }),
      ...(site !== undefined && { "sec-fetch-site": site }),
    };
    assert.equal(new Hosts(rules).isOwnPage(asked(host, headers), true), isOwn);
  });
}

Deno.test(
  "a request without an origin may read, unless the browser says that it crosses sites",
  NONE,
  () => {
    const hosts = new Hosts(LOOPBACK);
    assert.ok(hosts.isOwnPage(asked(OWN), false));
    assert.ok(hosts.isOwnPage(asked(OWN, { "sec-fetch-site": "none" }), false));
    assert.ok(!hosts.isOwnPage(asked(OWN, { "sec-fetch-site": "cross-site" }), false));
    assert.ok(!hosts.isOwnPage(asked(OWN, { origin: "http://evil.example" }), false));
  },
);
