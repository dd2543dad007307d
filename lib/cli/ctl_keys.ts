/**
 * `ctl knocks`, `ctl accept`, `ctl ignore` and `ctl keys`: which keys may log in.
 *
 * @module
 */

import { Command } from "commander";
import type { Result } from "../control/mod.ts";
import { ago, printJson } from "./ctl_connect.ts";
import type { Reach } from "./ctl_reach.ts";
import type { CliIo } from "./io.ts";
import { formatTable } from "./keystore_text.ts";

const KEY_ARGUMENT = "the first four or more digits of its fingerprint";

export function knocksCommand(io: CliIo, reach: Reach): Command {
  return new Command("knocks")
    .description("list the unknown keys that were refused, the latest first")
    .action((_flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const knocks = await client.call("knocks", {});
        if (json) return printJson(io, knocks);
        if (knocks.length === 0) io.err("no unknown key has knocked\n");
        else io.out(formatTable([KNOCKS_HEAD, ...knocks.map(knockRow)]));
      })
    );
}

export function acceptCommand(io: CliIo, reach: Reach): Command {
  return new Command("accept")
    .description("let an unknown key in that was refused, from its next login on")
    .argument("<key>", KEY_ARGUMENT)
    .argument("[name]", "the listening name, '*' for every one (default: that of the listener)")
    .option("--comment <text>", "what you know the key by")
    .action((
      key: string,
      name: string | undefined,
      { comment }: { comment?: string },
      command: Command,
    ) =>
      reach.run(command, async ({ client, json }) => {
        const accepted = await client.call("accept", { key, name, comment });
        if (json) printJson(io, accepted);
        else io.out(`${accepted.key} may log in for ${accepted.names.join(",")}\n`);
      })
    );
}

export function ignoreCommand(io: CliIo, reach: Reach): Command {
  return new Command("ignore")
    .description(
      "list an unknown key no more among those that were refused; it can still be let in",
    )
    .argument("<key>", KEY_ARGUMENT)
    .action((key: string, _flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const ignored = await client.call("ignore", { key });
        if (json) printJson(io, ignored);
        else io.err(`${ignored.key} is ignored\n`);
      })
    );
}

export function keysCommand(io: CliIo, reach: Reach): Command {
  return new Command("keys")
    .description("list the keys that may log in, and their conditions")
    .action((_flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const keys = await client.call("keys", {});
        if (json) printJson(io, keys);
        else if (keys.length === 0) io.err("no key may log in\n");
        else io.out(formatTable([KEYS_HEAD, ...keys.map(keyRow)]));
      })
    );
}

const KNOCKS_HEAD = ["KEY", "ADDRESS", "FOR", "TIMES", "LAST"] as const;

function knockRow({ key, address, name = "", count, last }: Result<"knocks">[number]): string[] {
  return [key, address, name, String(count), `${ago(last)} ago`];
}

const KEYS_HEAD = ["KEY", "NAMES", "COMMENT", "LAST LOGIN", "FROM", "CONDITIONS"] as const;

function keyRow(row: Result<"keys">[number]): string[] {
  const { key, names, comment = "", last_login, last_address = "" } = row;
  const when = last_login === undefined ? "" : `${ago(last_login)} ago`;
  return [key, names.join(","), comment, when, last_address, conditionsOf(row)];
}

function conditionsOf({ expires, from, max_clients, problem }: Result<"keys">[number]): string {
  const conditions = [
    problem,
    expires && `until ${expires}`,
    from && `from ${from.join(" ")}`,
    max_clients && `at most ${max_clients} clients`,
  ];
  return conditions.filter((each) => each !== undefined).join(", ");
}
