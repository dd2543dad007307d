/**
 * Values on the command line.
 *
 * @module
 */

import type { Command, Option } from "commander";
import { InvalidArgumentError } from "commander";
import { MAX_SURFACE_SIDE_PX } from "../limits.ts";
import { UsageError } from "./usage_error.ts";

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
