/**
 * Size, state and surroundings of a window. Source: arcan `arcan_lua.c`, `targetdisphint` and
 * `targetanchor`.
 *
 * @module
 */

import { MAX_SURFACE_SIDE_PX } from "../../limits.ts";
import { DISPLAY_HINT } from "../../wire/constants.ts";
import type { TargetEventInput } from "../../wire/event/types.ts";
import { I32_MIN, integer, named, number, refuse, U32_MAX } from "./check.ts";

/** A state of the window; all that hold are given each time. */
export type DisplayFlag = keyof typeof DISPLAY_HINT;

/** The order of the coloured parts of a pixel; `v` for one above the other. */
export type SubpixelLayout = "rgb" | "bgr" | "vrgb" | "vbgr";

/** By their number on the wire. */
const SUBPIXEL_LAYOUTS: readonly SubpixelLayout[] = ["rgb", "bgr", "vrgb", "vbgr"];

/** The screen that a window is on: limits of its size, and the refresh rate. */
export interface OutputOptions {
  /** Width in pixels, the greatest of a window; 1 to 8192. */
  readonly width: number;
  /** Height in pixels, the greatest of a window; 1 to 8192. */
  readonly height: number;
  /** Refresh rate in Hz; 60 unless given. */
  readonly refresh?: number;
  /** The least width of a window in pixels; 32 unless given. */
  readonly minWidth?: number;
  /** The least height of a window in pixels; 32 unless given. */
  readonly minHeight?: number;
}

/** What else a display hint sets; missing fields stay as they are. */
export interface DisplayhintOptions {
  /** Density in pixels per centimetre, 10 to 1000. */
  readonly ppcm?: number;
  /** The order of the coloured parts of a pixel; `rgb` unless given. */
  readonly subpixelLayout?: SubpixelLayout;
  /** Width of a cell of text in pixels; a terminal takes it only together with another size. */
  readonly cellWidth?: number;
  /** Height of a cell of text in pixels; a terminal takes it only together with another size. */
  readonly cellHeight?: number;
  /** The screen that the window is on. */
  readonly output?: OutputOptions;
  /** Sends also what real clients do not survive. */
  readonly force?: boolean;
}

const MIN_PPCM = 10;
const MAX_PPCM = 1_000;
const MAX_RATE_HZ = 1_000;
const ALL_FLAGS = Object.values(DISPLAY_HINT).reduce((all, flag) => all | flag, 0);

/** The events of a display hint: the screen, if it is given, and the window. */
export function displayhintEvents(
  width: number,
  height: number,
  flags: number | readonly DisplayFlag[],
  options: DisplayhintOptions,
): TargetEventInput<"displayhint" | "outputhint">[] {
  const window = {
    category: "target",
    kind: "displayhint",
    width: integer("the width in pixels", width, 0, MAX_SURFACE_SIDE_PX),
    height: integer("the height in pixels", height, 0, MAX_SURFACE_SIDE_PX),
    flags: flagBits(flags),
    rgbLayout: layoutNumber(options.subpixelLayout ?? "rgb"),
    ppcm: options.ppcm === undefined
      ? 0
      : number("ppcm, in pixels per centimetre,", options.ppcm, MIN_PPCM, MAX_PPCM),
    cellWidth: integer("cellWidth in pixels", options.cellWidth ?? 0, 0, 255),
    cellHeight: integer("cellHeight in pixels", options.cellHeight ?? 0, 0, 255),
  } as const;
  return options.output === undefined ? [window] : [outputhintEvent(options.output), window];
}

function outputhintEvent(output: OutputOptions): TargetEventInput<"outputhint"> {
  const { width, height, refresh = 60, minWidth = 32, minHeight = 32 } = output;
  return {
    category: "target",
    kind: "outputhint",
    maxWidth: integer("output.width in pixels", width, 1, MAX_SURFACE_SIDE_PX),
    maxHeight: integer("output.height in pixels", height, 1, MAX_SURFACE_SIDE_PX),
    rate: integer("output.refresh in Hz", refresh, 1, MAX_RATE_HZ),
    minWidth: integer("output.minWidth in pixels", minWidth, 0, width),
    minHeight: integer("output.minHeight in pixels", minHeight, 0, height),
  };
}

function flagBits(flags: number | readonly DisplayFlag[]): number {
  if (typeof flags === "number") return integer("the set of flags", flags, 0, ALL_FLAGS);
  let bits = 0;
  for (const name of flags) bits |= named("flag", DISPLAY_HINT, name);
  return bits;
}

function layoutNumber(layout: SubpixelLayout): number {
  const index = SUBPIXEL_LAYOUTS.indexOf(layout);
  return index < 0 ? refuse(`no subpixel layout has the name ${layout}`) : index;
}

/** Where the upper left corner of a window is. */
export interface AnchorhintOptions {
  /** Pixels from the left edge of the reference. */
  readonly x: number;
  /** Pixels from the upper edge of the reference. */
  readonly y: number;
  /** Order of stacking, below 0 for behind the reference; 0 unless given. */
  readonly z?: number;
  /** The window that the position is about: a token or an `ext_id`; the segment itself when absent. */
  readonly source?: number;
  /** The window that is the reference: a token or an `ext_id`; the screen when absent. */
  readonly parent?: number;
  /** Whether `source` and `parent` are `ext_id` of `viewport` and not tokens. */
  readonly external?: boolean;
}

/**
 * The event that tells where a window is. Lua's types SEGMENT and PROXY are those without
 * `external`, the others those with it; a proxy has a `source`.
 */
export function anchorhintEvent(anchor: AnchorhintOptions): TargetEventInput<"anchorhint"> {
  return {
    category: "target",
    kind: "anchorhint",
    x: integer("x in pixels", anchor.x, I32_MIN),
    y: integer("y in pixels", anchor.y, I32_MIN),
    z: integer("z", anchor.z ?? 0, I32_MIN),
    source: integer("source", anchor.source ?? 0, 0, U32_MAX),
    parent: integer("parent", anchor.parent ?? 0, 0, U32_MAX),
    type: anchor.external ? 1 : 0,
  };
}
