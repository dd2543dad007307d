/**
 * The arguments of `accept_target`.
 *
 * @module
 */

import { MAX_SURFACE_SIDE_PX } from "../../limits.ts";
import { integer, refuse } from "./check.ts";

/** Reads `([width, height,] handler)`. */
export function readAccept<H>(
  first: H | number | undefined,
  height: number | undefined,
  third: H | undefined,
): { size?: { width: number; height: number }; handler: H | undefined } {
  const isSized = typeof first === "number";
  const handler = isSized ? third : first;
  if (handler !== undefined && typeof handler !== "function") refuse("the handler is no function");
  if (!isSized) return { handler };
  const size = {
    width: integer("the width in pixels", first, 1, MAX_SURFACE_SIDE_PX),
    height: integer("the height in pixels", height ?? 0, 1, MAX_SURFACE_SIDE_PX),
  };
  return { size, handler };
}
