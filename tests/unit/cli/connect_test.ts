/** Where connect dials to, whom it trusts, and what it prints. */

import assert from "node:assert/strict";
import { Command } from "commander";
import { type Keystore, publicKeyOf } from "../../../keystore/mod.ts";
import { connectCommand } from "../../../lib/cli/connect.ts";
import { explainRefusal } from "../../../lib/cli/connect_refused.ts";
import { parseTarget, routesTo } from "../../../lib/cli/connect_target.ts";
import { describeTold, describeToldJson } from "../../../lib/cli/connect_told.ts";
import { ServerTrust, type TrustFlags } from "../../../lib/cli/connect_trust.ts";
import { type CliIo, runCli, UsageError } from "../../../lib/cli/support.ts";
import { escapeControls } from "../../../lib/log.ts";
import { AuthError, MalformedError } from "../../../lib/errors.ts";
import type { SourceEvent } from "../../../lib/source/endpoint.ts";
import { decodeControl, encodeControl } from "../../../lib/wire/control.ts";
import type { ControlInput } from "../../../lib/wire/control.ts";
import { decodeEvent, encodeEvent } from "../../../lib/wire/event/event.ts";
import type { EventInput } from "../../../lib/wire/event/types.ts";
import { testKey, testKeyText, withStore } from "../../support/keystore.ts";

const NONE = { permissions: "none" } as const;

function recorder(): CliIo & { stdout: string; stderr: string } {
  const io: CliIo & { stdout: string; stderr: string } = {
    stdout: "",
    stderr: "",
    out: (text) => void (io.stdout += text),
    err: (text) => void (io.stderr += text),
    env: { get: () => undefined, delete() {} },
  };
  return io;
}

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
  ["", /is empty/],
  ["@localhost", /no tag before the @/],
  ["localhost:", /"" is not a port/],
  ["localhost:0", /"0" is not a port/],
  ["localhost:65536", /"65536" is not a port/],
  ["localhost:70x", /"70x" is not a port/],
  [":7000", /there is no host/],
  ["[::1", /there is no host/],
  ["[localhost]:1", /"localhost" is not an IPv6 address/],
  ["a b", /neither a host name nor an address/],
  ["a12://host", /neither|not a port/],
];

for (const [text, message] of BAD_TARGETS) {
  Deno.test(`no target: ${JSON.stringify(text)}`, NONE, () => {
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
    assert.throws(() => routes("play@"), /no host with the tag "play", there are: default, work/);
  });
});

function judge(keystore: Keystore, flags: Partial<TrustFlags> = {}, tag = "outbound") {
  const io = recorder();
  return {
    io,
    trust: new ServerTrust(keystore, tag, { only: undefined, any: false, ...flags }, io),
  };
}

Deno.test("trust: ourselves, the keystore, one key, or any", async () => {
  await withStore(async (keystore) => {
    const own = publicKeyOf(keystore.identity());
    await keystore.add(["outbound-work"], testKey(1));
    await keystore.add(["demo"], testKey(2));
    const { trust } = judge(keystore);
    assert.equal(trust.accepts(own), true);
    assert.equal(trust.accepts(testKey(1)), false, "known for another tag");
    assert.equal(trust.accepts(testKey(2)), false, "a client's key is no server's");
    assert.equal(judge(keystore, {}, "outbound-work").trust.accepts(testKey(1)), true);
    const pinned = judge(keystore, { only: testKey(3), any: true }).trust;
    assert.equal(pinned.accepts(testKey(3)), true);
    assert.equal(pinned.accepts(own), false, "one key and no other, not even our own");
    const any = judge(keystore, { any: true });
    assert.equal(any.trust.accepts(testKey(4)), true);
    assert.match(any.io.stderr, /^warning: the server's key .* is not checked\n$/);
  });
});

Deno.test("trust: a person is asked, and remembered on demand", async () => {
  await withStore(async (keystore) => {
    const answers = [
      ["no\n", false, false],
      ["", false, false],
      ["perhaps\n", false, false],
      ["yes\n", true, false],
      ["Remember\n", true, true],
    ] as const;
    for (const [answer, accepted, kept] of answers) {
      const { io, trust } = judge(keystore);
      assert.equal(trust.accepts(testKey(5)), false);
      assert.equal(await trust.reconsider(() => Promise.resolve(answer)), accepted);
      assert.equal(trust.accepts(testKey(5)), accepted);
      assert.equal(keystore.acceptsServer(testKey(5), "outbound").accepted, kept);
      assert(io.stderr.includes(testKeyText(5)));
    }
    const { io, trust } = judge(keystore, {}, "outbound-work");
    trust.accepts(testKey(5));
    assert.equal(await trust.reconsider(undefined), false);
    assert(io.stderr.includes(`keystore add outbound-work ${testKeyText(5)}\n`));
    const pinned = judge(keystore, { only: testKey(6) });
    pinned.trust.accepts(testKey(5));
    assert.equal(await pinned.trust.reconsider(() => Promise.resolve("yes")), false);
    assert.match(pinned.io.stderr, /is not the one of --trust\n$/);
  });
});

Deno.test("a refusal comes with its likely reasons and the line to run there", NONE, () => {
  const explain = (error: AuthError | MalformedError, mode: "direct" | "ephemeral") =>
    explainRefusal(
      error,
      { hostname: "::1", port: 7_000 },
      { publicKey: testKey(1), mode, hasSecret: true },
    );
  const add = `keystore add NAME ${testKeyText(1)}\n`;
  const key = explain(new AuthError("key-refused", ""), "ephemeral");
  assert(key.includes("[::1]:7000") && key.includes(add) && key.includes("the secret was right"));
  const early = explain(new AuthError("login-refused", ""), "ephemeral");
  assert(!early.includes(add) && early.includes("secret") && early.includes("a12"));
  assert(explain(new AuthError("login-refused", ""), "direct").includes(add));
  assert.match(explain(new MalformedError("bad-mac", ""), "direct"), /not answer as a12 does\n$/);
  assert.equal(explain(new AuthError("untrusted-server", ""), "direct"), "");
});

function event(input: EventInput, channel = 0): SourceEvent {
  const bytes = new Uint8Array(128);
  encodeEvent(input, bytes);
  return { type: "event", channel, event: decodeEvent(bytes) };
}

function control(input: ControlInput): SourceEvent {
  const bytes = new Uint8Array(128);
  encodeControl(input, bytes, 0, { lastSeen: 0 });
  return { type: "control", control: decodeControl(bytes) };
}

const target = { category: "target" } as const;
const input = { category: "input" } as const;
const TOLD: readonly [event: SourceEvent, line: string][] = [
  [event({ ...target, kind: "displayhint", width: 640, height: 480 }), "displayhint 640x480"],
  [event({ ...target, kind: "displayhint", flags: 5 }), "displayhint continued unfocused"],
  [
    event({ ...target, kind: "displayhint", width: 8, height: 9, cellWidth: 8, cellHeight: 16 }, 3),
    "channel 3 displayhint 8x9 cells 8x16",
  ],
  [
    event({ ...target, kind: "outputhint", maxWidth: 1, maxHeight: 2, rate: 60 }),
    "outputhint 1x2 at 60 Hz",
  ],
  [event({ ...target, kind: "fonthint", sizeMm: 3.52778 }), "fonthint 3.528 mm"],
  [event({ ...target, kind: "message", message: "a\x1b[31m\n" }), 'message "a\\u001b[31m\\n"'],
  [event({ ...target, kind: "message", message: "a", multipart: 1 }), 'message "a" and more'],
  [event({ ...target, kind: "activate" }), "activate: draw"],
  [event({ ...target, kind: "exit" }), "exit: leave"],
  [event({ ...target, kind: "pause" }), "pause"],
  [event({ ...target, kind: "reqfail", id: 7 }), "reqfail id=7"],
  [event({ ...target, kind: "coreopt", slot: 2, value: "on" }), 'coreopt slot=2 value="on"'],
  [event({ ...target, kind: "attenuate", gain: 0.1 }), "attenuate gain=0.1"],
  [event({ ...input, kind: "translated", utf8: "ä", active: true }), 'input key "ä" pressed'],
  [event({ ...input, kind: "translated", keysym: 273 }), "input key up released"],
  [event({ ...input, kind: "translated", keysym: 999, active: true }), "input key 999 pressed"],
  [event({ ...input, kind: "digital", subid: 1, active: true }), "input button 1 pressed"],
  [
    event({ ...input, kind: "analog", subid: 2, count: 3, values: [10, 0, 20, 0] }),
    "input axis 2 absolute 10,0,20",
  ],
  [
    event({ ...input, kind: "touch", subid: 0, x: 1, y: 2, active: true }),
    "input touch 0 pressed at 1,2",
  ],
  [event({ category: "external", kind: "message", message: "x" }), 'message message="x"'],
  [
    control({ command: "newch", newChannel: 1, segkind: 16, direction: 0, cookie: 9 }),
    "newch 1 popup for 9",
  ],
  [
    control({ command: "newch", newChannel: 1, segkind: 200, direction: 0, cookie: 0 }),
    "newch 1 kind 200 for 0",
  ],
  [control({ command: "shutdown", channel: 2, lastWords: "bye" }), 'channel 2 shutdown "bye"'],
  [
    control({ command: "cancelstream", stream: 1, reason: 1, streamType: 0 }),
    "cancelstream stream=1 reason=1",
  ],
];

for (const [told, line] of TOLD) {
  Deno.test(`told: ${line}`, NONE, () => {
    assert.equal(describeTold(told), line);
    const time = new Date(0);
    const parsed = JSON.parse(describeToldJson(time, told));
    assert.equal(parsed.time, time.toISOString());
    assert.equal(typeof parsed.kind, "string");
    assert.equal(typeof parsed.channel, "number");
  });
}

Deno.test("told as JSON: every field of the event, texts as texts", NONE, () => {
  const json = (told: SourceEvent) => JSON.parse(describeToldJson(new Date(0), told));
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
  "nothing that a sink tells acts on the terminal, in lines for people and for programs",
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
    for (const told of all) {
      for (const line of [describeTold(told), describeToldJson(new Date(0), told)]) {
        assert.equal(line, escapeControls(line));
        assert.match(line, /\\u009b|\\u202e/);
      }
    }
  },
);

const USAGE: readonly [args: string[], message: RegExp][] = [
  [[], /there is no host to dial/],
  [["a", "b"], /"b" is not a port/],
  [["a:1", "2"], /the port is given as 1 and as 2/],
  [["a", "0"], /port 0 cannot be dialled/],
  [["one@a", "--tag", "two"], /the tag is given as one@ and by --tag as two/],
  [["a", "--show", "sound"], /Allowed choices are picture, text/],
  [["a", "--format", "h264"], /Allowed choices are zstd, raw, rgb, rgb565/],
  [["a", "--fps", "0"], /not a number above 0/],
  [["a", "--frames", "1.5"], /not a count of 1 or more/],
  [["a", "--seconds", "-1"], /not a number above 0/],
  [["a", "--request", "window"], /not a kind of segment/],
  [["a", "--secret", "x".repeat(32)], /32 bytes of UTF-8, must have 1 to 31/],
  [["a", "--secret", "x", "--secret-stdin"], /cannot be used with option/],
];

for (const [args, message] of USAGE) {
  Deno.test(`a command line that makes no sense: connect ${args.join(" ")}`, NONE, async () => {
    const io = recorder();
    const program = new Command("net-listen").addCommand(connectCommand(io, undefined));
    assert.equal(await runCli(program, ["connect", ...args], io), 2);
    assert.equal(io.stdout, "");
    assert.match(io.stderr, message);
  });
}
