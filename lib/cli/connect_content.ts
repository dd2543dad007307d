/**
 * What `connect` shows, and the window that the sink wants it in.
 *
 * @module
 */

import { MAX_SURFACE_SIDE_PX } from "../limits.ts";
import { DISPLAY_DEFAULTS, DISPLAY_HINT, type VideoFrame, type WireEvent } from "../mod.ts";

/** Something to draw on one channel. */
export interface Content {
  /** The number of the segment kind. */
  readonly segkind: number;
  /** Whether there is a frame to send. */
  readonly isDirty: boolean;
  resize(display: Display): void;
  /** @param event Input or a command of the sink; most are ignored. */
  take(event: WireEvent): void;
  /** @returns The frame, valid until the next call; `undefined` when nothing has changed. */
  next(): VideoFrame | undefined;
}

/** The window as the sink wants it; sizes in pixels. */
export interface Display {
  readonly width: number;
  readonly height: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly isFocused: boolean;
  readonly isVisible: boolean;
  /** Whether the sink has ended the preroll. */
  readonly isActive: boolean;
  readonly isPaused: boolean;
}

/** The window before the sink says anything: arcan's 640x480. */
export const FIRST_DISPLAY: Display = {
  width: 640,
  height: 480,
  cellWidth: DISPLAY_DEFAULTS.cellWidth,
  cellHeight: DISPLAY_DEFAULTS.cellHeight,
  isFocused: true,
  isVisible: true,
  isActive: false,
  isPaused: false,
};

/** @returns The window after an event of the sink; the same object when it is not about the window. */
export function nextDisplay(display: Display, event: WireEvent): Display {
  if (event.category !== "target") return display;
  switch (event.kind) {
    case "displayhint": {
      const { flags } = event;
      return {
        ...display,
        width: side(event.width, display.width),
        height: side(event.height, display.height),
        cellWidth: side(event.cellWidth, display.cellWidth),
        cellHeight: side(event.cellHeight, display.cellHeight),
        ...(flags & DISPLAY_HINT.ignore) === 0 && {
          isFocused: (flags & DISPLAY_HINT.unfocused) === 0,
          isVisible: (flags & DISPLAY_HINT.invisible) === 0,
        },
      };
    }
    case "activate":
      return { ...display, isActive: true };
    case "pause":
      return { ...display, isPaused: true };
    case "unpause":
      return { ...display, isPaused: false };
    default:
      return display;
  }
}

export function isDrawable({ isActive, isPaused, isVisible }: Display): boolean {
  return isActive && isVisible && !isPaused;
}

/** Zero and negative sides mean no change; a source may ignore sides that are too large. */
function side(wanted: number, current: number): number {
  return wanted > 0 && wanted <= MAX_SURFACE_SIDE_PX ? wanted : current;
}
