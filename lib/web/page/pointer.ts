/**
 * Positions, buttons and the wheel of a mouse, as clients count them.
 *
 * @module
 */

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** An area of the window, in CSS pixels. */
export interface Area extends Size {
  readonly left: number;
  readonly top: number;
}

/** A position in pixels of a client. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/** How a picture is shown: as large as the space allows, or one pixel of it on one of the screen. */
export type Zoom = "fit" | "exact";

/** The buttons by the bits of browsers, as clients number them; back and forward as X does. */
const BUTTONS = [1, 2, 3, 8, 9] as const;

/** Which buttons have gone down or up between two sets of bits. */
export function buttonChanges(
  before: number,
  after: number,
): { readonly button: number; readonly active: boolean }[] {
  return BUTTONS.flatMap((button, at) => {
    const bit = 1 << at;
    return ((before ^ after) & bit) === 0 ? [] : [{ button, active: (after & bit) !== 0 }];
  });
}

/**
 * The size of a picture on the page, in CSS pixels.
 *
 * @param ratio Pixels of the screen for one CSS pixel.
 */
export function shownSize(picture: Size, space: Size, zoom: Zoom, ratio: number): Size {
  if (picture.width === 0 || picture.height === 0) return { width: 0, height: 0 };
  const exact = { width: picture.width / ratio, height: picture.height / ratio };
  if (zoom === "exact") return exact;
  const scale = Math.min(space.width / exact.width, space.height / exact.height);
  // A client that fills the window but for a pixel is not blurred for it.
  if (scale >= 1 && scale < 1.02) return exact;
  return { width: exact.width * scale, height: exact.height * scale };
}

/** The pixel of a picture under a position of the window; clamped to the picture. */
export function toPicture(x: number, y: number, area: Area, picture: Size): Position {
  return {
    x: clamp(Math.floor((x - area.left) * picture.width / area.width), picture.width),
    y: clamp(Math.floor((y - area.top) * picture.height / area.height), picture.height),
  };
}

/** The size that a client is asked for to fill a space, in pixels of the screen. */
export function hintSize(space: Size, ratio: number): Size {
  return {
    width: Math.max(1, Math.floor(space.width * ratio)),
    height: Math.max(1, Math.floor(space.height * ratio)),
  };
}

function clamp(value: number, length: number): number {
  return Math.min(Math.max(value, 0), length - 1);
}

/** From here on one event is a click of a wheel; below it comes from a touchpad. */
const CLICK_PX = 50;
const PX_A_CLICK = 100;
const PX_A_STEP = 40;
const LINES_A_STEP = 3;
const MOST_STEPS = 20;

/** Steps of the wheel from what browsers report, in pixels, lines or pages. */
export class WheelSteps {
  #rest = 0;

  /**
   * @param delta How far; above 0 down.
   * @param mode 0 for pixels, 1 for lines, 2 for pages.
   * @returns Whole steps.
   */
  add(delta: number, mode: number): number {
    if (mode === 2) return limit(Math.sign(delta) * 10);
    if (mode === 1) return this.#collect(delta / LINES_A_STEP);
    if (Math.abs(delta) < CLICK_PX) return this.#collect(delta / PX_A_STEP);
    this.#rest = 0;
    return limit(Math.sign(delta) * Math.max(1, Math.round(Math.abs(delta) / PX_A_CLICK)));
  }

  #collect(steps: number): number {
    if (Math.sign(steps) !== Math.sign(this.#rest)) this.#rest = 0;
    this.#rest += steps;
    const whole = Math.trunc(this.#rest) || 0;
    this.#rest -= whole;
    return limit(whole);
  }
}

function limit(steps: number): number {
  return Math.min(Math.max(steps, -MOST_STEPS), MOST_STEPS);
}
