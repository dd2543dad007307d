/**
 * `ctl stats`, `ctl close` and `ctl drain`: what concerns the listener.
 *
 * @module
 */

import { Command } from "commander";
import type { Result } from "../control/mod.ts";
import { printJson } from "./ctl_connect.ts";
import type { Reach } from "./ctl_reach.ts";
import type { CliIo } from "./io.ts";
import { formatTable } from "./keystore_text.ts";
import { parsePositiveWhole } from "./values.ts";

export function statsCommand(io: CliIo, reach: Reach): Command {
  return new Command("stats")
    .description("print what was counted, and the limits in force")
    .action((_flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
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

export function closeCommand(io: CliIo, reach: Reach): Command {
  return new Command("close")
    .description("take no more clients; those that are there stay")
    .action((_flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const closed = await client.call("close", {});
        if (json) return printJson(io, closed);
        io.err(`the listener is closed; ${countStaying(closed.clients)}\n`);
      })
    );
}

export function drainCommand(io: CliIo, reach: Reach): Command {
  return new Command("drain")
    .description("take no new clients, and end the listener when the last one has left")
    .option(
      "--seconds <number>",
      "how long clients may stay (default: the --drain of listen, or any time)",
      parsePositiveWhole,
    )
    .option("--wait", "wait until the last client has left")
    .action((
      { seconds, wait = false }: { seconds?: number; wait?: boolean },
      command: Command,
    ) =>
      reach.run(command, async ({ client, json }) => {
        // The log ends with the listener, which may be at once.
        const log = wait ? await client.call("log", {}) : undefined;
        const drained = await client.call("drain", { seconds });
        if (json) printJson(io, drained);
        else io.err(`the listener is draining; ${describeDrain(drained)}\n`);
        if (log !== undefined) await readToEnd(log);
      })
    );
}

function describeDrain({ clients, seconds }: Result<"drain">): string {
  const staying = countStaying(clients);
  return clients === 0 || seconds === undefined ? staying : `${staying} for ${seconds} s at most`;
}

async function readToEnd(lines: ReadableStream<string>): Promise<void> {
  for await (const _ of lines);
}

function countStaying(clients: number): string {
  return clients === 1 ? "1 client stays" : `${clients} clients stay`;
}

function listenerRows(
  { name, addresses, pid, is_closed, is_draining }: Result<"listener">,
): string[][] {
  const where = is_draining ? "draining" : is_closed ? "closed" : addresses.join(" and ");
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
