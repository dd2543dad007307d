/** Rules of texts in events: where they end, what is no text, and parts. */

import type { Row, Rule } from "../rule.ts";
import { rules } from "../rule.ts";
import { bytesOf, external, rawExternal } from "../send.ts";

/** A field with more text behind its NUL. */
const STALE = Uint8Array.of(...bytesOf("new"), 0, ...bytesOf("stale"));
const BROKEN = Uint8Array.of(0x61, 0xff, 0x62);

export const TEXTS: readonly Rule[] = [
  ...rules("arcan_lua.c: slim_utf8_push", {
    "a text ends at its NUL": {
      act: ({ peer }) => peer.event(rawExternal(2, STALE)),
      expect: { records: [{ kind: "ident", message: "new" }] },
    },
    "a text without a NUL ends with its field": {
      act: ({ peer }) => peer.event(rawExternal(2, new Uint8Array(78).fill(0x61))),
      expect: { records: [{ kind: "ident", message: "a".repeat(77) }] },
    },
    "a title without a NUL ends with its field": {
      act: ({ peer }) => peer.event(rawExternal(16, new Uint8Array(64).fill(0x61))),
      expect: { records: [{ kind: "registered", title: "a".repeat(63) }] },
    },
    ...Object.fromEntries(
      Object.entries({ ident: 2, failure: 3, message: 0, alert: 17 }).map(
        ([kind, number]): [string, Row] => [
          `a text of ${kind} that is not UTF-8 is empty`,
          {
            act: ({ peer }) => peer.event(rawExternal(number, BROKEN)),
            expect: { records: [{ kind, message: "" }] },
          },
        ],
      ),
    ),
  }),

  ...rules("arcan_shmif_event.h: multipart", {
    ...Object.fromEntries(
      (["message", "alert"] as const).map((kind): [string, Row] => [
        `a ${kind} in parts may be cut inside a letter`,
        {
          act: ({ peer }) => {
            const bytes = bytesOf("zł!");
            peer.event(external(kind, { message: bytes.subarray(0, 2), multipart: 1 }));
            peer.event(external(kind, { message: bytes.subarray(2), multipart: 0 }));
          },
          expect: {
            records: [{ kind, message: "z", multipart: true }, {
              kind,
              message: "ł!",
              multipart: false,
            }],
          },
        },
      ]),
    ),
    "parts of more than 4096 bytes are lost, the last one is empty": {
      act: ({ peer }) => {
        const message = "x".repeat(64);
        for (let part = 0; part < 65; part++) {
          peer.event(external("alert", { message, multipart: 1 }));
        }
        peer.event(external("alert", { message: "end", multipart: 0 }));
        peer.event(external("alert", { message: "again", multipart: 0 }));
      },
      expect: {
        records: [
          ...Array.from({ length: 64 }, () => ({ kind: "alert", multipart: true })),
          { kind: "alert", message: "", multipart: false },
          { kind: "alert", message: "again", multipart: false },
        ],
      },
    },
  }),
];
