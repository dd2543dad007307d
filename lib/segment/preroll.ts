/**
 * The events that a client gets before it may draw.
 *
 * A client blocks until ACTIVATE. A terminal overwrites the cell size of its preroll by that of its
 * built-in font; only a DISPLAYHINT behind ACTIVATE that changes the size as well is kept.
 *
 * @module
 */

import type { EventInput, TargetEventInput } from "../wire/event/types.ts";
import type { Status } from "./status.ts";

/** The first size, density and font of a client. */
export interface DisplayDefaults {
  /** Width in pixels; 640 unless given. */
  readonly width?: number;
  /** Height in pixels; 480 unless given, 400 for text. */
  readonly height?: number;
  /** Density in pixels per centimetre; 37.8 (96 dots per inch) unless given. */
  readonly ppcm: number;
  /** Size of the font in millimetres; 3.53 (10 points) unless given. */
  readonly fontMm: number;
  /** Width of a cell of text in pixels; 8 unless given. */
  readonly cellWidth: number;
  /** Height of a cell of text in pixels; 16 unless given. */
  readonly cellHeight: number;
  /** Refresh rate of the output in Hz; 60 unless given. */
  readonly rateHz: number;
}

/** A display of 96 dots per inch, with a 10 point font in cells of 8 by 16 pixels. */
export const DISPLAY_DEFAULTS: DisplayDefaults = {
  ppcm: 37.795276,
  fontMm: 3.527780,
  cellWidth: 8,
  cellHeight: 16,
  rateHz: 60,
};

const DEFAULT_WIDTH_PX = 640;
const DEFAULT_HEIGHT_PX = 480;
const DEFAULT_TEXT_HEIGHT_PX = 400;

/** The hints that the handler has sent itself; the defaults do not replace them. */
export interface HintsSent {
  readonly output: boolean;
  /** The last one; a terminal gets it again because of its cells. */
  readonly display: TargetEventInput<"displayhint"> | undefined;
  readonly font: boolean;
}

/** Makes the events that end a preroll, in order. */
export function prerollEvents(
  isText: boolean,
  display: DisplayDefaults,
  sent: HintsSent,
): EventInput[] {
  const width = display.width ?? DEFAULT_WIDTH_PX;
  const height = display.height ?? (isText ? DEFAULT_TEXT_HEIGHT_PX : DEFAULT_HEIGHT_PX);
  const { ppcm, cellWidth, cellHeight } = display;
  const displayhint = { category: "target", kind: "displayhint", flags: 0, ppcm } as const;
  const events: EventInput[] = [];
  if (!sent.output) {
    events.push({
      category: "target",
      kind: "outputhint",
      maxWidth: width,
      maxHeight: height,
      rate: display.rateHz,
    });
  }
  const own = sent.display;
  const window = {
    ...displayhint,
    ...own,
    width: own?.width || width,
    height: own?.height || height,
    cellWidth: own?.cellWidth || cellWidth,
    cellHeight: own?.cellHeight || cellHeight,
  };
  if (isText) {
    const { width, height, cellWidth, cellHeight } = window;
    events.push({ ...window, width: width + cellWidth, height: height + cellHeight });
  } else if (own === undefined) {
    events.push(window);
  }
  if (!sent.font) {
    events.push({
      category: "target",
      kind: "fonthint",
      fd: -1,
      sizeMm: display.fontMm,
      hinting: -1,
    });
  }
  events.push({ category: "target", kind: "activate" });
  if (isText) events.push(window);
  return events;
}

/** Makes the records that follow `registered` for the first segment of a client. */
export function prerollStatuses(
  { id, kindName }: { readonly id: number; readonly kindName: string },
): Status[] {
  return [
    { kind: "preroll", segkind: kindName, source_audio: id },
    { kind: "privdrop", frame: 0, external: false, sandboxed: false, networked: true },
  ];
}
