/**
 * Where a segment belongs.
 *
 * @module
 */

import type { Placed } from "../views/protocol.ts";
import type { Position } from "./pointer.ts";

/** The place of a segment on the first one, in pixels of the client: its parents may have places too. */
export function placeOf(placed: Placed, find: (id: number) => Placed | undefined): Position {
  let { x, y } = placed;
  const seen = new Set([placed.segment]);
  for (let at = find(placed.parent); at !== undefined; at = find(at.parent)) {
    if (seen.has(at.segment)) break;
    seen.add(at.segment);
    x += at.x;
    y += at.y;
  }
  return { x, y };
}
