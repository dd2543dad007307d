import assert from "node:assert/strict";
import { type ListenAddress, parseListenAddress } from "../../lib/listen_address.ts";
import { MAX_SOCKET_PATH_BYTES } from "../../lib/limits.ts";

const test = (name: string, fn: () => void) => Deno.test({ name, permissions: "none", fn });
const LONGEST = "/" + "ä".repeat((MAX_SOCKET_PATH_BYTES - 1) / 2);

const GOOD: readonly [text: string, address: ListenAddress][] = [
  ["127.0.0.1:6680", { kind: "tcp", hostname: "127.0.0.1", port: 6680 }],
  ["localhost:0", { kind: "tcp", hostname: "localhost", port: 0 }],
  ["[::]:65535", { kind: "tcp", hostname: "::", port: 65_535 }],
  ["[fe80::1%eth0]:6680", { kind: "tcp", hostname: "fe80::1%eth0", port: 6680 }],
  ["[::ffff:192.0.2.7]:1", { kind: "tcp", hostname: "::ffff:192.0.2.7", port: 1 }],
  ["unix:/run/a b:1.sock", { kind: "unix", path: "/run/a b:1.sock" }],
  [`unix:${LONGEST}`, { kind: "unix", path: LONGEST }],
  ["fd:3", { kind: "fd", fd: 3 }],
  ["fd:1048575", { kind: "fd", fd: 1_048_575 }],
];

const BAD: readonly [text: string, problem: RegExp][] = [
  ["", /none of host:port/],
  ["localhost", /none of host:port/],
  [":6680", /none of host:port/],
  ["a b:1", /none of host:port/],
  ["::1", /stands in brackets/],
  ["::1:6680", /stands in brackets/],
  ["[127.0.0.1]:1", /no IPv6 address$/],
  ["[]:1", /no IPv6 address$/],
  ["[::1]", /none of host:port/],
  ["[::1]:", /"" is no port/],
  ["localhost:", /"" is no port/],
  ["localhost:65536", /0 to 65535$/],
  ["localhost:+1", /0 to 65535$/],
  ["unix:", /begin with a slash$/],
  ["unix:run/a", /begin with a slash$/],
  ["unix:@abstract", /begin with a slash$/],
  [`unix:${LONGEST}/`, /has 108 bytes; the system allows 107$/],
  ["unix:/run/\0", /zero byte$/],
  ["fd:", /3 to 1048575$/],
  ["fd:2", /3 to 1048575$/],
  ["fd:03", /3 to 1048575$/],
  ["fd:-3", /3 to 1048575$/],
  ["fd:1048576", /3 to 1048575$/],
];

test("addresses of every form are read", () => {
  for (const [text, address] of GOOD) assert.deepEqual(parseListenAddress(text), address, text);
});

test("text that is no address is refused with the reason", () => {
  for (const [text, problem] of BAD) {
    const answer = parseListenAddress(text);
    assert(typeof answer === "string", text);
    assert.match(answer, problem, text);
    assert.doesNotMatch(answer, /\.$/);
  }
});
