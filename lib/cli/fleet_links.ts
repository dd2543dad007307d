/**
 * `fleet links` and `fleet unlink`: links to the pages of all hosts.
 *
 * @module
 */

import { Command } from "commander";
import { FleetError } from "../errors.ts";
import { printJson } from "./ctl_connect.ts";
import { linkRow, LINKS_HEAD } from "./ctl_links.ts";
import { withFleet } from "./fleet_connect.ts";
import { reportSilence, silenceJson } from "./fleet_list.ts";
import type { CliIo } from "./io.ts";
import { formatTable } from "./keystore_text.ts";

export function linksCommand(io: CliIo): Command {
  return new Command("links")
    .description("list the links to the pages of all hosts")
    .action((_flags: unknown, command: Command) =>
      withFleet(command, io, async ({ caller }) => {
        const { askAll, silenceError } = await import("../fleet/mod.ts");
        const hosts = (await caller.hosts()).filter(({ page }) => page !== undefined);
        const { answers, silent } = await askAll(caller, hosts, "links", {});
        if (answers.length === 0 && silent.length > 0) throw silenceError(silent);
        const links = answers.flatMap(({ host, result }) =>
          result.map((link) => ({ host: host.id, ...link }))
        );
        const { json } = command.optsWithGlobals<{ json?: boolean }>();
        if (json) printJson(io, { links, silent: silent.map(silenceJson) });
        else if (hosts.length === 0) io.err("no host serves a page: start one with --web\n");
        else if (links.length === 0) io.err(`there are no links; "fleet link" makes one\n`);
        else {
          const rows = links.map(({ host, ...link }) => [host, ...linkRow(link)]);
          io.out(formatTable([["HOST", ...LINKS_HEAD], ...rows]));
        }
        reportSilence(silent, io);
      })
    );
}

export function unlinkCommand(io: CliIo): Command {
  return new Command("unlink")
    .description("withdraw a link; what was opened by it ends at once")
    .argument("<link>", 'HOST/LINK, as in "fleet links"')
    .action((word: string, _flags: unknown, command: Command) =>
      withFleet(command, io, async ({ caller, chooseHost }) => {
        const [, name, number] = /^(.+)\/([1-9]\d{0,14})$/.exec(word) ?? [];
        if (name === undefined) {
          throw new FleetError(
            "no-such-host",
            `${JSON.stringify(word)} is no link of a fleet: give HOST/LINK`,
          );
        }
        const host = (await chooseHost(name)).id;
        const withdrawn = await caller.call(host, "unlink", { link: Number(number) });
        const { json } = command.optsWithGlobals<{ json?: boolean }>();
        if (json) printJson(io, { host, ...withdrawn });
        else io.err(`link ${host}/${withdrawn.id} was withdrawn\n`);
      })
    );
}
