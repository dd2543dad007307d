/**
 * `ctl knocks`, `ctl accept`, `ctl stats` and `ctl close`: what concerns the listener.
 *
 * @module
 */

import { Command } from "commander";
import type { Result } from "../control/mod.ts";
import { ago, printJson, withListener } from "./ctl_connect.ts";
import type { CliIo } from "./io.ts";
import { formatTable } from "./keystore_text.ts";

export function knocksCommand(io: CliIo): Command {
  return new Command("knocks")
    .description("list the unknown keys that were refused, the latest first")
    .action((_flags: unknown, command: Command) =>
      withListener(command, io, async ({ client, json }) => {
        const knocks = await client.call("knocks", {});
        if (json) return printJson(io, knocks);
        if (knocks.length === 0) io.err("no unknown key has knocked\n");
        else io.out(formatTable([KNOCKS_HEAD, ...knocks.map(knockRow)]));
      })
    );
}

export function acceptCommand(io: CliIo): Command {
  return new Command("accept")
    .description("let an unknown key in that was refused, from its next login on")
    .argument("<key>", "the first four or more digits of its fingerprint")
    .argument("[name]", "the listening name, '*' for every one (default: that of the listener)")
    .option("--comment <text>", "what you know the key by")
    .action((
      key: string,
      name: string | undefined,
      { comment }: { comment?: string },
      command: Command,
    ) =>
      withListener(command, io, async ({ client, json }) => {
        const accepted = await client.call("accept", { key, name, comment });
        if (json) printJson(io, accepted);
        else io.out(`${accepted.key} may log in for ${accepted.names.join(",")}\n`);
      })
    );
}

export function statsCommand(io: CliIo): Command {
  return new Command("stats")
    .description("print what was counted, and the limits in force")
    .action((_flags: unknown, command: Command) =>
      withListener(command, io, async ({ client, json }) => {
        const [listener, stats, limits] = await Promise.all([
          client.call("listener", {}),
          client.call("stats", {}),
          client.call("limits", {}),
        ]);
        if (json) return printJson(io, { listener, stats, limits });
        io.out(
          formatTable([...listenerRows(listener), ...Object.entries(stats).map(statsRow)]) + "\n" +
            formatTable([["LIMIT", "USED", "OF", "UNIT", ""], ...limits.map(limitRow)]),
        );
      })
    );
}

export function closeCommand(io: CliIo): Command {
  return new Command("close")
    .description("take no more clients; those that are there stay")
    .action((_flags: unknown, command: Command) =>
      withListener(command, io, async ({ client, json }) => {
        const closed = await client.call("close", {});
        if (json) return printJson(io, closed);
        const { clients } = closed;
        io.err(
          `the listener is closed; ${
            clients === 1 ? "1 client stays" : `${clients} clients stay`
          }\n`,
        );
      })
    );
}

const KNOCKS_HEAD = ["KEY", "ADDRESS", "FOR", "TIMES", "LAST"] as const;

function knockRow({ key, address, name = "", count, last }: Result<"knocks">[number]): string[] {
  return [key, address, name, String(count), `${ago(last)} ago`];
}

function listenerRows({ name, addresses, pid, is_closed }: Result<"listener">): string[][] {
  const where = is_closed ? "closed" : addresses.join(" and ");
  return [["listener", `${name ?? "without a name"}, ${where}, process ${pid}`]];
}

function statsRow([name, value]: [string, number | Readonly<Record<string, number>>]): string[] {
  if (typeof value === "number") return [name, String(Math.round(value * 1000) / 1000)];
  const parts = Object.entries(value).map(([key, count]) => `${count} ${key}`);
  return [name, parts.join(", ") || "none"];
}

function limitRow({ name, used, value, unit, is_fixed }: Result<"limits">[number]): string[] {
  const use = used === undefined ? "" : String(used);
  return [name, use, String(value ?? "off"), unit, is_fixed ? "fixed" : ""];
}
