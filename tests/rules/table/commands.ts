/** Rules of packets and commands behind the login: order, protection, change of keys, what is ignored. */

import { PACKET_TYPE } from "../../../lib/wire/constants.ts";
import { REGISTER } from "../../support/pair.ts";
import type { RawPeer } from "../../support/raw_peer.ts";
import type { Row, Rule } from "../rule.ts";
import { rules } from "../rule.ts";
import { controlBody, external, flip, LOW_ORDER, zeroed } from "../send.ts";

const ident = external("ident", { message: "here" });
const HERE = { kind: "ident", message: "here" } as const;

/** One packet of each type. */
const PACKETS: Readonly<Record<string, (peer: RawPeer) => RawPeer>> = {
  "a command": (peer) => peer.control({ command: "ping", stream: 1 }),
  "an event": (peer) => peer.event(ident),
  "audio": (peer) => peer.data("audio", new Uint8Array(100)),
  "video": (peer) => peer.data("video", new Uint8Array(100)),
  "a transfer": (peer) => peer.data("binary", new Uint8Array(100)),
};

export const COMMANDS: readonly Rule[] = [
  ...rules("a12.c: authdec_buffer", {
    ...Object.fromEntries(
      Object.entries(PACKETS).map(([name, packet]): [string, Row] => [
        `the tag protects ${name}`,
        {
          act: ({ client, peer }) => client.send(flip(packet(peer).take(), 60)),
          expect: { ended: "bad-mac" },
        },
      ]),
    ),
    "sequence numbers have no gaps": {
      act: ({ peer }) =>
        peer.raw({ type: PACKET_TYPE.control, body: controlBody(7), sequence: 200 }),
      expect: { ended: "bad-sequence" },
    },
  }),

  ...rules("a12.c: a12_unpack", {
    ...Object.fromEntries([0, 6, 7, 255].map((type): [string, Row] => [
      `type ${type} does not exist`,
      {
        act: ({ peer }) => peer.raw({ type, body: new Uint8Array(128) }),
        expect: { ended: "bad-packet-type" },
      },
    ])),
    ...Object.fromEntries(
      Object.entries({ "in its tag": 10, "in its head": 30, "in its body": 99 }).map(
        ([where, length]): [string, Row] => [
          `a packet that ends ${where} ends the client`,
          {
            act: async ({ client, peer }) => {
              const bytes = peer.data("video", new Uint8Array(65_535)).take();
              await client.send(bytes.subarray(0, length));
              await client.closeWrite();
            },
            expect: { ended: "truncated" },
          },
        ],
      ),
    ),
    "a data packet may have no payload": {
      act: ({ peer }) => peer.data("video", new Uint8Array(0)),
      expect: {},
    },
    "a data packet may have 65535 bytes of payload": {
      act: ({ peer }) => peer.data("video", new Uint8Array(65_535)),
      expect: {},
    },
    "packets may come byte by byte": {
      act: async ({ client, peer }) => {
        for (const byte of peer.event(ident).take()) await client.send(Uint8Array.of(byte));
      },
      expect: { records: [HERE] },
    },
    "the end between two packets is an orderly one": {
      act: ({ client }) => client.closeWrite(),
      expect: { left: "" },
    },
  }),

  ...rules("a12.c: process_hello_auth", {
    ...Object.fromEntries([0, 1, 2].map((mode): [string, Row] => [
      `HELLO of mode ${mode} may not come behind the login`,
      {
        act: ({ peer }) => peer.hello({ mode }),
        expect: { ended: "hello-after-auth" },
      },
    ])),
  }),

  ...rules("a12.c: command_rekey", {
    "the client answers a change of keys, and goes on with new ones": {
      act: ({ peer }) => {
        peer.rekey();
        peer.event(ident);
      },
      // The listener takes its turn once more, so that both directions have fresh keys.
      expect: { records: [HERE], answers: [{ command: "rekey" }] },
    },
    "a change of keys in the ephemeral mode goes as well": {
      login: "ephemeral",
      act: ({ peer }) => {
        peer.rekey();
        peer.event(ident);
      },
      expect: { records: [HERE], answers: [{ command: "rekey" }] },
    },
    "a change of keys out of turn is refused": {
      act: ({ peer }) => {
        peer.rekey();
        peer.fakeRekey();
      },
      expect: { ended: "rekey-not-theirs" },
    },
    ...Object.fromEntries([1, 2, 255].map((mode): [string, Row] => [
      `a change of keys of mode ${mode} is refused`,
      {
        act: ({ peer, keys }) => peer.fakeRekey(keys.accepted.publicKey, mode),
        expect: { ended: "rekey-bad-mode" },
      },
    ])),
    ...Object.fromEntries(
      Object.entries(LOW_ORDER).map(([name, publicKey]): [string, Row] => [
        `a change to a key ${name} is refused`,
        { act: ({ peer }) => peer.fakeRekey(publicKey), expect: { ended: "low-order-key" } },
      ]),
    ),
  }),

  ...rules("a12.c: process_control", {
    ...Object.fromEntries([15, 99, 255].map((command): [string, Row] => [
      `command ${command} has no meaning and is ignored`,
      {
        act: ({ peer }) => {
          const bytes = new Uint8Array(110).fill(0xff);
          peer.raw({ type: 1, body: controlBody(command, bytes) });
          peer.event(ident);
        },
        expect: { records: [HERE] },
      },
    ])),
    ...Object.fromEntries(
      (["dirlist", "dirstate", "dirdiscover", "diropen", "diropened", "tundrop"] as const).map(
        (command): [string, Row] => [
          `${command} is for directories, and a sink ignores it`,
          {
            act: ({ peer }) => peer.control(zeroed(command)).event(ident),
            expect: { records: [HERE] },
          },
        ],
      ),
    ),
    "a client may not open channels: newch is ignored": {
      act: ({ peer }) =>
        peer.control(zeroed("newch", { newChannel: 9, segkind: 16 })).event(ident, 9).event(ident),
      expect: { records: [HERE] },
    },
    "last-seen is not looked at": {
      act: ({ peer }) => {
        const body = new Uint8Array(128);
        body.fill(0xff, 0, 8);
        body[17] = 7;
        peer.raw({ type: 1, body }).event(ident);
      },
      expect: { records: [HERE] },
    },
    "fields behind those of a command are not looked at": {
      act: ({ peer }) => {
        const body = controlBody(7);
        body.fill(0xff, 22);
        peer.raw({ type: 1, body }).event(ident);
      },
      expect: { records: [HERE] },
    },
    "shutdown on channel 0 ends the client, with its last words": {
      act: ({ peer }) =>
        peer.control({ command: "shutdown", channel: 0, lastWords: "gone for lunch" }),
      expect: { left: "gone for lunch" },
    },
    "last words are cut to the 31 bytes that Lua shows": {
      act: ({ peer }) =>
        peer.control({ command: "shutdown", channel: 0, lastWords: "x".repeat(100) }),
      expect: { left: "x".repeat(31) },
    },
    "last words without a NUL fill their field": {
      act: ({ peer }) => peer.raw({ type: 1, body: controlBody(1, new Uint8Array(110).fill(121)) }),
      expect: { left: "y".repeat(31) },
    },
    "shutdown on a channel that is not open is ignored": {
      act: ({ peer }) =>
        peer.control({ command: "shutdown", channel: 7, lastWords: "x" }).event(ident),
      expect: { records: [HERE] },
    },
  }),

  ...rules("a12.c: command_pingpacket", {
    "a ping is not answered": {
      act: ({ peer }) => peer.control({ command: "ping", stream: 0 }).event(ident),
      expect: { records: [HERE], answers: [] },
    },
    "a ping of a stream that does not exist is ignored": {
      act: ({ peer }) => peer.control({ command: "ping", channel: 200, stream: 77 }).event(ident),
      expect: { records: [HERE], answers: [] },
    },
  }),

  ...rules("a12.c: command_cancelstream", {
    ...Object.fromEntries(
      Object.entries({ video: 0, audio: 1, binary: 2, "no known type": 9 }).map(
        ([name, streamType]): [string, Row] => [
          `a cancellation of ${name} that was not sent is ignored`,
          {
            act: ({ peer }) =>
              peer.control({ command: "cancelstream", stream: 1, reason: 1, streamType })
                .event(ident),
            expect: { records: [HERE], answers: [] },
          },
        ],
      ),
    ),
  }),

  ...rules("a12_helper_cl.c: on_cl_event", {
    "a client that registers is told about, asked about, and known to be on the network": {
      segkind: "none",
      act: ({ peer }) => peer.event({ ...REGISTER, segkind: 10 }),
      expect: {
        records: [
          { kind: "registered", segkind: "application", title: "test" },
          { kind: "preroll", segkind: "application" },
          { kind: "privdrop", networked: true, external: false, sandboxed: false },
        ],
        answers: [
          { command: "rekey" },
          { kind: "outputhint", maxWidth: 640, maxHeight: 480, rate: 60, channel: 0 },
          { kind: "displayhint", width: 640, height: 480, cellWidth: 8, cellHeight: 16 },
          { kind: "fonthint", fd: -1, hinting: -1 },
          { kind: "activate", channel: 0 },
        ],
      },
    },
    ...Object.fromEntries(
      Object.entries({ terminal: 5, tui: 24 }).map(([name, segkind]): [string, Row] => [
        `a ${name} gets its size behind activate once more, changed, so that its cells count`,
        {
          segkind: "none",
          act: ({ peer }) => peer.event({ ...REGISTER, segkind }),
          expect: {
            records: [
              { kind: "registered", segkind: name },
              { kind: "preroll", segkind: name },
              { kind: "privdrop" },
            ],
            answers: [
              { command: "rekey" },
              { kind: "outputhint", maxWidth: 640, maxHeight: 400 },
              { kind: "displayhint", width: 648, height: 416, cellWidth: 8, cellHeight: 16 },
              { kind: "fonthint", fd: -1 },
              { kind: "activate" },
              { kind: "displayhint", width: 640, height: 400, cellWidth: 8, cellHeight: 16 },
            ],
          },
        },
      ]),
    ),
  }),
];
