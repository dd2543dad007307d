/**
 * Which regions of a picture have changed since a viewer saw it.
 *
 * @module
 */

import { joined, type Region } from "../../decoders/canvas.ts";
import { VIEWER_KNOWN_FRAMES, VIEWER_RECTANGLES } from "../../limits.ts";

/** Two rectangles become one when that adds at most a quarter to their area. */
const JOIN_FACTOR = 1.25;

/** The changes of the last frames of one segment. */
export class Damage {
  readonly #frames: { readonly revision: number; readonly region: Region }[] = [];
  /** All changes after this revision are known. */
  #knownFrom: number;

  /** @param revision The picture of now. */
  constructor(revision: number) {
    this.#knownFrom = revision;
  }

  /** A frame was presented. @param revision Its number, one more than that of the frame before. */
  add(revision: number, region: Region): void {
    this.#frames.push({ revision, region });
    if (this.#frames.length <= VIEWER_KNOWN_FRAMES) return;
    this.#knownFrom = this.#frames.shift()!.revision;
  }

  /**
   * Where a picture can differ from now.
   *
   * @returns At most {@linkcode VIEWER_RECTANGLES}; `undefined` when the picture is too old.
   */
  since(revision: number): Region[] | undefined {
    if (revision < this.#knownFrom) return undefined;
    const regions: Region[] = [];
    for (const frame of this.#frames) {
      if (frame.revision > revision) put(regions, frame.region);
    }
    return regions;
  }
}

function put(regions: Region[], region: Region): void {
  for (;;) {
    const at = regions.findIndex((other) => added(other, region, JOIN_FACTOR) <= 0);
    if (at < 0) break;
    region = joined(regions.splice(at, 1)[0]!, region);
  }
  if (regions.length === VIEWER_RECTANGLES) {
    const costs = regions.map((other) => added(other, region, 1));
    const at = costs.indexOf(Math.min(...costs));
    return put(regions, joined(regions.splice(at, 1)[0]!, region));
  }
  regions.push(region);
}

/** How much more than `factor` times the area of both their join has. */
function added(a: Region, b: Region, factor: number): number {
  return area(joined(a, b)) - factor * (area(a) + area(b));
}

function area({ width, height }: Region): number {
  return width * height;
}
