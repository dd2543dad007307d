/** Rules of what handlers send: each verb becomes its event. */

import type { Fields, Rule } from "../rule.ts";
import { rules } from "../rule.ts";

const APPLICATION = 10;

/** A verb, and the events that the client gets. */
function sends(verb: string, args: readonly unknown[], ...answers: Fields[]) {
  return {
    segkind: APPLICATION,
    act: ({ call }: Parameters<NonNullable<Rule["act"]>>[0]) => call(verb, ...args),
    expect: { answers },
  };
}

const target = (kind: string, fields: Fields = {}) => ({ category: "target", kind, ...fields });
const key = (fields: Fields) => ({ category: "input", kind: "translated", ...fields });
const axis = (subid: number, value: number) => ({
  category: "input",
  kind: "analog",
  subid,
  relative: false,
  values: { 0: value },
});
const button = (subid: number, active: boolean) => ({
  category: "input",
  kind: "digital",
  devkind: 2,
  subid,
  active,
});

export const VERBS: readonly Rule[] = [
  ...rules("arcan_lua.c: targetdisphint", {
    "a display hint has size, state, density and cells": sends(
      "targetDisplayhint",
      [800, 600, 5, { ppcm: 40, cellWidth: 9, cellHeight: 18 }],
      target("displayhint", {
        width: 800,
        height: 600,
        flags: 5,
        ppcm: 40,
        cellWidth: 9,
        cellHeight: 18,
      }),
    ),
    "a display hint with an output is two hints": sends(
      "targetDisplayhint",
      [0, 0, 0, { output: { width: 3840, height: 2160, refresh: 144 } }],
      target("outputhint", { maxWidth: 3840, maxHeight: 2160, rate: 144 }),
      target("displayhint", { width: 0, height: 0 }),
    ),
  }),
  ...rules("arcan_lua.c: targetfonthint", {
    "a font hint names no descriptor": sends(
      "targetFonthint",
      [3.5, 2],
      target("fonthint", { fd: -1, hasFont: 0, sizeMm: 3.5, hinting: 2, chain: 0 }),
    ),
  }),
  ...rules("arcan_lua.c: targetgeohint", {
    "a place has its fields in order": sends(
      "targetGeohint",
      [{
        latitude: 59.25,
        longitude: -18.5,
        elevation: 28,
        country: "SWE",
        spoken: "SWE",
        written: "ENG",
        timezone: -330,
      }],
      target("geohint", {
        latitude: 59.25,
        longitude: -18.5,
        elevation: 28,
        country: "SWE",
        spoken: "SWE",
        written: "ENG",
        timezone: -330,
      }),
    ),
  }),
  ...rules("arcan_lua.c: targetgraph", {
    "a colour has its slot": sends(
      "targetGraphmode",
      ["text", 255, 16, 1],
      target("graphmode", { slot: 5, r: 255, g: 16, b: 1 }),
    ),
    "a colour behind the text has bit 8": sends(
      "targetGraphmode",
      ["text", 1, 2, 3, true],
      target("graphmode", { slot: 261 }),
    ),
    "slot 0 puts colours into effect": sends(
      "targetGraphmode",
      ["commit"],
      target("graphmode", { slot: 0 }),
    ),
  }),
  ...rules("arcan_lua.c: targetanchor", {
    "an anchor has place, order and windows": sends(
      "targetAnchorhint",
      [{ x: -1, y: 2, z: 3, source: 4, parent: 5 }],
      target("anchorhint", { x: -1, y: 2, z: 3, source: 4, parent: 5 }),
    ),
  }),
  ...rules("arcan_lua.c: targetsuspend, targetresume", {
    "suspend is pause": sends("suspendTarget", [], target("pause")),
    "resume is unpause": sends("resumeTarget", [], target("unpause")),
  }),
  ...rules("arcan_lua.c: targetreset", {
    "a reset is soft": sends("resetTarget", [], target("reset", { level: 0 })),
    "a reset may be hard": sends("resetTarget", [true], target("reset", { level: 1 })),
  }),
  ...rules("arcan_lua.c: targetstepframe", {
    "steps of a clock have its id": sends(
      "stepframeTarget",
      [2, 9],
      target("stepframe", { frames: 2, id: 9 }),
    ),
  }),
  ...rules("arcan_lua.c: targetskipmodecfg", {
    "frames can be skipped": sends("targetFramemode", [12], target("frameskip", { mode: 12 })),
    "all frames are mode -1": sends("targetFramemode", ["all"], target("frameskip", { mode: -1 })),
  }),
  ...rules("arcan_lua.c: targetseek", {
    "a relative time has mode 1, as clients take it": sends(
      "targetSeek",
      [-250],
      target("seektime", { absolute: 1, time: -250 }),
    ),
    "an absolute time has mode 0": sends(
      "targetSeek",
      [0.5, { relative: false }],
      target("seektime", { absolute: 0, time: 0.5 }),
    ),
    "a content is moved by y, x, z": sends(
      "targetSeek",
      [-3, { time: false, x: 7 }],
      target("seekcontent", { mode: 1, dy: -3, dx: 7 }),
    ),
  }),
  ...rules("arcan_lua.c: targetcoreopt", {
    "an option has slot and value": sends(
      "targetCoreopt",
      [5, "fast"],
      target("coreopt", { slot: 5, value: "fast" }),
    ),
  }),
  ...rules("arcan_lua.c: targetportcfg", {
    "a port has its kind": sends(
      "targetPortconfig",
      [2, 1],
      target("setiodev", { port: 2, deviceType: 1 }),
    ),
  }),
  ...rules("arcan_lua.c: targetmessage", {
    "a message is a text": sends(
      "messageTarget",
      ["hello"],
      target("message", { message: "hello", multipart: 0 }),
    ),
    "a long message comes in parts that cut no letter": sends(
      "messageTarget",
      ["ł".repeat(40)],
      target("message", { message: "ł".repeat(38), multipart: 1 }),
      target("message", { message: "łł", multipart: 0 }),
    ),
  }),
  ...rules("arcan_lua.c: targetinput", {
    "text is typed by keys with their text": sends(
      "typeText",
      ["aB"],
      key({ utf8: "a", active: true, keysym: 97 }),
      key({ keysym: 97, active: false }),
      ...shifted("B", 98),
    ),
    "a line end is the key Return": sends(
      "typeText",
      ["\n"],
      key({ utf8: "\r", keysym: 13, active: true }),
      key({ keysym: 13, active: false }),
    ),
    "a held key comes before its key and goes behind it": sends(
      "pressKey",
      ["c", ["ctrl"]],
      key({ keysym: 306, active: true }),
      key({ keysym: 99, modifiers: 64, active: true }),
      key({ keysym: 99, active: false }),
      key({ keysym: 306, active: false }),
    ),
    "the mouse moves by one event an axis": sends(
      "moveMouse",
      [10, 20],
      axis(0, 10),
      axis(1, 20),
    ),
    "a click is a press and a release": sends(
      "clickMouse",
      ["right"],
      button(2, true),
      button(2, false),
    ),
    "the wheel is buttons 4 and 5": sends("wheel", [1], button(5, true), button(5, false)),
    "input that the client masks is not sent": {
      segkind: APPLICATION,
      act: ({ peer, call }) => {
        peer.event({ category: "external", kind: "inputmask", device: 2, types: 1 });
        call("moveMouse", 1, 2);
      },
      expect: { records: [{ kind: "mask_input" }], answers: [] },
    },
  }),
  ...rules("a12.c: a12_channel_close", {
    "the end of a client by its handler is exit, with last words": {
      act: async ({ client, peer, call }) => {
        call("deleteImage", "out of here");
        await client.send(peer.take());
        await client.readUntil(() => peer.answers.some((it) => "kind" in it && it.kind === "exit"));
        const last = peer.answers.findLast((it) => "command" in it && it.command === "shutdown");
        if (last === undefined || !("lastWords" in last) || last.lastWords !== "out of here") {
          throw new Error("no last words");
        }
        client.close();
      },
      expect: { left: "" },
    },
  }),
];

/** The key of a capital letter, with Shift around it. */
function shifted(utf8: string, keysym: number): Fields[] {
  return [
    key({ keysym: 304, active: true }),
    key({ utf8, keysym, active: true }),
    key({ keysym, active: false }),
    key({ keysym: 304, active: false }),
  ];
}
