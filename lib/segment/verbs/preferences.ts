/**
 * What the user likes: fonts, colours, language and place. Source: arcan `arcan_lua.c`,
 * `targetfonthint`, `targetgraph`, `targetgeohint`.
 *
 * @module
 */

import type { TargetEventInput } from "../../wire/event/types.ts";
import { integer, named, number, refuse } from "./check.ts";

const MAX_FONT_MM = 1_000;
const MAX_HINTING = 16;

/**
 * The event that announces size and hinting of the font. The font itself follows as a transfer.
 *
 * No event carries the sign of a font or of a merge: with them a client would wait for a file that
 * no event can bring, and a real source drops it.
 *
 * @param hinting -1 to keep, 0 off, 1 monochrome, 2 light, 3 medium, to 16.
 */
export function fonthintEvent(sizeMm: number, hinting: number): TargetEventInput<"fonthint"> {
  return {
    category: "target",
    kind: "fonthint",
    fd: -1,
    sizeMm: number("the size in millimetres", sizeMm, 0, MAX_FONT_MM),
    hinting: integer("hinting", hinting, -1, MAX_HINTING),
  };
}

/** The places of a palette that have a name, and their numbers. */
export const GRAPH_SLOTS = {
  commit: 0,
  alpha: 1,
  primary: 2,
  secondary: 3,
  background: 4,
  text: 5,
  cursor: 6,
  altcursor: 7,
  highlight: 8,
  label: 9,
  warning: 10,
  error: 11,
  alert: 12,
  reference: 13,
  inactive: 14,
  ui: 15,
  black: 16,
  red: 17,
  green: 18,
  yellow: 19,
  blue: 20,
  magenta: 21,
  cyan: 22,
  lightGrey: 23,
  darkGrey: 24,
  lightRed: 25,
  lightGreen: 26,
  lightYellow: 27,
  lightBlue: 28,
  lightMagenta: 29,
  lightCyan: 30,
  white: 31,
  terminalForeground: 32,
  terminalBackground: 33,
} as const;

/** The name of a place of the palette; `commit` puts into effect what was set before. */
export type GraphSlot = keyof typeof GRAPH_SLOTS;

/** Set for the colour behind the text of a slot. */
const BACKGROUND_BIT = 0x100;
const MAX_SLOT = BACKGROUND_BIT | 0xff;
/** The slots that have a background of their own. */
const WITH_BACKGROUND: readonly number[] = [5, 8, 9, 10, 11, 12, 13, 14, 15];

/** The event that sets one colour, or puts those that were set into effect. */
export function graphmodeEvent(
  slot: GraphSlot | number,
  red = 0,
  green = 0,
  blue = 0,
  behind = false,
): TargetEventInput<"graphmode"> {
  const number = slotNumber(slot);
  if (behind && !WITH_BACKGROUND.includes(number)) {
    refuse(`the slot ${slot} has no background of its own`);
  }
  return {
    category: "target",
    kind: "graphmode",
    slot: behind ? number | BACKGROUND_BIT : number,
    r: channel("red", red),
    g: channel("green", green),
    b: channel("blue", blue),
  };
}

function slotNumber(slot: GraphSlot | number): number {
  if (typeof slot === "number") return integer("the slot", slot, 0, MAX_SLOT);
  return named("slot", GRAPH_SLOTS, slot);
}

function channel(name: string, value: number): number {
  return number(name, value, 0, 255);
}

/** Where the user is and which languages they read and hear. */
export interface GeohintOptions {
  /** Degrees north, -90 to 90. */
  readonly latitude: number;
  /** Degrees east, -180 to 180. */
  readonly longitude: number;
  /** Metres; 0 unless given. */
  readonly elevation?: number;
  /** The country, three letters of ISO 3166-1, such as `SWE`. */
  readonly country: string;
  /** The language to be spoken to in, three letters of ISO 639-2, such as `swe`. */
  readonly spoken: string;
  /** The language to be written to in, three letters of ISO 639-2. */
  readonly written: string;
  /** Offset from GMT; real clients do not say in which unit. 0 unless given. */
  readonly timezone?: number;
}

const MAX_TIMEZONE = 86_400;
const MAX_ELEVATION_M = 1_000_000;

/**
 * The event that tells where the user is.
 *
 * DEVIATION: upstream takes each value from the argument in front of it, so that the latitude is the
 * number of the target (test "verbs: the table goes through every one").
 */
export function geohintEvent(place: GeohintOptions): TargetEventInput<"geohint"> {
  return {
    category: "target",
    kind: "geohint",
    latitude: number("latitude in degrees", place.latitude, -90, 90),
    longitude: number("longitude in degrees", place.longitude, -180, 180),
    elevation: number(
      "elevation in metres",
      place.elevation ?? 0,
      -MAX_ELEVATION_M,
      MAX_ELEVATION_M,
    ),
    country: threeLetters("country", place.country),
    spoken: threeLetters("spoken", place.spoken),
    written: threeLetters("written", place.written),
    timezone: integer("timezone", place.timezone ?? 0, -MAX_TIMEZONE, MAX_TIMEZONE),
  };
}

function threeLetters(name: string, code: string): string {
  return /^[A-Za-z]{3}$/.test(code) ? code : refuse(`${name} is ${code}, must be three letters`);
}
