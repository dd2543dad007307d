/** The hosts that connect dials, the keys that it trusts, and the lines that it prints. */

import assert from "node:assert/strict";
import { Command } from "commander";
import { type Keystore, publicKeyOf } from "../../../keystore/mod.ts";
import { connectCommand } from "../../../lib/cli/connect.ts";
import { describeEvent, describeEventJson } from "../../../lib/cli/connect_describe.ts";
import { type Ask, explainRefusal, ServerTrust } from "../../../lib/cli/connect_login.ts";
import { parseTarget, routesTo } from "../../../lib/cli/connect_target.ts";
import { UsageError } from "../../../lib/cli/errors.ts";
import { runCli } from "../../../lib/cli/program.ts";
import { escapeControls } from "../../../lib/log.ts";
import { type A12Error, AuthError, MalformedError } from "../../../lib/errors.ts";
import type { SourceEvent } from "../../../lib/source/endpoint.ts";
import { decodeControl, encodeControl } from "../../../lib/wire/control.ts";
import type { ControlInput } from "../../../lib/wire/control.ts";
import type { EventInput } from "../../../lib/wire/event/types.ts";
import { keptIo } from "../../support/cli_io.ts";
import { testKey, testKeyText, withStore } from "../../support/keystore.ts";
import { wire } from "../../support/source.ts";

const NONE = { permissions: "none" } as const;

const TARGETS: readonly [
  text: string,
  tag: string | undefined,
  hostname?: string,
  port?: number,
][] = [
  ["localhost", undefined, "localhost"],
  ["localhost:7000", undefined, "localhost", 7000],
  ["192.0.2.1:1", undefined, "192.0.2.1", 1],
  ["[::1]:7000", undefined, "::1", 7000],
  ["[::1]", undefined, "::1"],
  ["::1", undefined, "::1"],
  ["fe80::1%eth0", undefined, "fe80::1%eth0"],
  ["2001:db8::7000", undefined, "2001:db8::7000"],
  ["work@", "work"],
  ["work@example.org", "work", "example.org"],
  ["work@[2001:db8::1]:65535", "work", "2001:db8::1", 65_535],
];

for (const [text, tag, hostname, port] of TARGETS) {
  Deno.test(`a target: ${text}`, NONE, () => {
    assert.deepEqual(parseTarget(text), { tag, hostname, port });
  });
}

const BAD_TARGETS: readonly [text: string, message: RegExp][] = [
  ["", /no host name or address/],
  ["@localhost", /no tag before the @/],
  ["localhost:", /"" is not a port/],
  ["localhost:0", /"0" is not a port/],
  ["localhost:65536", /"65536" is not a port/],
  ["localhost:70x", /"70x" is not a port/],
  [":7000", /no host name or address/],
  ["[::1", /no host name or address/],
  ["[localhost]:1", /"localhost" is not an IPv6 address/],
  ["a b", /no host name or address/],
  ["a12://host", /"\/\/host" is not a port/],
];

for (const [text, message] of BAD_TARGETS) {
  Deno.test(`not a target: ${JSON.stringify(text)}`, NONE, () => {
    assert.throws(() => parseTarget(text), (error) => {
      assert(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("routes: our own key without a tag, the tag's keys and hosts with one", async () => {
  await withStore(async (keystore) => {
    const routes = (text: string) =>
      routesTo(parseTarget(text), keystore).map(({ hostname, port, key }) => [
        hostname,
        port,
        publicKeyOf(key).toBase64(),
      ]);
    const own = publicKeyOf(keystore.identity()).toBase64();
    const [one, two] = [
      (await keystore.addHost("work", "one.example")).publicKey.toBase64(),
      (await keystore.addHost("work", "two.example", 7_000)).publicKey.toBase64(),
    ];
    assert.deepEqual(routes("host"), [["host", 6_680, own]]);
    assert.deepEqual(routes("host:1"), [["host", 1, own]]);
    assert.deepEqual(routes("work@"), [["one.example", 6_680, one], ["two.example", 7_000, two]]);
    assert.deepEqual(routes("work@two.example"), [["two.example", 7_000, two]]);
    assert.deepEqual(routes("work@two.example:9"), [["two.example", 9, one]]);
    assert.deepEqual(routes("work@three.example"), [["three.example", 6_680, one]]);
    assert.throws(() => routes("play@"), /no host with the tag "play"; known tags: default, work/);
  });
});

function trustOf(keystore: Keystore, { tag = "outbound", ...options }: {
  tag?: string;
  only?: Uint8Array;
  any?: boolean;
  ask?: Ask;
} = {}) {
  const io = keptIo();
  return { io, trust: new ServerTrust(keystore, { tag, ...options }, io) };
}

Deno.test("trust: our own key, the keystore, one key, or any", async () => {
  await withStore(async (keystore) => {
    const own = publicKeyOf(keystore.identity());
    await keystore.add(["outbound-work"], testKey(1));
    await keystore.add(["demo"], testKey(2));
    const { trust } = trustOf(keystore);
    assert.equal(trust.accepts(own), true);
    assert.equal(trust.accepts(testKey(1)), false, "known for another tag");
    assert.equal(trust.accepts(testKey(2)), false, "the key of a client");
    assert.equal(trustOf(keystore, { tag: "outbound-work" }).trust.accepts(testKey(1)), true);
    const pinned = trustOf(keystore, { only: testKey(3), any: true }).trust;
    assert.equal(pinned.accepts(testKey(3)), true);
    assert.equal(pinned.accepts(own), false, "not even our own");
    const any = trustOf(keystore, { any: true });
    assert.equal(any.trust.accepts(testKey(4)), true);
    assert.match(any.io.stderr, /^warning: the server's key .* is not checked\n$/);
  });
});

Deno.test("trust: a person is asked, and the answer is kept on request", async () => {
  await withStore(async (keystore) => {
    const answers = [
      ["no\n", false, false],
      ["", false, false],
      ["perhaps\n", false, false],
      ["yes\n", true, false],
      ["Remember\n", true, true],
    ] as const;
    for (const [answer, accepted, kept] of answers) {
      const { io, trust } = trustOf(keystore, { ask: () => Promise.resolve(answer) });
      assert.equal(trust.accepts(testKey(5)), false);
      assert.equal(await trust.reconsider(), accepted);
      assert.equal(trust.accepts(testKey(5)), accepted);
      assert.equal(keystore.acceptsServer(testKey(5), "outbound").accepted, kept);
      assert(io.stderr.includes(testKeyText(5)));
    }
    const { io, trust } = trustOf(keystore, { tag: "outbound-work" });
    trust.accepts(testKey(5));
    assert.equal(await trust.reconsider(), false);
    assert(io.stderr.includes(`keystore add outbound-work ${testKeyText(5)}\n`));
    const pinned = trustOf(keystore, { only: testKey(6), ask: () => Promise.resolve("yes") });
    pinned.trust.accepts(testKey(5));
    assert.equal(await pinned.trust.reconsider(), false);
    assert.match(pinned.io.stderr, /is not the one of --trust\n$/);
  });
});

Deno.test("a refusal comes with its likely reasons and the line to run there", async () => {
  await withStore((keystore) => {
    const key = keystore.identity();
    const explain = (error: A12Error) =>
      explainRefusal(error, { hostname: "::1", port: 7_000, key }, true);
    const add = `keystore add NAME ${publicKeyOf(key).toBase64()}\n`;
    const refused = explain(new AuthError("key-refused", ""));
    assert.match(refused, /^\[::1\]:7000 .* the secret was right$/m);
    assert(refused.includes(add));
    const early = explain(new AuthError("login-refused", ""));
    assert(!early.includes(add) && early.includes("secret") && early.includes("protocol"));
    assert.match(explain(new MalformedError("bad-mac", "")), /not answer as a12 does\n$/);
    assert.equal(explain(new AuthError("untrusted-server", "")), "");
  });
});

function event(input: EventInput, channel = 0): SourceEvent {
  return { type: "event", channel, event: wire(input) };
}

function control(input: ControlInput): SourceEvent {
  const bytes = new Uint8Array(128);
  encodeControl(input, bytes, 0, { lastSeen: 0 });
  return { type: "control", control: decodeControl(bytes) };
}

const target = { category: "target" } as const;
const input = { category: "input" } as const;
const LINES: readonly [event: SourceEvent, line: string][] = [
  [
    event({ ...target, kind: "displayhint", width: 8, height: 9, flags: 5 }, 3),
    "displayhint channel=3 width=8 height=9 flags=5",
  ],
  [
    event({ ...target, kind: "outputhint", maxWidth: 1, maxHeight: 2, rate: 60 }),
    "outputhint maxWidth=1 maxHeight=2 rate=60",
  ],
  [event({ ...target, kind: "fonthint", sizeMm: 3.52778 }), "fonthint sizeMm=3.528"],
  [
    event({ ...target, kind: "message", message: "a\x1b[31m\n" }),
    'message message="a\\u001b[31m\\n"',
  ],
  [event({ ...target, kind: "activate" }), "activate"],
  [event({ ...target, kind: "reqfail", id: 7 }), "reqfail id=7"],
  [event({ ...target, kind: "coreopt", slot: 2, value: "on" }), 'coreopt slot=2 value="on"'],
  [
    event({ ...input, kind: "translated", utf8: "ä", active: true }),
    'input type="translated" utf8="ä" active',
  ],
  [
    event({ ...input, kind: "translated", keysym: 273 }),
    'input type="translated" keysym=up',
  ],
  [
    event({ ...input, kind: "translated", keysym: 999, active: true }),
    'input type="translated" active keysym=999',
  ],
  [
    event({ ...input, kind: "analog", subid: 2, count: 3, values: [10, 0, 20, 0] }),
    'input type="analog" subid=2 count=3 values=10,0,20,0',
  ],
  [event({ category: "external", kind: "message", message: "x" }), 'message message="x"'],
  [
    control({ command: "newch", newChannel: 1, segkind: 16, direction: 0, cookie: 9 }),
    "newch newChannel=1 segkind=popup cookie=9",
  ],
  [
    control({ command: "newch", newChannel: 1, segkind: 200, direction: 0, cookie: 0 }),
    "newch newChannel=1 segkind=200",
  ],
  [
    control({ command: "shutdown", channel: 2, lastWords: "bye" }),
    'shutdown channel=2 lastWords="bye"',
  ],
];

for (const [sent, line] of LINES) {
  Deno.test(`line: ${line}`, NONE, () => {
    assert.equal(describeEvent(sent), line);
    const time = new Date(0);
    const parsed = JSON.parse(describeEventJson(time, sent));
    assert.equal(parsed.time, time.toISOString());
    assert.equal(typeof parsed.kind, "string");
    assert.equal(typeof parsed.channel, "number");
  });
}

Deno.test("JSON has every field of the event, texts as texts", NONE, () => {
  const json = (sent: SourceEvent) => JSON.parse(describeEventJson(new Date(0), sent));
  const time = "1970-01-01T00:00:00.000Z";
  assert.deepEqual(json(event({ ...target, kind: "message", message: "å" })), {
    ...{ time, kind: "message", channel: 0, multipart: 0, message: "å" },
  });
  const key = json(event({ ...input, kind: "translated", utf8: "a", active: true }));
  assert.deepEqual([key.kind, key.type, key.utf8, key.active], ["input", "translated", "a", true]);
  assert.equal(
    json(event({ ...target, kind: "seektime", timestamp: 2n ** 60n })).timestamp,
    `${2n ** 60n}`,
  );
});

Deno.test(
  "no line acts on the terminal, neither those for people nor those for programs",
  NONE,
  () => {
    const text = "\x9b2J\u202e\u2066\x1b[31m\x07\u2028";
    const all: SourceEvent[] = [
      event({ ...target, kind: "message", message: text }),
      event({ ...target, kind: "coreopt", slot: 2, value: text }),
      event({ ...input, kind: "translated", utf8: "\x9b", active: true }),
      event({ ...input, kind: "translated", utf8: "\u202e", active: true }),
      event({ category: "external", kind: "message", message: text }),
      event({
        category: "external",
        kind: "register",
        segkind: 1,
        title: text,
        guid0: 0n,
        guid1: 0n,
      }),
      control({ command: "shutdown", channel: 2, lastWords: text }),
    ];
    for (const sent of all) {
      for (const line of [describeEvent(sent), describeEventJson(new Date(0), sent)]) {
        assert.equal(line, escapeControls(line));
        assert.match(line, /\\u009b|\\u202e/);
      }
    }
  },
);

const USAGE: readonly [args: string[], message: RegExp][] = [
  [[], /missing required argument 'target'/],
  [["a", "7000"], /too many arguments/],
  [["a:0"], /"0" is not a port/],
  [["a", "--show", "sound"], /Allowed choices are picture, text/],
  [["a", "--secret", "x".repeat(32)], /32 bytes of UTF-8, must have 1 to 31/],
  [["a", "--secret", "x", "--secret-stdin"], /cannot be used with option/],
];

for (const [args, message] of USAGE) {
  Deno.test(`a mistake on the command line: connect ${args.join(" ")}`, NONE, async () => {
    const io = keptIo();
    const program = new Command("net-listen").addCommand(connectCommand(io, undefined));
    assert.equal(await runCli(program, ["connect", ...args], io), 2);
    assert.equal(io.stdout, "");
    assert.match(io.stderr, message);
  });
}
