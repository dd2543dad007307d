/** Rules of the first packet: secret, framing and HELLO. */

import { HELLO_MODE, ROLE } from "../../../lib/wire/constants.ts";
import type { Row, Rule } from "../rule.ts";
import { rules } from "../rule.ts";
import { bytesOf, controlBody, flip, LOW_ORDER, zeroed } from "../send.ts";

const before = { login: "none" } as const;
const wrongSecret = { refused: "wrong-secret" } as const;

export const FIRST_PACKET: readonly Rule[] = [
  ...rules("a12.c: process_srvfirst", {
    "the first packet is encrypted with the secret": {
      ...before,
      secret: "open barley",
      act: ({ peer }) => peer.hello(),
      expect: wrongSecret,
    },
    "where a secret is set, the default one does not do": {
      ...before,
      listener: "secret",
      act: ({ peer }) => peer.hello(),
      expect: wrongSecret,
    },
    "a secret of 31 bytes is as good as any, when it is the right one": {
      ...before,
      secret: "0123456789012345678901234567890",
      act: ({ peer }) => peer.hello(),
      expect: wrongSecret,
    },
    "noise is no first packet": {
      ...before,
      act: async ({ client }) => {
        await client.send(crypto.getRandomValues(new Uint8Array(4_096)));
        await client.closeWrite();
      },
      expect: wrongSecret,
    },
    "HTTP is told from a12": {
      ...before,
      act: ({ client }) => client.send(bytesOf("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")),
      expect: { refused: "not-a12" },
    },
    "TLS is told from a12": {
      ...before,
      act: ({ client }) =>
        client.send(Uint8Array.fromHex("1603010200010001fc0303" + "7f".repeat(64))),
      expect: { refused: "not-a12" },
    },
    "the tag of the first packet covers its body": {
      ...before,
      act: ({ client, peer }) => client.send(flip(peer.hello().take(), 100)),
      expect: wrongSecret,
    },
    "the tag of the first packet covers its nonce": {
      ...before,
      act: ({ client, peer }) => client.send(flip(peer.hello().take(), 8)),
      expect: wrongSecret,
    },
    "the first eight bytes are the tag": {
      ...before,
      act: ({ client, peer }) => client.send(flip(peer.hello().take(), 7)),
      expect: wrongSecret,
    },
    "a HELLO that ends in the middle is none": {
      ...before,
      act: async ({ client, peer }) => {
        await client.send(peer.hello().take().subarray(0, 100));
        await client.closeWrite();
      },
      expect: { closed: "login-refused" },
    },
    "sequence numbers begin with 0": {
      ...before,
      act: ({ peer }) => peer.raw({ type: 1, body: new Uint8Array(128), sequence: 1 }),
      expect: { refused: "bad-sequence" },
    },
    ...Object.fromEntries([0, 2, 3, 4, 5, 6, 7, 255].map((type) => [
      `the first packet has type 1, not ${type}`,
      {
        ...before,
        act: ({ peer }) => peer.raw({ type, body: new Uint8Array(139) }),
        expect: wrongSecret,
      } satisfies Row,
    ])),
  }),

  ...rules("a12.c: process_control", {
    ...Object.fromEntries(
      (["shutdown", "newch", "ping", "rekey", "binarystream"] as const).map((command) => [
        `the first command is HELLO, not ${command}`,
        {
          ...before,
          act: ({ peer }) => peer.control(zeroed(command)),
          expect: { refused: "command-before-auth" },
        } satisfies Row,
      ]),
    ),
    "the first command is HELLO, not one without a meaning": {
      ...before,
      act: ({ peer }) => peer.raw({ type: 1, body: controlBody(200) }),
      expect: { refused: "command-before-auth" },
    },
  }),

  ...rules("a12.c: process_hello_auth", {
    ...Object.fromEntries([0, 3, 255].map((mode) => [
      `HELLO has mode 1 or 2, not ${mode}`,
      {
        ...before,
        act: ({ peer }) => peer.hello({ mode }),
        expect: { refused: "bad-hello-mode" },
      } satisfies Row,
    ])),
    "direct mode can be refused": {
      ...before,
      listener: "ephemeral",
      act: ({ peer }) => peer.hello(),
      expect: { refused: "direct-refused" },
    },
    "where direct mode is refused, the ephemeral one logs in": {
      listener: "ephemeral",
      login: "ephemeral",
      expect: {},
    },
    ...Object.fromEntries(
      Object.entries(LOW_ORDER).flatMap(([name, publicKey]): [
        string,
        Row,
      ][] => [
        [`an ephemeral key ${name} is refused`, {
          ...before,
          act: ({ peer }) => peer.hello({ mode: HELLO_MODE.ephemeral, publicKey }),
          expect: { refused: "low-order-key" },
        }],
        [`a static key ${name} is refused`, {
          ...before,
          act: ({ peer }) => peer.hello({ publicKey }),
          expect: { refused: "low-order-key" },
        }],
      ]),
    ),
  }),

  ...rules("a12.c: process_hello_auth", {
    "a sink talks to a source": { role: ROLE.source, expect: {} },
    "a sink talks to a peer without a role": { role: ROLE.unspecified, expect: {} },
    "a sink refuses a sink": {
      ...before,
      role: ROLE.sink,
      act: ({ peer }) => peer.hello(),
      expect: { refused: "role-refused" },
    },
    "a sink refuses a sink in the ephemeral HELLO as well": {
      ...before,
      role: ROLE.sink,
      act: ({ peer }) => peer.ephemeralHello(),
      expect: { refused: "role-refused" },
    },
    "a sink refuses a directory": {
      ...before,
      role: ROLE.directory,
      act: ({ peer }) => peer.hello(),
      expect: { refused: "role-refused" },
    },
    "a role that does not exist is refused": {
      ...before,
      role: 5,
      act: ({ peer }) => peer.hello(),
      expect: { refused: "bad-role" },
    },
    "a probe is told the role and may leave": {
      ...before,
      role: ROLE.probe,
      act: async ({ client, peer }) => {
        await client.send(peer.hello().take());
        await client.answers();
        await client.closeWrite();
      },
      expect: { closed: "probe-answered" },
    },
    "a probe that goes on is ended": {
      ...before,
      role: ROLE.probe,
      act: ({ client }) => client.login(),
      expect: { refused: "role-refused", key: "accepted" },
    },
  }),
];
