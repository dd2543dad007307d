/**
 * `ctl link`, `ctl links` and `ctl unlink`: links to the page of `listen --web`.
 *
 * @module
 */

import { Command } from "commander";
import type { Result } from "../control/mod.ts";
import { MAX_WEB_LINK_SECONDS } from "../limits.ts";
import { ago, printJson } from "./ctl_connect.ts";
import type { Reach } from "./ctl_reach.ts";
import type { CliIo } from "./io.ts";
import { formatTable } from "./keystore_text.ts";
import { parseDuration, parsePositiveWhole } from "./values.ts";

interface LinkFlags {
  readonly readOnly?: boolean;
  readonly client?: string;
  readonly expires?: number;
}

export function linkCommand(io: CliIo, reach: Reach): Command {
  return new Command("link")
    .description("make a link to the page that listen --web serves, and print it")
    .option("--read-only", "it shows clients and can do nothing else")
    .option(
      "--client <client>",
      `it is for one client, and ends with that: ${reach.clientArgument}`,
    )
    .option(
      "--expires <time>",
      "it ends after this time, such as 30m, 1h or 7d",
      (text) => parseDuration(text, MAX_WEB_LINK_SECONDS * 1000),
    )
    .action(({ readOnly, client: word, expires }: LinkFlags, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const link = await client.call("link", {
          read_only: readOnly,
          client: word,
          seconds: expires && expires / 1000,
        });
        if (json) return printJson(io, link);
        io.out(`${link.url}\n`);
        const { host, id } = link as typeof link & { readonly host?: string };
        if (host !== undefined) {
          io.err(`it is for the page of ${host}; "fleet unlink ${host}/${id}" withdraws it\n`);
        }
      })
    );
}

export function linksCommand(io: CliIo, reach: Reach): Command {
  return new Command("links")
    .description("list the links to the page")
    .action((_flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const links = await client.call("links", {});
        if (json) printJson(io, links);
        else if (links.length === 0) io.err(`there are no links; "ctl link" makes one\n`);
        else io.out(formatTable([LINKS_HEAD, ...links.map(linkRow)]));
      })
    );
}

export function unlinkCommand(io: CliIo, reach: Reach): Command {
  return new Command("unlink")
    .description("withdraw a link; what was opened by it ends at once")
    .argument("<link>", 'its number in "ctl links"', parsePositiveWhole)
    .action((link: number, _flags: unknown, command: Command) =>
      reach.run(command, async ({ client, json }) => {
        const withdrawn = await client.call("unlink", { link });
        if (json) printJson(io, withdrawn);
        else io.err(`link ${withdrawn.id} was withdrawn\n`);
      })
    );
}

export const LINKS_HEAD = [
  "LINK",
  "RIGHTS",
  "CLIENT",
  "LOGINS",
  "VIEWS",
  "MADE",
  "EXPIRES",
] as const;

export function linkRow(link: Result<"links">[number]): string[] {
  const { id, rights, client, logins, views, since, expires = "" } = link;
  const numbers = [logins, views].map(String);
  return [String(id), rights, String(client ?? "all"), ...numbers, `${ago(since)} ago`, expires];
}
