/** Rules of subsegments: requests, channels and their ends. */

import type { Rule, Scene } from "../rule.ts";
import { rules } from "../rule.ts";
import { announce, external, frame, pixels } from "../send.ts";

const POPUP = 16;
const popup = (id: number) => external("segreq", { id, segkind: POPUP });
const GRANTED = { kind: "segment_request", segkind: "popup" } as const;
const ident = external("ident", { message: "here" });

/** Opens channel 1. */
async function open({ client, peer }: Scene): Promise<void> {
  await client.send(peer.event(popup(7)).take());
  await client.readUntil(() =>
    peer.answers.some((answer) => "command" in answer && answer.command === "newch")
  );
}

export const SEGMENTS: readonly Rule[] = [
  ...rules("a12.c: command_newchannel", {
    "a granted request opens the lowest channel, with its kind and its id": {
      act: ({ peer }) => peer.event(popup(7)),
      expect: {
        records: [GRANTED],
        answers: [{
          command: "newch",
          channel: 0,
          newChannel: 1,
          segkind: POPUP,
          direction: 0,
          cookie: 7,
        }],
      },
    },
    "channels are given out in order": {
      act: ({ peer }) => [1, 2, 3].forEach((id) => peer.event(popup(id))),
      expect: {
        records: [GRANTED, GRANTED, GRANTED],
        answers: [1, 2, 3].map((id) => ({ command: "newch", newChannel: id, cookie: id })),
      },
    },
    "a request that the handler leaves is refused by its id": {
      act: ({ peer }) => peer.event(popup(1_000)),
      expect: { records: [GRANTED], answers: [{ kind: "reqfail", id: 1_000, channel: 0 }] },
    },
    "a request for a kind beyond one byte is refused": {
      act: ({ peer }) => peer.event(external("segreq", { id: 7, segkind: 4_096 })),
      expect: {
        records: [{ kind: "segment_request", segkind: "" }],
        answers: [{ kind: "reqfail", id: 7 }],
      },
    },
    "the channel of an ended segment is not used again": {
      act: async (scene) => {
        await open(scene);
        scene.peer.control({ command: "shutdown", channel: 1, lastWords: "" }).event(popup(8));
      },
      expect: {
        records: [GRANTED, { kind: "terminated", segment: "sub" }, GRANTED],
        answers: [{ command: "newch", newChannel: 1 }, { command: "newch", newChannel: 2 }],
      },
    },
    "a 256th segment is refused, as channel 255 is for probes": {
      act: ({ peer }) => {
        for (let id = 1; id <= 255; id++) peer.event(popup(id));
      },
      expect: {
        records: Array.from({ length: 255 }, () => GRANTED),
        answers: [
          ...Array.from({ length: 254 }, (_, i) => ({ command: "newch", newChannel: i + 1 })),
          { kind: "reqfail", id: 255 },
        ],
      },
    },
    "the handler may open a segment that was not asked for": {
      act: ({ call }) => call("targetAlloc", "debug"),
      expect: {
        answers: [{ command: "newch", newChannel: 1, segkind: 255, direction: 0, cookie: 0 }],
      },
    },
  }),

  ...rules("a12_helper_cl.c: add_segment", {
    "a subsegment registers on its channel, and gets no preroll": {
      act: async (scene) => {
        await open(scene);
        scene.peer.event(external("register", { title: "menu", segkind: 9 }), 1);
      },
      expect: {
        // Its kind is that of the request.
        records: [GRANTED, {
          kind: "registered",
          segment: "sub",
          segkind: "popup",
          title: "menu",
        }],
        answers: [{ command: "newch" }],
      },
    },
    "events before the registration of a subsegment come behind it": {
      act: async (scene) => {
        await open(scene);
        scene.peer.event(ident, 1).event(external("register", { title: "menu" }), 1);
      },
      expect: {
        records: [GRANTED, { kind: "registered", segment: "sub" }, {
          kind: "ident",
          segment: "sub",
        }],
        answers: [{ command: "newch" }],
      },
    },
    "frames of a subsegment are its own": {
      act: async (scene) => {
        await open(scene);
        scene.peer.event(external("register", { title: "menu" }), 1);
        frame(scene.peer, pixels(64), { channel: 1, stream: 3 });
      },
      expect: {
        records: [GRANTED, { kind: "registered" }, {
          kind: "resized",
          segment: "sub",
          width: 4,
          height: 4,
        }],
        answers: [{ command: "newch" }, { command: "ping", channel: 1, stream: 3 }],
      },
    },
    "a frame before the registration of its segment is told behind it": {
      act: async (scene) => {
        await open(scene);
        frame(scene.peer, pixels(64), { channel: 1, stream: 3 });
        scene.peer.event(external("register", { title: "menu" }), 1);
      },
      expect: {
        records: [GRANTED, { kind: "registered" }, { kind: "resized", segment: "sub" }],
        answers: [{ command: "newch" }, { command: "ping", stream: 3 }],
      },
    },
    "a subsegment may ask for a subsegment": {
      act: async (scene) => {
        await open(scene);
        scene.peer.event(external("register", { title: "menu" }), 1).event(popup(8), 1);
      },
      expect: {
        records: [GRANTED, { kind: "registered" }, { ...GRANTED, segment: "sub" }],
        answers: [{ command: "newch", channel: 0 }, { command: "newch", channel: 1, cookie: 8 }],
      },
    },
  }),

  ...rules("a12.c: a12_channel_close", {
    "shutdown ends a subsegment with its last words, and no other": {
      act: async (scene) => {
        await open(scene);
        scene.peer.control({ command: "shutdown", channel: 1, lastWords: "closed" }).event(ident);
      },
      expect: {
        records: [
          GRANTED,
          { kind: "terminated", segment: "sub", last_words: "closed" },
          { kind: "ident", segment: "primary" },
        ],
        answers: [{ command: "newch" }],
      },
    },
    "frames of an ended subsegment are acknowledged and thrown away": {
      act: async (scene) => {
        await open(scene);
        scene.peer.control({ command: "shutdown", channel: 1, lastWords: "" });
        frame(scene.peer, pixels(64), { channel: 1, stream: 3 });
      },
      expect: {
        records: [GRANTED, { kind: "terminated", segment: "sub" }],
        answers: [{ command: "newch" }, { command: "ping", stream: 3 }],
      },
    },
    "events of an ended subsegment are dropped": {
      act: async (scene) => {
        await open(scene);
        scene.peer.control({ command: "shutdown", channel: 1, lastWords: "" }).event(ident, 1);
      },
      expect: {
        records: [GRANTED, { kind: "terminated", segment: "sub" }],
        answers: [{ command: "newch" }],
      },
    },
    "a subsegment ends once": {
      act: async (scene) => {
        await open(scene);
        for (let count = 0; count < 2; count++) {
          scene.peer.control({ command: "shutdown", channel: 1, lastWords: `${count}` });
        }
      },
      expect: {
        records: [GRANTED, { kind: "terminated", segment: "sub", last_words: "0" }],
        answers: [{ command: "newch" }],
      },
    },
    "subsegments end before their client": {
      act: async (scene) => {
        await open(scene);
        scene.peer.control({ command: "shutdown", channel: 0, lastWords: "all" });
      },
      expect: { left: "all" },
    },
    "a client that is told to exit may finish its frame": {
      act: ({ peer, call }) => {
        announce(peer, { stream: 1, length: 64 });
        call("deleteImage", "bye");
        peer.control({ command: "shutdown", channel: 0, lastWords: "" });
      },
      expect: { left: "" },
    },
  }),
];
