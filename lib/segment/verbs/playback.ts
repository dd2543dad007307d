/**
 * Pace, position and settings of a client. Source: arcan `arcan_lua.c`, `targetskipmodecfg`,
 * `targetstepframe`, `targetseek`, `targetcoreopt`, `targetportcfg`.
 *
 * @module
 */

import type { TargetEventInput } from "../../wire/event/types.ts";
import { I32_MIN, integer, named, number, refuse, textBytes, U32_MAX } from "./check.ts";

const F32_MAX = 3.4028234663852886e38;
const COREOPT_BYTES = 77;

/** Which frames a client delivers. */
const FRAME_MODES = { automatic: 0, all: -1 } as const;

/** How a client paces its frames; each value is 0 unless given, and in the client's own units. */
export interface FramemodeOptions {
  /** How far ahead of its time a frame is begun. */
  readonly prewake?: number;
  /** Frames by which sound may run ahead of the picture. */
  readonly preaudio?: number;
  /** Random delay in front of the making of a frame, to test with. */
  readonly debugMake?: number;
  /** Random delay in front of the sending of a frame, to test with. */
  readonly debugSend?: number;
}

/**
 * The event that sets which frames are delivered.
 *
 * @param mode A name, or -1 all, 0 automatic, 1 to 9 every nth, from 10 every (n - 9)th and faster.
 */
export function framemodeEvent(
  mode: keyof typeof FRAME_MODES | number,
  options: FramemodeOptions = {},
): TargetEventInput<"frameskip"> {
  const skip = typeof mode === "number" ? mode : named("mode", FRAME_MODES, mode);
  return {
    category: "target",
    kind: "frameskip",
    mode: integer("mode", skip, -1),
    arg: integer("prewake", options.prewake ?? 0, I32_MIN),
    preAudio: integer("preaudio", options.preaudio ?? 0, I32_MIN),
    debug1: integer("debugMake", options.debugMake ?? 0, I32_MIN),
    debug2: integer("debugSend", options.debugSend ?? 0, I32_MIN),
  };
}

/** The event that steps a clock of the client. */
export function stepframeEvent(frames = 1, id = 0): TargetEventInput<"stepframe"> {
  return {
    category: "target",
    kind: "stepframe",
    frames: integer("the number of frames", frames, I32_MIN),
    id: integer("the clock", id, 0, U32_MAX),
  };
}

/** What a position is measured in and from. */
export interface SeekOptions {
  /** Whether it is counted from the present position; it is unless `false`. */
  readonly relative?: boolean;
  /** Whether it is a position in time; it is unless `false`, which means one in the content. */
  readonly time?: boolean;
  /** Content alone: the position from left to right; 0 when relative, else kept. */
  readonly x?: number;
  /** Content alone: the magnification, 1 for none; 0 when relative, else kept. */
  readonly z?: number;
}

/** An absolute position below 0 is left as it is. */
const KEEP = -1;

/**
 * The event that moves to a position.
 *
 * Relative is 1 in the event, although its documentation says 0 (content) and "not 1" (time):
 * libarcan_tui and both players of the reference take every value but 0 as relative.
 *
 * @param value Time: milliseconds when relative, else 0 to 1. Content: steps from top to bottom when
 * relative, else 0 to 1.
 */
export function seekEvent(
  value: number,
  options: SeekOptions,
): TargetEventInput<"seektime" | "seekcontent"> {
  const { relative = true, time = true, x, z } = options;
  const mode = relative ? 1 : 0;
  if (time) {
    if (x !== undefined || z !== undefined) refuse("a position in time has no x and no z");
    const bound = relative ? F32_MAX : 1;
    const checked = number("the position", value, relative ? -bound : 0, bound);
    return { category: "target", kind: "seektime", absolute: mode, time: checked };
  }
  const head = { category: "target", kind: "seekcontent", mode } as const;
  if (relative) {
    return {
      ...head,
      dy: integer("the step", value, I32_MIN),
      dx: integer("x", x ?? 0, I32_MIN),
      z: number("z", z ?? 0, -F32_MAX, F32_MAX),
    };
  }
  return {
    ...head,
    y: number("the position", value, KEEP, 1),
    x: number("x", x ?? KEEP, KEEP, 1),
    z: number("z", z ?? KEEP, KEEP, F32_MAX),
  };
}

/**
 * The event that sets an option of the client.
 *
 * @param value At most 77 bytes of UTF-8.
 * @throws {ApiMisuseError} `bad-argument`; upstream cuts the value silently.
 */
export function coreoptEvent(slot: number, value: string): TargetEventInput<"coreopt"> {
  return {
    category: "target",
    kind: "coreopt",
    slot: integer("the slot", slot, I32_MIN),
    value: textBytes("the value", value, COREOPT_BYTES),
  };
}

/** The event that says what is plugged into an input port. */
export function portconfigEvent(port: number, kind: number): TargetEventInput<"setiodev"> {
  return {
    category: "target",
    kind: "setiodev",
    port: integer("the port", port, 0),
    deviceType: integer("the kind of device", kind, 0),
  };
}
