/**
 * The rule for names of listeners.
 *
 * @module
 */

import { ApiMisuseError } from "./errors.ts";

const MAX_NAME_LENGTH = 30;

/**
 * Checks the name of a listener: 1 to 30 of the characters `a` to `z`, `A` to `Z`, `0` to `9` and `_`,
 * as the manual page of `net_listen` says.
 *
 * @param value The name.
 * @returns The same name.
 * @throws {ApiMisuseError} `bad-name`.
 */
export function parseName(value: string): string {
  if (typeof value !== "string") throw new ApiMisuseError("bad-name", "the name is not text");
  const problem = nameProblem(value);
  if (problem !== undefined) {
    throw new ApiMisuseError("bad-name", `the name ${quote(value)} ${problem}`);
  }
  return value;
}

/** @returns Why it is no name, as the end of a sentence "the name …"; `undefined` for a good name. */
export function nameProblem(value: string): string | undefined {
  if (value === "") return `is empty; it needs 1 to ${MAX_NAME_LENGTH} characters`;
  const foreign = value.match(/[^a-zA-Z0-9_]/u)?.[0];
  if (foreign !== undefined) {
    return `has the character ${JSON.stringify(foreign)}; only a-z, A-Z, 0-9 and _ are allowed`;
  }
  if (value.length > MAX_NAME_LENGTH) {
    return `has ${value.length} characters; at most ${MAX_NAME_LENGTH} are allowed`;
  }
  return undefined;
}

function quote(value: string): string {
  return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value);
}
