/**
 * `--limits FILE`: limits that SIGHUP rereads.
 *
 * @module
 */

import { InvalidArgumentError } from "commander";
import { MAX_EXEMPT_NETWORKS, MAX_LIMITS_FILE_BYTES } from "../limits.ts";
import type { ListenLimits } from "../mod.ts";
import { LIMIT_ROWS } from "../start.ts";
import { messageOf } from "../errors.ts";
import type { Network } from "../networks.ts";
import { UsageError } from "./errors.ts";
import { exemptOf, type LimitFlags, limitsOf, parseLimit } from "./limit_options.ts";
import { parseNetworks } from "./values.ts";

const KEYS = new Map(
  Object.entries(LIMIT_ROWS).map(([key, { name }]) => [name, key as keyof typeof LIMIT_ROWS]),
);
const EXEMPT = "exempt";

/**
 * Reads the limits that the flags and the file in them set. A flag replaces what the file says.
 *
 * @throws {UsageError} When the file cannot be read or has a mistake; it names file and line.
 */
export async function readLimits(
  flags: LimitFlags & { readonly limits?: string },
): Promise<Partial<ListenLimits>> {
  const given = limitsOf(flags);
  if (flags.limits === undefined) return given;
  return { ...parseLimits(await readFile(flags.limits), flags.limits), ...given };
}

/**
 * Parses lines such as `max-clients = 50`.
 *
 * @param path The file, for errors.
 * @throws {UsageError} For a line that cannot be understood.
 */
export function parseLimits(text: string, path: string): Partial<ListenLimits> {
  const limits: { -readonly [L in keyof ListenLimits]?: ListenLimits[L] } = {};
  const lines = new Map<string, number>();
  let exempt: Network[] = [];
  text.split("\n").forEach((line, i) => {
    const refuse = (problem: string) => new UsageError(`${path}:${i + 1}: ${problem}`);
    const content = line.replace(/#.*/, "").trim();
    if (content === "") return;
    const [, name, value] = /^([^\s=]+)\s*=\s*(\S.*)$/.exec(content) ?? [];
    if (name === undefined || value === undefined) {
      throw refuse(`${JSON.stringify(content)} is no line such as "max-clients = 50"`);
    }
    const key = KEYS.get(name);
    if (key === undefined && name !== EXEMPT) {
      const known = [...KEYS.keys(), EXEMPT].join(", ");
      throw refuse(`there is no limit ${JSON.stringify(name)}; the limits are ${known}`);
    }
    const first = lines.get(name);
    if (first !== undefined && key !== undefined) {
      throw refuse(`${name} is set twice, first in line ${first}; remove one of the two`);
    }
    lines.set(name, i + 1);
    try {
      if (key !== undefined) limits[key] = parseLimit(key, value);
      else limits.exempt = exemptOf(exempt = parseNetworks(value.replace(/\s+/g, ""), exempt));
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      throw refuse(`${name} = ${JSON.stringify(value)}: ${asClause(error.message)}`);
    }
    if (exempt.length > MAX_EXEMPT_NETWORKS) {
      throw refuse(
        `more than ${MAX_EXEMPT_NETWORKS} networks are exempt; leave that to a firewall`,
      );
    }
  });
  return limits;
}

/** A sentence without its capital letter and full stop. */
function asClause(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}

async function readFile(path: string): Promise<string> {
  try {
    const { isFile, size } = await Deno.stat(path);
    // SIGHUP could wait for ever for a pipe.
    if (!isFile) throw new UsageError("it is not a regular file");
    if (size > MAX_LIMITS_FILE_BYTES) {
      throw new UsageError(`it has ${size} bytes, the most is ${MAX_LIMITS_FILE_BYTES}`);
    }
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new UsageError(`cannot read the limits from ${path}: ${messageOf(error)}`);
  }
}
