/** Rules of frames that are grids of text. */

import type { Rule } from "../rule.ts";
import { rules } from "../rule.ts";
import { compressed, frame, pixels, tpack } from "../send.ts";

const ack = (stream: number) => ({ command: "ping", channel: 0, stream });
/** A surface of five by two cells. */
const PAGE = { stream: 1, surfaceWidth: 40, surfaceHeight: 32 } as const;

export const TEXT_GRIDS: readonly Rule[] = [
  ...rules("screen.c: tui_tpack_unpack", {
    "format 7 is a grid of text": {
      act: ({ peer, call }) => {
        compressed(peer, tpack(["hello", "world"]), { format: 7, ...PAGE });
        call("pixels");
      },
      expect: {
        records: [
          { kind: "resized", width: 40, height: 32, tpack: true },
          { kind: "pixels", text: "hello\nworld" },
        ],
        answers: [ack(1)],
      },
    },
    "a difference changes its cells alone": {
      act: ({ peer, call }) => {
        compressed(peer, tpack(["hello", "world"]), { format: 7, ...PAGE });
        compressed(peer, tpack(["LL"], { delta: true, offset: 2 }), {
          format: 7,
          ...PAGE,
          stream: 2,
        });
        call("pixels");
      },
      expect: {
        records: [{ kind: "resized" }, { kind: "pixels", text: "heLLo\nworld" }],
        answers: [ack(1), ack(2)],
      },
    },
    "cells outside the grid are left out": {
      act: ({ peer, call }) => {
        compressed(peer, tpack(["hello", "world"]), { format: 7, ...PAGE });
        compressed(peer, tpack(["XYZ"], { delta: true, offset: 4 }), {
          format: 7,
          ...PAGE,
          stream: 2,
        });
        call("pixels");
      },
      expect: {
        records: [{ kind: "resized" }, { kind: "pixels", text: "hellX\nworld" }],
        answers: [ack(1), ack(2)],
      },
    },
    "a difference of no lines changes nothing": {
      act: ({ peer, call }) => {
        compressed(peer, tpack(["hello"]), { format: 7, ...PAGE });
        compressed(peer, tpack([], { delta: true }), { format: 7, ...PAGE, stream: 2 });
        call("pixels");
      },
      expect: {
        records: [{ kind: "resized" }, { kind: "pixels", text: "hello" }],
        answers: [ack(1), ack(2)],
      },
    },
    "a difference without a grid is refused": {
      act: ({ peer }) => compressed(peer, tpack(["x"], { delta: true }), { format: 7, ...PAGE }),
      expect: { answers: [ack(1)], stream: "no-base-frame" },
    },
    "a grid that contradicts its size is refused": {
      act: ({ peer }) => {
        const grid = tpack(["hello"]);
        grid[6] = 200;
        compressed(peer, grid, { format: 7, ...PAGE });
      },
      expect: { answers: [ack(1)], stream: "bad-tpack" },
    },
    "a grid shorter than its head is refused": {
      act: ({ peer }) => compressed(peer, new Uint8Array(15), { format: 7, ...PAGE }),
      expect: { answers: [ack(1)], stream: "bad-expanded-length" },
    },
    "text and pixels may take turns": {
      act: ({ peer }) => {
        compressed(peer, tpack(["hello"]), { format: 7, ...PAGE });
        frame(peer, pixels(64), { stream: 2 });
      },
      expect: {
        records: [{ kind: "resized", tpack: true }, { kind: "resized", width: 4, tpack: false }],
        answers: [ack(1), ack(2)],
      },
    },
  }),
];
