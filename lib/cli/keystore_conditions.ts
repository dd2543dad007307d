/**
 * The conditions of keys on the command line: their options, and how they are shown.
 *
 * @module
 */

import type { Command } from "commander";
import { type AcceptedEntry, type ConditionChanges, formatTime } from "../../keystore/mod.ts";
import { escapeControls } from "../log.ts";
import type { Network } from "../networks.ts";
import { RepeatableOption } from "./program.ts";
import { parseClientCount, parseExpiry, parseNetworks } from "./values.ts";

/** `false` for an option such as `--no-expires`. */
interface ConditionFlags {
  readonly comment?: string | false;
  readonly expires?: number | false;
  readonly from?: readonly Network[] | false;
  readonly maxClients?: number | false;
}

export function addConditionOptions(command: Command): Command {
  return command
    .option("--comment <text>", "what you know the key by; stands in lists and log lines")
    .option(
      "--expires <when>",
      "when it may log in no more: 2026-12-31, 2026-12-31T18:00:00Z, or from now as 12h, 30d, 8w",
      parseExpiry,
    )
    .addOption(
      new RepeatableOption(
        "--from <network>",
        "log in from this address or network alone, such as 192.0.2.0/24, or from Unix sockets by unix; repeatable",
      ).argParser(parseNetworks),
    )
    .option(
      "--max-clients <number>",
      "how many clients may be logged in with the key at the same time",
      parseClientCount,
    );
}

/** The options that remove conditions. */
export function addRemovalOptions(command: Command): Command {
  return command
    .option("--no-comment", "remove the comment")
    .option("--no-expires", "let the key log in for ever")
    .option("--no-from", "let it log in from anywhere")
    .option("--no-max-clients", "remove the limit of its clients");
}

/** The help on how conditions work. */
export const CONDITIONS_HELP = `
Conditions count at each login, also of a listener that runs. A client that is logged in stays when its
key expires; "keystore remove KEY --end-sessions" ends it. A date is its first moment in UTC. arcan-net
knows no conditions: it lets such a key in for its names, and with the name '*' not at all.`;

export function readConditions(flags: ConditionFlags): ConditionChanges {
  const { comment, expires, from, maxClients } = flags;
  return {
    ...comment !== undefined && { comment: comment || undefined },
    ...expires !== undefined && { expiresMs: expires || undefined },
    ...from !== undefined && { from: from || undefined },
    ...maxClients !== undefined && { maxClients: maxClients || undefined },
  };
}

/** The conditions of an entry as one line for people; empty without any. */
export function describeConditions({ conditions, problem }: AcceptedEntry): string {
  const { comment, expiresMs, from, maxClients } = conditions;
  const parts = [
    ...comment === undefined ? [] : [JSON.stringify(comment)],
    ...problem === undefined ? [] : [`refused, as ${problem}`],
    ...expiresMs === undefined ? [] : [describeExpiry(expiresMs)],
    ...from.length === 0 ? [] : [`from ${from.map(({ text }) => text).join(", ")}`],
    ...maxClients === undefined ? [] : [`at most ${maxClients} client${maxClients > 1 ? "s" : ""}`],
  ];
  return escapeControls(parts.join("; "));
}

function describeExpiry(expiresMs: number): string {
  return `${expiresMs > Date.now() ? "expires" : "expired"} ${formatTime(expiresMs)}`;
}
