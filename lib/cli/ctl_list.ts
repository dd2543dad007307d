/**
 * `ctl list` and `ctl show`: which clients there are.
 *
 * @module
 */

import { Command } from "commander";
import type { Result } from "../control/mod.ts";
import { ago, printJson } from "./ctl_connect.ts";
import type { Reach } from "./ctl_reach.ts";
import type { CliIo } from "./io.ts";
import { formatTable } from "./keystore_text.ts";

export function listCommand(io: CliIo, reach: Reach): Command {
  return new Command("list")
    .description("list the clients")
    .option("--ids", "print only their numbers, one a line")
    .action(({ ids = false }: { ids?: boolean }, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const clients = await client.call("list", {});
        if (json) printJson(io, ids ? clients.map(({ id }) => id) : clients);
        else if (ids) io.out(clients.map(({ id }) => `${id}\n`).join(""));
        else if (clients.length === 0) {
          io.err(`there are no clients; "ctl knocks" lists keys that were refused\n`);
        } else io.out(formatTable([LIST_HEAD, ...clients.map(listRow)]));
      })
    );
}

export function showCommand(io: CliIo, reach: Reach): Command {
  return new Command("show")
    .description("describe one client and its segments")
    .argument("<client>", reach.clientArgument)
    .action((word: string, _flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const shown = await client.call("show", { client: word });
        if (json) printJson(io, shown);
        else io.out(describe(shown));
      })
    );
}

export const LIST_HEAD = [
  "ID",
  "KIND",
  "TITLE",
  "SHOWS",
  "KEY",
  "COMMENT",
  "ADDRESS",
  "FOR",
] as const;

export function listRow(client: Result<"list">[number]): string[] {
  const { id, segkind, key, comment = "", address, since, state } = client;
  return [
    String(id),
    segkind,
    called(client),
    state === "active" ? shows(client) : state,
    key,
    comment,
    address,
    ago(since),
  ];
}

function called({ title, ident }: { title: string; ident: string }): string {
  return ident || title;
}

function shows(
  { content, width, height }: { content: string; width: number; height: number },
): string {
  return content === "none" ? "nothing yet" : `${content} ${width}x${height}`;
}

function describe(client: Result<"show">): string {
  const { id, segkind, state, key, public_key, comment, address, since } = client;
  const facts = formatTable([
    ["client", `${id} ${segkind} ${JSON.stringify(called(client))}, ${state}`],
    ["key", `${key} ${public_key}`],
    ...(comment === undefined ? [] : [["comment", comment]]),
    ["address", address],
    ["for", `${ago(since)} (since ${since})`],
    ["waiting", `${client.waiting_bytes} bytes to it, ${client.waiting_events} events of it`],
  ]);
  const parts = formatTable([
    ["SEGMENT", "KIND", "TITLE", "SHOWS", "FRAMES"],
    ...client.parts.map((part) => [
      String(part.id),
      part.segkind,
      called(part),
      shows(part),
      String(part.frames),
    ]),
  ]);
  return `${facts}\n${parts}`;
}
