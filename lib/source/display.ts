/**
 * What a sink has told a source about the window that it is to draw.
 *
 * @module
 */

import { MAX_SURFACE_SIDE_PX } from "../limits.ts";
import { DISPLAY_HINT } from "../wire/constants.ts";
import type { WireEvent } from "../wire/event/types.ts";

/** What a source assumes until it is told otherwise: arcan's 640x480 and a common text cell. */
const DEFAULTS = { width: 640, height: 480, cellWidth: 8, cellHeight: 16 } as const;

/** The window as the sink wants it. */
export class Display {
  #width: number = DEFAULTS.width;
  #height: number = DEFAULTS.height;
  #cellWidth: number = DEFAULTS.cellWidth;
  #cellHeight: number = DEFAULTS.cellHeight;
  #flags = 0;
  #isActive = false;
  #isPaused = false;

  /** Width in pixels, 1 to 8192. */
  get width(): number {
    return this.#width;
  }

  /** Height in pixels, 1 to 8192. */
  get height(): number {
    return this.#height;
  }

  /** Width of a cell of text in pixels. */
  get cellWidth(): number {
    return this.#cellWidth;
  }

  /** Height of a cell of text in pixels. */
  get cellHeight(): number {
    return this.#cellHeight;
  }

  /** Whether the window has the focus. */
  get isFocused(): boolean {
    return (this.#flags & DISPLAY_HINT.unfocused) === 0;
  }

  /** Whether the sink has ended the preroll. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whether there is anybody to draw for: active, visible and not paused. */
  get isDrawable(): boolean {
    return this.#isActive && !this.#isPaused && (this.#flags & DISPLAY_HINT.invisible) === 0;
  }

  /**
   * Takes an event of the primary segment.
   *
   * @param event Any event; those that are about something else are ignored.
   * @returns Whether something here has changed.
   */
  take(event: WireEvent): boolean {
    if (event.category !== "target") return false;
    switch (event.kind) {
      case "displayhint":
        this.#width = side(event.width, this.#width);
        this.#height = side(event.height, this.#height);
        this.#cellWidth = side(event.cellWidth, this.#cellWidth);
        this.#cellHeight = side(event.cellHeight, this.#cellHeight);
        if ((event.flags & DISPLAY_HINT.ignore) === 0) this.#flags = event.flags;
        return true;
      case "activate":
        this.#isActive = true;
        return true;
      case "pause":
        this.#isPaused = true;
        return true;
      case "unpause":
        this.#isPaused = false;
        return true;
      default:
        return false;
    }
  }
}

/** Zero and less mean no change; a size that cannot be is one that a source may refuse. */
function side(wanted: number, current: number): number {
  return wanted > 0 && wanted <= MAX_SURFACE_SIDE_PX ? wanted : current;
}
