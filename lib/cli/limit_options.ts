/**
 * The options of `listen` that set limits.
 *
 * @module
 */

import { type Command, InvalidArgumentError } from "commander";
import type { ListenLimits, Network } from "../mod.ts";
import { LIMIT_ROWS } from "../start.ts";
import { RepeatableOption } from "./program.ts";
import { parseNetworks } from "./values.ts";

type Count = keyof typeof LIMIT_ROWS;

/** The flags that set a limit; times are in milliseconds. */
export type LimitFlags =
  & {
    readonly [F in "maxPenalty" | "maxSilence" | "maxIdle" | "maxSession"]?: number;
  }
  & Partial<Pick<ListenLimits, Extract<Count, `max${string}`>>>
  & {
    readonly exempt?: readonly Network[];
  };

const DOCS: { readonly [L in Count]: string } = {
  maxClients: "clients at the same time",
  maxClientsPerKey: "clients of one key, unless the key has a number of its own",
  maxSegments: "segments of one client",
  maxUnauthenticated: "connections that have not logged in",
  maxUnauthenticatedPerNetwork: "of these, connections of one network",
  maxConnectionsPerMinute: "new connections of one network in a minute",
  maxPenaltyMs: "the longest wait of a network after failed logins; 0 for none",
  maxSilenceMs: "how long a client may give no sign of life; 0 for any time",
  maxIdleMs: "end clients that have sent nothing for this long",
  maxSessionMs: "end clients that have been logged in for this long",
};

const MS_PER_UNIT: { readonly [unit: string]: number } = {
  "": 1_000,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Adds one option for each limit, `--exempt`, and `--limits`. */
export function addLimitOptions(command: Command): Command {
  for (const [key, doc] of Object.entries(DOCS) as [Count, string][]) {
    const { name, unit, value } = LIMIT_ROWS[key];
    const isTime = unit === "s";
    const byDefault = value === 0 ? "any time" : isTime ? `${value / 1_000}s` : `${value}`;
    command.option(
      `--${name} <${isTime ? "time" : "number"}>`,
      `${doc} (default: ${byDefault})`,
      (text: string) => parseLimit(key, text),
    );
  }
  return command.addOption(
    new RepeatableOption(
      "--exempt <network>",
      "no penalties and no limits of one network for this one, such as 192.0.2.0/24",
    ).argParser(parseNetworks),
  ).option("--limits <file>", "read such limits from this file, again at SIGHUP");
}

/** The limits that the flags set. */
export function limitsOf(flags: LimitFlags): Partial<ListenLimits> {
  const given = Object.keys(LIMIT_ROWS).flatMap((key) => {
    const value = (flags as { readonly [flag: string]: number })[key.replace(/Ms$/, "")];
    return value === undefined ? [] : [[key, value]];
  });
  return {
    ...Object.fromEntries(given),
    ...(flags.exempt && { exempt: exemptOf(flags.exempt) }),
  };
}

/** Networks as {@linkcode ListenLimits} has them. */
export function exemptOf(networks: readonly Network[]): readonly string[] {
  return networks.map(({ text }) => text);
}

/**
 * Parses the value of a limit that is a number.
 *
 * @returns Milliseconds for a time.
 * @throws {InvalidArgumentError} With a sentence that says what it must be.
 */
export function parseLimit(key: Count, text: string): number {
  const { unit, least, most } = LIMIT_ROWS[key];
  const isTime = unit === "s";
  const [, digits, suffix = ""] = (isTime ? /^(\d{1,9})([smhd]?)$/ : /^(\d{1,9})$/).exec(text) ??
    [];
  const value = Number(digits) * (isTime ? MS_PER_UNIT[suffix]! : 1);
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(
    isTime
      ? `It must be a time such as 90, 90s, 30m or 8h, at most ${most / MS_PER_UNIT["d"]!}d.`
      : `It must be a number from ${least} to ${most}.`,
  );
}
