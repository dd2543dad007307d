/**
 * Values on the command line.
 *
 * @module
 */

import type { Command, Option } from "commander";
import { InvalidArgumentError } from "commander";
import type { RetentionBounds } from "../handlers/record/retention.ts";
import { MAX_SURFACE_SIDE_PX } from "../limits.ts";
import { UsageError } from "./usage_error.ts";

const BYTES_PER_UNIT: { readonly [unit: string]: number } = {
  "": 1,
  K: 1 << 10,
  M: 1 << 20,
  G: 1 << 30,
};
const MS_PER_UNIT: { readonly [unit: string]: number } = { h: 3_600_000, d: 86_400_000 };

/** The runtime puts it where an argument is not UTF-8, so that another file or secret would be meant. */
const REPLACEMENT = "\ufffd";

/**
 * Makes an option that takes a value refuse to be given twice, the empty text, and bytes that are not
 * UTF-8. The error names the option and not the value, which may be a secret.
 *
 * @param option An option of the command.
 * @param command The command.
 */
export function requireOneValue(option: Option, command: Command): void {
  if (!option.required) return;
  const name = option.long!;
  const { parseArg } = option;
  option.argParser((value: string, previous: unknown) => {
    if (command.getOptionValueSource(option.attributeName()) === "cli") {
      throw new UsageError(`${name} is given twice`);
    }
    requireText(name, value);
    return parseArg === undefined ? value : parseArg(value, previous);
  });
}

/**
 * Refuses arguments that are empty or not UTF-8.
 *
 * @param command The command that is about to run.
 * @throws {UsageError} Names the argument.
 */
export function requireArguments({ args, registeredArguments }: Command): void {
  args.forEach((value, i) => {
    const argument = registeredArguments[Math.min(i, registeredArguments.length - 1)]!;
    requireText(`the argument ${argument.name()}`, value);
  });
}

function requireText(name: string, value: string): void {
  if (value === "") throw new UsageError(`${name} is empty`);
  if (value.includes(REPLACEMENT)) throw new UsageError(`${name} has bytes that are not UTF-8`);
}

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

/**
 * Reads a number of bytes.
 *
 * @param text Digits, and K, M or G for powers of 1024.
 * @throws {InvalidArgumentError} When it is none.
 */
export function parseByteCount(text: string): number {
  const match = /^([1-9]\d{0,11})([KMG]?)$/.exec(text);
  const bytes = Number(match?.[1]) * BYTES_PER_UNIT[match?.[2] ?? ""]!;
  if (match !== null && Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a size such as 500M.`);
}

/**
 * Reads a number above 0.
 *
 * @param text Digits, also with a fraction.
 * @throws {InvalidArgumentError} When it is none.
 */
export function parsePositive(text: string): number {
  const number = Number(text);
  if (/^\d{1,9}(\.\d{1,6})?$/.test(text) && number > 0) return number;
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a number above 0.`);
}

/**
 * Reads which recordings are kept. Units must be given, and minutes are none, so that no slip deletes
 * all: `30` could be days, `10m` a size.
 *
 * @param text A size, an age in hours or days, or both: `10G`, `30d`, `10G,30d`.
 * @throws {InvalidArgumentError} When it is neither.
 */
export function parseKeep(text: string): RetentionBounds {
  const bounds: { maxBytes?: number; maxAgeMs?: number } = {};
  for (const part of text.split(",")) {
    const [, count, unit] = /^([1-9]\d{0,5})([hd])$/.exec(part) ?? [];
    if (unit !== undefined && bounds.maxAgeMs === undefined) {
      bounds.maxAgeMs = Number(count) * MS_PER_UNIT[unit]!;
    } else if (/[KMG]$/.test(part) && bounds.maxBytes === undefined) {
      bounds.maxBytes = parseByteCount(part);
    } else {
      throw new InvalidArgumentError(
        `${JSON.stringify(text)} is not a size such as 10G, an age such as 30d or 12h, or 10G,30d.`,
      );
    }
  }
  return bounds;
}
