import { VIDEO_FORMAT } from "../../lib/wire/constants.ts";

/** The header of a raw frame of one pixel, without its stream and length. */
export const ONE_PIXEL = {
  command: "videoframe",
  format: VIDEO_FORMAT.rgba,
  surfaceWidth: 1,
  surfaceHeight: 1,
  x: 0,
  y: 0,
  width: 1,
  height: 1,
  flags: 0,
  expandedLength: 4,
  commit: true,
} as const;
