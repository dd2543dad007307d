/** Rules of frames: headers, packets, acknowledgement, formats. */

import { compress } from "../../../lib/decoders/compress.ts";
import type { ErrorCode } from "../../../lib/errors.ts";
import type { Fields, Row, Rule } from "../rule.ts";
import { rules } from "../rule.ts";
import { announce, compressed, frame, pixels } from "../send.ts";

type Header = Parameters<typeof announce>[1];

const ack = (stream: number, channel = 0): Fields => ({ command: "ping", channel, stream });
const RESIZED = { kind: "resized", width: 4, height: 4, tpack: false } as const;

/** A frame that is refused for a reason, and acknowledged all the same. */
function refused(fields: Header, stream: ErrorCode, payload = new Uint8Array(64)): Row {
  return {
    act: ({ peer }) => frame(peer, payload, { stream: 1, ...fields }),
    expect: { answers: [ack(1)], stream },
  };
}

/** A frame that is drawn, and what the handler sees then. */
function drawn(
  draw: (peer: Parameters<typeof frame>[0]) => void,
  rgba: Uint8Array | readonly number[],
  acks = [1],
  record: Fields = {},
): Row {
  return {
    act: ({ peer, call }) => {
      draw(peer);
      call("pixels");
    },
    expect: {
      records: [{ ...RESIZED, ...record }, {
        kind: "pixels",
        rgba: Uint8Array.from(rgba).toHex(),
      }],
      answers: acks.map((stream) => ack(stream)),
    },
  };
}

const RGBA = pixels(64);
const RGB = pixels(48);
/** Pixels of R, G, B with full opacity. */
const opaque = (rgb: Uint8Array) =>
  Array.from({ length: rgb.length / 3 }, (_, i) => [...rgb.subarray(3 * i, 3 * i + 3), 255]).flat();
/** The pixels of a surface of 4 x 4 with one other pixel. */
const withPixel = (x: number, y: number, color: readonly number[]) => {
  const changed = RGBA.slice();
  changed.set(color, (y * 4 + x) * 4);
  return changed;
};
const rows = (bytes: Uint8Array) =>
  [3, 2, 1, 0].flatMap((row) => [...bytes.subarray(row * 16, row * 16 + 16)]);

const small = { x: 2, y: 1, width: 1, height: 1 } as const;

export const VIDEO: readonly Rule[] = [
  ...rules("a12_decode.c: a12int_unpack_vbuffer", {
    "format 0 is R, G, B, A": drawn((peer) => frame(peer, RGBA, { stream: 1 }), RGBA),
    "format 1 is R, G, B": drawn((peer) => frame(peer, RGB, { stream: 1, format: 1 }), opaque(RGB)),
    "format 2 has 5, 6 and 5 bits": drawn(
      (peer) =>
        frame(peer, new Uint8Array(32).fill(0).map((_, i) => i % 2 === 0 ? 0x1f : 0xf8), {
          stream: 1,
          format: 2,
        }),
      Array.from({ length: 16 }, () => [255, 0, 255, 255]).flat(),
    ),
    "format 9 is R, G, B in zstd": drawn(
      (peer) => compressed(peer, RGB, { stream: 1 }),
      opaque(RGB),
    ),
    "format 8 is the difference to what was there": drawn(
      (peer) => {
        compressed(peer, RGB, { stream: 1 });
        compressed(peer, RGB, { stream: 2, format: 8 });
      },
      opaque(new Uint8Array(48)),
      [1, 2],
    ),
    "a raw region is drawn at its place": drawn(
      (peer) => {
        frame(peer, RGBA, { stream: 1 });
        frame(peer, Uint8Array.of(1, 2, 3, 4), { stream: 2, ...small });
      },
      withPixel(2, 1, [1, 2, 3, 4]),
      [1, 2],
    ),
    "a region in zstd is drawn at its place": drawn(
      (peer) => {
        frame(peer, RGBA, { stream: 1 });
        compressed(peer, Uint8Array.of(1, 2, 3), { stream: 2, ...small });
      },
      withPixel(2, 1, [1, 2, 3, 255]),
      [1, 2],
    ),
    "rows may come bottom up": drawn(
      (peer) => frame(peer, RGBA, { stream: 1, flags: 1 }),
      rows(RGBA),
      [1],
      { origo_ll: true, mirrored: true },
    ),
  }),

  ...rules("a12.c: process_video", {
    "a frame may come in packets of one byte": drawn(
      (peer) => frame(peer, RGBA, { stream: 1 }, 1),
      RGBA,
    ),
    "packets go by their channel, not by a stream": drawn((peer) => {
      announce(peer, { stream: 1, length: 64 });
      peer.data("video", RGBA, 0, 12_345);
    }, RGBA),
    "packets of a channel without a frame are thrown away": {
      act: ({ peer }) => peer.data("video", RGBA).data("video", RGBA, 9),
      expect: {},
    },
    "other packets may come inside a frame": drawn((peer) => {
      announce(peer, { stream: 1, length: 64 });
      peer.data("video", RGBA.subarray(0, 30));
      peer.control({ command: "ping", stream: 0 });
      peer.data("audio", new Uint8Array(10));
      peer.data("video", RGBA.subarray(30));
    }, RGBA),
    "bytes beyond the length of a frame are thrown away": {
      act: ({ peer }) => {
        announce(peer, { stream: 1, length: 64 });
        peer.data("video", pixels(65));
      },
      expect: { answers: [ack(1)], stream: "bad-length" },
    },
    "a frame without commit is not shown": {
      act: ({ peer }) => frame(peer, RGBA, { stream: 1, commit: false }),
      expect: { answers: [ack(1)] },
    },
    "a frame with commit shows those before it": drawn(
      (peer) => {
        frame(peer, RGBA, { stream: 1, commit: false });
        frame(peer, Uint8Array.of(1, 2, 3, 4), { stream: 2, ...small });
      },
      withPixel(2, 1, [1, 2, 3, 4]),
      [1, 2],
    ),
    "a header ends the frame before it": {
      act: ({ peer }) => {
        announce(peer, { stream: 1, length: 64 });
        peer.data("video", RGBA.subarray(0, 10));
        frame(peer, RGBA, { stream: 2 });
      },
      expect: { records: [RESIZED], answers: [ack(1), ack(2)] },
    },
  }),

  ...rules("a12.c: a12int_stream_ack", {
    "each frame is acknowledged once, by its id": {
      act: ({ peer }) => [5, 6, 9].forEach((stream) => frame(peer, RGBA, { stream })),
      expect: { records: [RESIZED], answers: [ack(5), ack(6), ack(9)] },
    },
    "frames of several channels are acknowledged in the order of their headers": {
      act: ({ peer }) => {
        announce(peer, { stream: 1, length: 64 });
        frame(peer, RGBA, { channel: 9, stream: 2 });
        frame(peer, RGBA, { channel: 8, stream: 3 });
        peer.data("video", RGBA);
      },
      expect: { records: [RESIZED], answers: [ack(1), ack(2, 9), ack(3, 8)] },
    },
    "a frame of a channel that is not open is acknowledged": {
      act: ({ peer }) => frame(peer, RGBA, { channel: 200, stream: 1 }),
      expect: { answers: [ack(1, 200)] },
    },
    "a frame without content is acknowledged": {
      act: ({ peer }) => announce(peer, { stream: 1, length: 0 }),
      expect: { answers: [ack(1)], stream: "bad-length" },
    },
    "ids may begin anywhere and go round": {
      act: ({ peer }) => [0xffffffff, 0, 1].forEach((stream) => frame(peer, RGBA, { stream })),
      expect: { records: [RESIZED], answers: [ack(0xffffffff), ack(0), ack(1)] },
    },
    "frames behind one that never ends are bounded": {
      act: ({ peer }) => {
        announce(peer, { stream: 1, length: 64 });
        for (let stream = 2; stream < 2_000; stream++) {
          announce(peer, { channel: 1, stream, length: 0 });
        }
      },
      expect: { ended: "too-many-frames" },
    },
  }),

  ...rules("arcan_lua.c: arcan_lua_pushevent, resized", {
    "the same size is told once": {
      act: ({ peer }) => [1, 2].forEach((stream) => frame(peer, RGBA, { stream })),
      expect: { records: [RESIZED], answers: [ack(1), ack(2)] },
    },
    "another size is told": {
      act: ({ peer }) => {
        frame(peer, RGBA, { stream: 1 });
        frame(peer, pixels(24), { stream: 2, surfaceWidth: 3, surfaceHeight: 2 });
      },
      expect: {
        records: [RESIZED, { kind: "resized", width: 3, height: 2 }],
        answers: [ack(1), ack(2)],
      },
    },
    "another orientation is told": {
      act: ({ peer }) => [0, 1].forEach((flags) => frame(peer, RGBA, { stream: 1 + flags, flags })),
      expect: { records: [RESIZED, { ...RESIZED, origo_ll: true }], answers: [ack(1), ack(2)] },
    },
    "frames are told when the handler asks for them": {
      act: ({ peer, call }) => {
        call("targetVerbose");
        frame(peer, RGBA, { stream: 1 });
        frame(peer, Uint8Array.of(1, 2, 3, 4), { stream: 2, ...small });
        frame(peer, RGBA, { stream: 3, format: 3 });
      },
      expect: {
        records: [
          RESIZED,
          { kind: "frame", number: 1, x: 0, y: 0, width: 4, height: 4, x2: 4, y2: 4 },
          { kind: "frame", number: 2, x: 2, y: 1, width: 1, height: 1, x1: 2, x2: 3, y2: 2 },
          { kind: "dropped_frame", number: 2 },
        ],
        answers: [
          ack(1),
          ack(2),
          { command: "cancelstream", streamType: 0, reason: 1 },
          ack(3),
        ],
        stream: "unknown-format",
      },
    },
  }),

  ...rules("a12.c: command_videoframe", {
    ...Object.fromEntries(
      ([
        ["a surface without width", { surfaceWidth: 0, width: 4 }, "bad-surface-size"],
        ["a surface without height", { surfaceHeight: 0, height: 4 }, "bad-surface-size"],
        ["a surface of more than 8192 columns", {
          surfaceWidth: 8_193,
          width: 4,
          surfaceHeight: 4,
        }, "bad-surface-size"],
        ["a surface of more than 8192 rows", {
          surfaceHeight: 8_193,
          height: 4,
        }, "bad-surface-size"],
        ["a region right of its surface", { x: 4, width: 1 }, "region-outside-surface"],
        ["a region below its surface", { y: 4, height: 1 }, "region-outside-surface"],
        ["a region that leaves its surface to the right", { x: 1 }, "region-outside-surface"],
        ["a region that leaves its surface below", { y: 1 }, "region-outside-surface"],
        ["a region without width", { width: 0 }, "region-outside-surface"],
        ["a region without height", { height: 0 }, "region-outside-surface"],
        ["a raw frame that is expanded", { expandedLength: 65 }, "bad-expanded-length"],
        ["a raw frame that is too short", { length: 63 }, "bad-length"],
        ["a raw frame that is too long", { length: 65 }, "bad-length"],
        ["a frame in zstd of another size than its region", {
          format: 9,
          expandedLength: 49,
        }, "bad-expanded-length"],
        ["a frame in zstd much longer than its content", {
          format: 9,
          expandedLength: 48,
          length: 73,
        }, "bad-length"],
      ] as const).map(([what, fields, reason]) => [
        `${what} is refused and acknowledged`,
        refused(
          fields,
          reason,
          new Uint8Array("length" in fields ? fields.length : 64),
        ),
      ]),
    ),
    ...Object.fromEntries([3, 4, 6, 10, 255].map((format): [string, Row] => [
      `format ${format} has no meaning: it is cancelled and acknowledged`,
      {
        act: ({ peer }) => frame(peer, RGBA, { stream: 9, format }),
        expect: {
          answers: [
            { command: "cancelstream", channel: 0, stream: 1, reason: 1, streamType: 0 },
            ack(9),
          ],
          stream: "unknown-format",
        },
      },
    ])),
    "H.264 is cancelled, so that the source sends other frames, and acknowledged": {
      act: ({ peer }) => frame(peer, RGBA, { stream: 9, format: 5 }),
      expect: {
        answers: [
          { command: "cancelstream", channel: 0, stream: 1, reason: 1, streamType: 0 },
          ack(9),
        ],
        stream: "unsupported-format",
      },
    },
  }),

  ...rules("a12_decode.c: a12int_decode_vbuffer", {
    "what is not zstd is refused": refused(
      { format: 9, expandedLength: 48, length: 40 },
      "bad-zstd",
      new Uint8Array(40).fill(7),
    ),
    "zstd with another size in its header is refused": {
      act: ({ peer }) => {
        const payload = compress(pixels(47));
        frame(peer, payload, { stream: 1, format: 9, expandedLength: 48 });
      },
      expect: { answers: [ack(1)], stream: "zstd-size" },
    },
    "zstd that is cut off is refused": {
      act: ({ peer }) => {
        const payload = compress(RGB);
        frame(peer, payload.subarray(0, payload.length - 2), {
          stream: 1,
          format: 9,
          expandedLength: 48,
        });
      },
      expect: { answers: [ack(1)], stream: "zstd-truncated" },
    },
    "a difference without a picture before it is refused": {
      act: ({ peer }) => compressed(peer, RGB, { stream: 1, format: 8 }),
      expect: { answers: [ack(1)], stream: "no-base-frame" },
    },
    "a refused frame changes nothing": {
      act: ({ peer, call }) => {
        frame(peer, RGBA, { stream: 1 });
        frame(peer, new Uint8Array(63), { stream: 2, length: 63 });
        call("pixels");
      },
      expect: {
        records: [RESIZED, { kind: "pixels", rgba: RGBA.toHex() }],
        answers: [ack(1), ack(2)],
        stream: "bad-length",
      },
    },
  }),
];
