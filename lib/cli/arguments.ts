/**
 * Values on the command line.
 *
 * @module
 */

import { InvalidArgumentError } from "commander";
import { MAX_SURFACE_SIDE_PX } from "../limits.ts";

/**
 * Reads a TCP port.
 *
 * @param text Digits, 0 to 65535.
 * @throws {InvalidArgumentError} When it is none.
 */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a port from 0 to 65535.`);
}

/**
 * Reads a size in pixels.
 *
 * @param text `WIDTHxHEIGHT`.
 * @throws {InvalidArgumentError} When it is none.
 */
export function parseSize(text: string): { width: number; height: number } {
  const match = /^(\d{1,4})x(\d{1,4})$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  const isSide = (side: number) => side >= 1 && side <= MAX_SURFACE_SIDE_PX;
  if (match !== null && isSide(width) && isSide(height)) return { width, height };
  throw new InvalidArgumentError(
    `${
      JSON.stringify(text)
    } is not a size such as 1280x720, each side 1 to ${MAX_SURFACE_SIDE_PX}.`,
  );
}
