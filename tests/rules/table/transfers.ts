/** Rules of audio and of transfers in both directions. */

import { blake3 } from "@noble/hashes/blake3.js";
import { compress } from "../../../lib/decoders/compress.ts";
import type { KnownControlInput } from "../../../lib/wire/control.ts";
import type { RawPeer } from "../../support/raw_peer.ts";
import type { Row, Rule } from "../rule.ts";
import { rules } from "../rule.ts";
import { bytesOf, external, pixels, zeroed } from "../send.ts";

const CONTENT = bytesOf("saved state");
const done = (hex = CONTENT.toHex()) => ({ kind: "transfer", identifier: 5, hex }) as const;
const ACK = { command: "ping", stream: 5 } as const;
const cancelled = (stream = 3, reason = 0, channel = 0) =>
  ({ command: "cancelstream", channel, stream, reason, streamType: 2 }) as const;

function announce(peer: RawPeer, fields: object = {}): RawPeer {
  const size = BigInt(CONTENT.length);
  const input = { stream: 3, size, type: 3, identifier: 5, ...fields };
  return peer.control(zeroed("binarystream", input) as KnownControlInput);
}

const send = (peer: RawPeer, bytes: Uint8Array, stream = 3) =>
  peer.data("binary", bytes, 0, stream);
const audio = (fields: object = {}) =>
  zeroed("audioframe", { stream: 4, channels: 2, samples: 4, rate: 48_000, ...fields });

export const TRANSFERS: readonly Rule[] = [
  ...rules("a12.c: command_binarystream", {
    ...Object.fromEntries(
      [
        "state",
        "font",
        "fontSupplement",
        "blob",
        "crashDump",
        "appl",
        "applResource",
        "applController",
        "metadata",
        "unknown",
      ].map((type, number): [string, Row] => [
        `a transfer of type ${number} is ${type}`,
        {
          act: ({ peer }) => send(announce(peer, { type: number }), CONTENT),
          expect: { records: [{ ...done(), type, size: CONTENT.length }], answers: [ACK] },
        },
      ]),
    ),
    "a transfer that is not wanted is cancelled, and its data thrown away": {
      act: ({ peer }) => send(announce(peer, { identifier: 1_000 }), CONTENT),
      expect: { answers: [cancelled()] },
    },
    "a transfer on a channel that is not open is cancelled": {
      act: ({ peer }) => announce(peer, { channel: 9 }),
      expect: { answers: [cancelled(3, 0, 9)] },
    },
    "a second transfer cancels the first and is not made": {
      act: ({ peer }) => {
        announce(peer);
        announce(peer, { stream: 4, identifier: 6 });
        send(send(peer, CONTENT, 3), CONTENT, 4);
      },
      expect: {
        records: [{ kind: "transfer", identifier: 5, failure: "too-many-streams" }],
        answers: [cancelled()],
        stream: "too-many-streams",
      },
    },
    "one transfer may follow another": {
      act: ({ peer }) => {
        send(announce(peer), CONTENT);
        send(announce(peer, { stream: 4, identifier: 1_000 }), CONTENT, 4);
      },
      expect: { records: [done()], answers: [ACK, cancelled(4)] },
    },
    "a transfer of more than the limit is cancelled before its data": {
      act: ({ peer }) => announce(peer, { size: 1n << 40n }),
      expect: { answers: [cancelled()], stream: "stream-too-long" },
    },
    "a transfer has a name of at most 16 bytes": {
      act: ({ peer }) => {
        const extId = new Uint8Array(16);
        extId.set(bytesOf("notes.txt"));
        send(announce(peer, { extId }), CONTENT);
      },
      expect: { records: [{ ...done(), name: "notes.txt" }], answers: [ACK] },
    },
  }),

  ...rules("a12.c: process_blob", {
    "a transfer may come in many packets": {
      act: ({ peer }) => {
        announce(peer);
        for (const byte of CONTENT) send(peer, Uint8Array.of(byte));
      },
      expect: { records: [done()], answers: [ACK] },
    },
    "each packet of a compressed transfer is a whole zstd frame": {
      act: ({ peer }) => {
        announce(peer, { compressed: true });
        send(peer, compress(CONTENT.subarray(0, 4)));
        send(peer, compress(CONTENT.subarray(4)));
      },
      expect: { records: [done()], answers: [ACK] },
    },
    "data of another stream is thrown away": {
      act: ({ peer }) => {
        announce(peer);
        send(peer, bytesOf("other"), 4);
        send(peer, CONTENT);
      },
      expect: { records: [done()], answers: [ACK] },
    },
    "data without a transfer is thrown away": {
      act: ({ peer }) => send(peer, CONTENT),
      expect: {},
    },
    "a right checksum is taken": {
      act: ({ peer }) =>
        send(announce(peer, { checksum: blake3(CONTENT, { dkLen: 16 }) }), CONTENT),
      expect: { records: [done()], answers: [ACK] },
    },
    "a wrong checksum is refused": {
      act: ({ peer }) => send(announce(peer, { checksum: pixels(16) }), CONTENT),
      expect: {
        records: [{ kind: "transfer", failure: "bad-checksum" }],
        answers: [cancelled(3, 1)],
        stream: "bad-checksum",
      },
    },
    "more than the announced size is refused": {
      act: ({ peer }) => send(announce(peer), pixels(12)),
      expect: {
        records: [{ kind: "transfer", failure: "stream-too-long" }],
        answers: [cancelled(3, 1)],
        stream: "stream-too-long",
      },
    },
    "a packet that is not zstd is refused": {
      act: ({ peer }) => send(announce(peer, { compressed: true }), CONTENT),
      expect: {
        records: [{ kind: "transfer", failure: "bad-zstd" }],
        answers: [cancelled(3, 1)],
        stream: "bad-zstd",
      },
    },
    "a packet that expands beyond the transfer is refused": {
      act: ({ peer }) =>
        send(announce(peer, { compressed: true }), compress(new Uint8Array(1_000))),
      expect: {
        records: [{ kind: "transfer", failure: "stream-too-long" }],
        answers: [cancelled(3, 1)],
        stream: "stream-too-long",
      },
    },
    "a transfer of unknown size ends with a streamstatus": {
      act: ({ peer }) => {
        send(announce(peer, { size: 0n }), CONTENT);
        peer.event(external("streamstatus", { completion: 1, identifier: 5 }));
      },
      expect: { records: [{ kind: "streamstatus" }, { ...done(), size: undefined }] },
    },
    "a sender gives a transfer up by a streamstatus": {
      act: ({ peer }) => {
        announce(peer);
        peer.event(external("streamstatus", { completion: -1, identifier: 5 }));
      },
      expect: { records: [{ kind: "streamstatus" }, { kind: "transfer", failure: "cancelled" }] },
    },
  }),

  ...rules("a12.c: command_audioframe, process_audio", {
    "samples are signed, of 16 bits, interleaved": {
      act: ({ peer }) => {
        peer.control(audio());
        peer.data("audio", Uint8Array.of(1, 0, 0xff, 0xff, 0, 0x80, 0xff, 0x7f));
      },
      expect: {
        records: [{ kind: "audio", rate: 48_000, channels: 2, samples: [1, -1, -32_768, 32_767] }],
      },
    },
    "a sample may be cut between packets": {
      act: ({ peer }) => {
        peer.control(audio({ channels: 1 }));
        peer.data("audio", Uint8Array.of(1, 0, 2)).data("audio", Uint8Array.of(0));
      },
      expect: {
        records: [{ kind: "audio", samples: [1] }, { kind: "audio", samples: [2] }],
      },
    },
    "audio that was not announced is thrown away": {
      act: ({ peer }) => peer.data("audio", new Uint8Array(8)),
      expect: {},
    },
    ...Object.fromEntries(
      Object.entries({
        "another encoding": { encoding: 1 },
        "no channels": { channels: 0 },
        "too many channels": { channels: 255 },
        "no rate": { rate: 0 },
      }).map(([what, fields]): [string, Row] => [
        `audio of ${what} is cancelled`,
        {
          act: ({ peer }) => peer.control(audio(fields)).data("audio", new Uint8Array(8)),
          expect: {
            answers: [{ command: "cancelstream", stream: 4, reason: 1, streamType: 1 }],
            stream: "bad-audio-format",
          },
        },
      ]),
    ),
  }),

  ...rules("a12.c: begin_bstream", {
    "a file for the client is announced, and each packet is a zstd frame": {
      act: ({ call }) => call("openNonblock", { bytes: CONTENT.toHex() }),
      expect: {
        answers: [
          {
            command: "binarystream",
            channel: 0,
            size: BigInt(CONTENT.length),
            type: 3,
            compressed: true,
            checksum: blake3(CONTENT, { dkLen: 16 }),
          },
          { data: "binary", channel: 0, payload: compress(CONTENT) },
        ],
      },
    },
    "a state for the client has type 0": {
      act: ({ call }) => call("restoreTarget", { bytes: CONTENT.toHex() }, { compress: false }),
      expect: {
        answers: [
          { command: "binarystream", type: 0, compressed: false },
          { data: "binary", payload: CONTENT },
        ],
      },
    },
  }),
];
