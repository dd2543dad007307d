/**
 * The records that a committed frame causes. Source: arcan `arcan_frameserver.c`, `arcan_lua.c`.
 *
 * @module
 */

import type { FrameHeader } from "../decoders/frame_header.ts";
import { VIDEO_FLAG, VIDEO_FORMAT } from "../wire/constants.ts";
import type { Segment, Shown } from "./segment.ts";
import type { Status } from "./status.ts";

/**
 * Makes the records of a frame that was drawn, and updates the segment.
 *
 * @returns `resized` when the size or the kind of content has changed, and `frame` if frames are reported.
 */
export function presentedStatuses(segment: Segment, header: FrameHeader): Status[] {
  if (!header.commit) return [];
  segment.frames++;
  const statuses: Status[] = [];
  const shown: Shown = {
    width: header.surfaceWidth,
    height: header.surfaceHeight,
    origoLl: (header.flags & VIDEO_FLAG.origoLowerLeft) !== 0,
    tpack: header.format === VIDEO_FORMAT.tpack,
  };
  if (!isSame(segment.shown, shown)) {
    segment.shown = shown;
    statuses.push({
      kind: "resized",
      source_audio: segment.id,
      width: shown.width,
      height: shown.height,
      mirrored: shown.origoLl,
      origo_ll: shown.origoLl,
      tpack: shown.tpack,
    });
  }
  if (segment.verbose) statuses.push(frameStatus(segment, header, shown.tpack));
  return statuses;
}

/** Makes the records of the last frame that was drawn before its segment registered. */
export function earlyStatuses(segment: Segment): Status[] {
  const header = segment.earlyFrame;
  segment.earlyFrame = undefined;
  return header === undefined ? [] : presentedStatuses(segment, header);
}

/** Makes the record of a frame that was refused. */
export function droppedStatus(segment: Segment): Status {
  return { kind: "dropped_frame", source_audio: segment.id, pts: 0, number: segment.frames };
}

function frameStatus(segment: Segment, header: FrameHeader, tpack: boolean): Status {
  const common = {
    kind: "frame",
    source_audio: segment.id,
    pts: 0,
    number: segment.frames,
  } as const;
  const grid = segment.video.surface.packedGrid;
  if (tpack && grid !== undefined) {
    const { surfaceWidth: width, surfaceHeight: height } = header;
    return { ...common, x: 0, y: 0, width, height, rows: grid.rows, cols: grid.cols };
  }
  const { x, y, width, height } = header;
  return { ...common, x, y, width, height, x1: x, y1: y, x2: x + width, y2: y + height };
}

function isSame(a: Shown | undefined, b: Shown): boolean {
  return a !== undefined && a.width === b.width && a.height === b.height &&
    a.origoLl === b.origoLl && a.tpack === b.tpack;
}
