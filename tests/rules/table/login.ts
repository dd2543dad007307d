/** Rules of the login behind the first packet: ephemeral round, keys and proof. */

import assert from "node:assert/strict";
import { HELLO_MODE, ROLE } from "../../../lib/wire/constants.ts";
import { REGISTER } from "../../support/pair.ts";
import { ephemeralRound } from "../check.ts";
import type { Row, Rule, Scene } from "../rule.ts";
import { rules } from "../rule.ts";
import { flip, zeroed } from "../send.ts";

const before = { login: "none" } as const;

/** Sends something behind an ephemeral round. */
function inRound(act: (scene: Scene) => unknown) {
  return async (scene: Scene) => {
    await ephemeralRound(scene.client);
    await act(scene);
  };
}

const types = { "an event": 2, "audio": 3, "video": 4, "a transfer": 5 } as const;

export const LOGIN: readonly Rule[] = [
  ...rules("a12.c: hello_auth_server_hello", {
    "an ephemeral HELLO is answered by one, in the role of a sink of version 0.17": {
      act: async ({ connect }) => {
        const other = await connect("accepted");
        await ephemeralRound(other);
        const [hello, ...more] = other.peer.answers;
        assert.deepEqual(more, []);
        assert.ok(hello !== undefined && "command" in hello && hello.command === "hello");
        const { mode, role, versionMajor, versionMinor } = hello;
        assert.deepEqual(
          { mode, role, versionMajor, versionMinor },
          { mode: HELLO_MODE.ephemeral, role: ROLE.sink, versionMajor: 0, versionMinor: 17 },
        );
      },
      expect: {},
    },
    "a static HELLO is answered by the listener's static key, the same one each time": {
      act: async ({ connect }) => {
        const keys: string[] = [];
        for (const mode of ["direct", "ephemeral"]) {
          const other = await connect("accepted");
          if (mode === "ephemeral") await ephemeralRound(other);
          await other.send(other.peer.hello().take());
          await other.answers();
          const hello = other.peer.answers.at(-1)!;
          assert.ok("command" in hello && hello.command === "hello");
          assert.equal(hello.mode, HELLO_MODE.real);
          keys.push(hello.publicKey.toHex());
        }
        assert.equal(keys[0], keys[1]);
      },
      expect: {},
    },
    "each ephemeral round has a key and a nonce of its own": {
      act: async ({ connect }) => {
        const keys = new Set<string>();
        for (let round = 0; round < 3; round++) {
          const other = await connect("accepted");
          await ephemeralRound(other);
          const [hello] = other.peer.answers;
          assert.ok(hello !== undefined && "command" in hello && hello.command === "hello");
          keys.add(hello.publicKey.toHex());
        }
        assert.equal(keys.size, 3);
      },
      expect: {},
    },
    "the ephemeral mode logs in": { login: "ephemeral", expect: {} },
    "the version of the peer is not looked at": {
      ...before,
      act: async ({ client, peer }) => {
        const hello = zeroed("hello", {
          versionMajor: 9,
          versionMinor: 99,
          mode: HELLO_MODE.real,
          publicKey: peer.key.publicKey,
          role: ROLE.source,
        });
        await client.send(peer.control(hello).take());
        await client.answers();
        peer.answers.length = 0;
        peer.control({ command: "shutdown", channel: 0, lastWords: "done" });
      },
      expect: { left: "done" },
    },
    "there is one ephemeral round": {
      ...before,
      act: inRound(({ peer }) => peer.ephemeralHello()),
      expect: { refused: "second-ephemeral" },
    },
    "the role is looked at in the static HELLO too": {
      ...before,
      act: inRound(({ peer }) => peer.hello({ role: ROLE.sink })),
      expect: { refused: "role-refused" },
    },
    "the mode is looked at behind an ephemeral round too": {
      ...before,
      act: inRound(({ peer }) => peer.hello({ mode: 0 })),
      expect: { refused: "bad-hello-mode" },
    },
    "a static key of low order is refused behind an ephemeral round too": {
      ...before,
      act: inRound(({ peer }) => peer.hello({ publicKey: new Uint8Array(32) })),
      expect: { refused: "low-order-key" },
    },
  }),

  ...rules("a12.c: a12_unpack", {
    ...Object.fromEntries(
      Object.entries({ tag: 0, "sequence number": 16, type: 24, body: 100 }).map(
        ([part, at]): [string, Row] => [
          `the ${part} of the second packet is protected`,
          {
            ...before,
            act: inRound(({ client, peer }) => client.send(flip(peer.hello().take(), at))),
            // A changed type is refused before the tag can be checked.
            expect: { refused: part === "type" ? "bad-packet-type" : "bad-mac" },
          },
        ],
      ),
    ),
    "the second HELLO may not end in the middle": {
      ...before,
      act: inRound(async ({ client, peer }) => {
        await client.send(peer.hello().take().subarray(0, 152));
        await client.closeWrite();
      }),
      expect: { closed: "login-refused" },
    },
    ...Object.fromEntries(
      Object.entries(types).map(([name, type]): [string, Row] => [
        `${name} before the login is refused by its head`,
        {
          ...before,
          act: inRound(({ client, peer }) => {
            const body = new Uint8Array(139).fill(0xff);
            return client.send(peer.raw({ type, body }).take().subarray(0, 25));
          }),
          expect: { refused: "packet-before-auth" },
        },
      ]),
    ),
    ...Object.fromEntries([0, 6, 7].map((type): [string, Row] => [
      `type ${type} before the login does not exist`,
      {
        ...before,
        act: inRound(({ peer }) => peer.raw({ type, body: new Uint8Array(128) })),
        expect: { refused: "bad-packet-type" },
      },
    ])),
  }),

  ...rules("a12.c: process_control", {
    ...Object.fromEntries(
      (["shutdown", "ping", "videoframe", "rekey"] as const).map((command): [string, Row] => [
        `${command} before the login is refused`,
        {
          ...before,
          act: inRound(({ peer }) => peer.control(zeroed(command))),
          expect: { refused: "command-before-auth" },
        },
      ]),
    ),
  }),

  ...rules("anet_keystore_naive.c: a12helper_keystore_accepted", {
    ...Object.fromEntries(
      (["accepted", "any name", "several names"] as const).map((key): [string, Row] => [
        `a key for ${key === "accepted" ? "the name" : key} logs in`,
        { key, expect: {} },
      ]),
    ),
    ...Object.fromEntries(
      ([
        ["unknown", "an unknown key", "unknown-key"],
        ["another name", "a key for another name", "key-not-for-name"],
        ["expired", "an expired key", "key-expired"],
        ["elsewhere", "a key for another network", "address-not-allowed"],
      ] as const).flatMap(([key, text, refused]): [string, Row][] => [
        [`${text} is refused in direct mode`, {
          ...before,
          key,
          act: ({ peer }) => peer.hello(),
          expect: { refused, key },
        }],
        [`${text} is refused in ephemeral mode`, {
          ...before,
          key,
          act: inRound(({ peer }) => peer.hello()),
          expect: { refused, key },
        }],
        [`the refusal of ${text} sends nothing`, {
          ...before,
          key,
          act: async ({ client, peer }) => {
            await client.send(peer.hello().take());
            await client.untilClosed();
            assert.deepEqual(peer.answers, []);
          },
          expect: { refused, key },
        }],
      ]),
    ),
    "the first unknown key that knows the secret takes the place": {
      listener: "secret",
      secret: "open sesame",
      key: "guest",
      expect: {},
    },
    "the place is taken once": {
      ...before,
      listener: "secret",
      secret: "open sesame",
      key: "unknown",
      act: async ({ connect, peer }) => {
        const guest = await connect("guest");
        await guest.login();
        await guest.answers();
        peer.hello();
      },
      expect: { refused: "no-slot-left", key: "unknown" },
    },
  }),

  ...rules("a12.c: hello_auth_server_hello", {
    "a claimed key is proved by the next packet": {
      ...before,
      act: async ({ client, peer }) => {
        await client.send(peer.hello().take());
        await client.answers();
        client.close();
      },
      expect: { refused: "not-proven", key: "accepted" },
    },
    "a public key alone is no proof": {
      ...before,
      key: "unknown",
      act: async ({ client, peer, keys }) => {
        await client.send(peer.hello({ publicKey: keys.accepted.publicKey }).take());
        await client.answers();
        await client.send(peer.event(REGISTER).take());
        await client.closeWrite();
      },
      expect: { refused: "not-proven", key: "accepted" },
    },
    "a recorded login proves nothing": {
      ...before,
      act: async ({ client, connect }) => {
        const victim = await connect("accepted");
        const recorded = await victim.login();
        for (const bytes of recorded) await client.send(bytes);
        await client.answers(0);
        await client.closeWrite();
      },
      expect: { refused: "not-proven", key: "accepted" },
    },
    "the first packet under the final keys may not have a changed bit": {
      ...before,
      act: async ({ client, peer }) => {
        await client.send(peer.hello().take());
        await client.answers();
        await client.send(flip(peer.event(REGISTER).take(), 60));
      },
      expect: { refused: "not-proven", key: "accepted" },
    },
    "any packet is a proof": {
      ...before,
      act: async ({ client, peer }) => {
        await client.send(peer.hello().take());
        await client.answers();
        peer.control({ command: "ping", stream: 0 });
        peer.control({ command: "shutdown", channel: 0, lastWords: "proved" });
      },
      expect: { left: "proved" },
    },
    "the proof may come in the same segment as a whole stream of packets": {
      ...before,
      act: async ({ client, peer }) => {
        await client.send(peer.hello().take());
        await client.answers();
        peer.event(REGISTER);
        for (let i = 0; i < 200; i++) peer.event({ ...REGISTER, title: `${i}` });
        peer.control({ command: "shutdown", channel: 0, lastWords: "all" });
      },
      expect: { left: "all" },
    },
  }),
];
